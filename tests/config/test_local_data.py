from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kinescope_upload.config import load_settings
from kinescope_upload.config.local_data import usual_history


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.local/share"),
        ("linux", {"HOME": "/home/a", "XDG_DATA_HOME": "/data"}, "/data"),
        ("linux", {"HOME": "/home/a", "XDG_DATA_HOME": "relative"}, "/home/a/.local/share"),
        ("freebsd14", {"HOME": "/home/a"}, "/home/a/.local/share"),
        ("darwin", {"HOME": "/Users/a", "XDG_DATA_HOME": "/data"}, "/Users/a/Library/Application Support"),
        ("win32", {"LOCALAPPDATA": "C:/Users/a/AppData/Local", "HOME": "/home/a"}, "C:/Users/a/AppData/Local"),
    ],
)
def test_runs_are_remembered_in_the_users_folder_for_local_data(
    platform: str, environment: dict[str, str], folder: str
) -> None:
    assert usual_history(platform, environment) == Path(folder, "kupload", "history.sqlite3")


def test_no_test_remembers_runs_in_the_users_own_history(tmp_path: Path) -> None:
    history = load_settings({}, directory=tmp_path, environment=os.environ).history
    assert history not in {None, usual_history(sys.platform, os.environ)}


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_where_no_users_folder_is_known_nothing_is_remembered(platform: str) -> None:
    assert usual_history(platform, {}) is None
