"""Options where they mean nothing are refused, not passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.import_progress.advice import advice_about_old_progress
from kinescope_upload.config import load_settings
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import WorldMaker


@pytest.mark.parametrize("arguments", [("--dry-run", "repair", "--yes"), ("--no-db", "folders"), ("-v", "doctor")])
def test_options_before_a_command_are_refused(worlds: WorldMaker, arguments: tuple[str, ...]) -> None:
    outcome = worlds().run(*arguments)
    assert outcome.exit_code == 2
    assert "after the command's name" in outcome.text


@pytest.mark.parametrize("place", ["library", "", "elsewhere/desk"])
def test_an_old_progress_file_is_looked_for_in_the_library_beside_it_and_here(tmp_path: Path, place: str) -> None:
    desk = tmp_path / "elsewhere" / "desk"
    desk.mkdir(parents=True)
    (tmp_path / "library").mkdir()
    settings = load_settings({"library": str(tmp_path / "library")}, directory=desk, environment={})
    assert advice_about_old_progress(settings, desk) is None
    old = tmp_path / place / "kinescope-upload-progress.json"
    old.write_text("{}", encoding="utf-8")
    advice = advice_about_old_progress(settings, desk)
    assert isinstance(advice, Hint)
    assert advice.commands == (("import-progress", str(old)),)
    settings.progress.mkdir()
    (settings.progress / "01_a.json").write_text("{}", encoding="utf-8")
    assert advice_about_old_progress(settings, desk) is None
