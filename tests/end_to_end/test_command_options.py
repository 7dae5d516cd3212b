"""Options where they mean nothing are refused, not passed over."""

from __future__ import annotations

import re
import socket
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


def test_a_status_that_is_a_dry_run_is_refused(worlds: WorldMaker) -> None:
    outcome = worlds().run("--status", "--watch", "--dry-run")
    assert (outcome.exit_code, "--dry-run means nothing with --status" in outcome.text) == (2, True)


@pytest.mark.parametrize("look", ["--status", "--dry-run"])
def test_where_there_is_no_run_there_is_no_page(worlds: WorldMaker, look: str) -> None:
    outcome = worlds().run("--web", look)
    assert (outcome.exit_code, f"--web means nothing with {look}" in outcome.text) == (2, True)


def test_a_page_whose_port_is_taken_ends_the_run_before_it_begins(worlds: WorldMaker) -> None:
    world = worlds()
    with socket.create_server(("127.0.0.1", 0)) as other:
        outcome = world.run("--web", str(other.getsockname()[1]))
    assert (outcome.exit_code, "another program has it" in outcome.text) == (2, True)
    assert not world.progress.exists()


def test_the_address_of_the_page_stands_beside_what_programs_read(worlds: WorldMaker) -> None:
    world = worlds()
    with world.start("--web", "--json") as run:
        text = run.communicate(timeout=120)[0]
    assert run.returncode == 0, text
    [address] = re.findall(r"^page: (http://127\.0\.0\.1:\d+/\?token=\S{32}) ", text, re.MULTILINE)
    token = address.rpartition("=")[2]
    assert not [file for file in world.progress.rglob("*") if file.is_file() and token in file.read_text("latin-1")]


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
