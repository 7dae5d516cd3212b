"""A command in an empty folder names everything that it lacks, at once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.inspection import open_tools
from kinescope_upload.commands.dry_run import dry_run
from kinescope_upload.commands.folders import show_folders
from kinescope_upload.commands.map import show_map
from kinescope_upload.commands.unlink import unlink
from kinescope_upload.config import load_settings
from kinescope_upload.errors import MissingSettingsError
from kinescope_upload.output.options import DisplayOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.config import Settings

SHOWN = DisplayOptions()


def _audit(settings: Settings) -> object:
    with open_tools(settings, lambda _event: None):
        raise AssertionError


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (lambda settings: show_map(settings, SHOWN, io.StringIO()), ["KUPLOAD_LIBRARY", "DATABASE_URL"]),
        (lambda settings: dry_run(settings, SHOWN, io.StringIO()), ["KUPLOAD_LIBRARY", "DATABASE_URL"]),
        (
            lambda settings: show_folders(settings, SHOWN, io.StringIO(), create=False),
            ["KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID"],
        ),
        (
            lambda settings: unlink(settings, ["a"], lambda _found: True, lambda _event: None, deletes=False),
            ["DATABASE_URL", "KINESCOPE_API_KEY"],
        ),
        (_audit, ["KUPLOAD_LIBRARY", "KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", "DATABASE_URL"]),
    ],
    ids=["map", "dry-run", "folders", "unlink", "verify, repair, replace"],
)
def test_each_command_names_all_that_it_lacks_at_once(
    tmp_path: Path, command: Callable[[Settings], object], names: list[str]
) -> None:
    with pytest.raises(MissingSettingsError) as caught:
        command(load_settings({}, directory=tmp_path, environment={}))
    assert [name for name, _ in caught.value.settings] == names
