"""Fixtures that every test may use; each family of them lives in a module of its own."""

from hypothesis import settings

settings.register_profile("kupload", deadline=None)  # a busy machine is no finding
settings.load_profile("kupload")

pytest_plugins = ["support.postgres", "support.world"]
