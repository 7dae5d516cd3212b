"""Fixtures that every test may use; each family of them lives in a module of its own."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

from support.examples import QUICK, THOROUGH

settings.register_profile("quick", QUICK)
settings.register_profile("thorough", THOROUGH)
settings.load_profile("quick")

pytest_plugins = ["support.browser", "support.kupload", "support.postgres", "support.wine", "support.world"]

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


@pytest.fixture(autouse=True, scope="session")
def _history_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever takes this process's environment remembers runs in a file of the tests, not in the developer's own."""
    os.environ["KUPLOAD_HISTORY"] = str(tmp_path_factory.mktemp("history") / "history.sqlite3")


@pytest.fixture(autouse=True)
def _signals_as_usual() -> None:
    """Signals act as they do in a process of its own: an ignored one would be ignored by every process that is started.

    The tests themselves may run under `nohup` or in the background of a shell, and a test may leave signals ignored.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
