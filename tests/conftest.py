"""Fixtures that every test may use; each family of them lives in a module of its own."""

import signal

from hypothesis import settings

if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under `nohup` the runs that tests start would ignore it, too

settings.register_profile("kupload", deadline=None)  # a busy machine is no finding
settings.load_profile("kupload")

pytest_plugins = ["support.postgres", "support.world"]
