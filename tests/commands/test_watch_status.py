from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.watch_status import watch_status
from kinescope_upload.config import load_settings
from kinescope_upload.output.options import DisplayOptions
from support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.config import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "library" / "01_course" / "m01").mkdir(parents=True)
    (tmp_path / "library" / "01_course" / "m01" / "001.mp4").write_bytes(b"0")
    return load_settings({"library": "library"}, directory=tmp_path, environment={})


class Looks:
    """Ctrl+C after so many looks."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, _seconds: float) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_elsewhere_the_status_is_written_one_after_the_other(settings: Settings) -> None:
    out = io.StringIO()
    assert watch_status(settings, DisplayOptions(), out, Looks(3)) == 0
    assert out.getvalue().count("\nAll ") == 3
    assert len(re.findall(r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n.+", out.getvalue())) == 3
    assert out.getvalue().endswith("\n\n")


@pytest.mark.parametrize("columns", [30, 80])
def test_on_a_terminal_it_stays_in_one_place_and_is_there_at_the_end(
    settings: Settings, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    with Terminal(columns) as terminal:
        assert watch_status(settings, DisplayOptions(), terminal.stream, Looks(3)) == 0
        lines = terminal.lines()
        assert len([line for line in lines if line.startswith("All")]) == 1
        assert terminal.shows_cursor


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (24, ["01_course", "next:", "02_course", "next:", "", "All", "next:"]),
        (6, ["01_course", "next:", "3", "All", "next:"]),
        (3, ["6", "All"]),
    ],
)
def test_a_terminal_of_few_lines_shows_the_first_ones_and_the_whole(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, lines: int, shown: list[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert settings.library is not None
    (settings.library / "02_course" / "m01").mkdir(parents=True)
    (settings.library / "02_course" / "m01" / "001.mp4").write_bytes(b"0")
    seen: list[list[str]] = []
    with Terminal(80, lines=lines) as terminal:

        def look(_seconds: float) -> None:
            seen.append(terminal.lines())
            raise KeyboardInterrupt

        watch_status(settings, DisplayOptions(), terminal.stream, look)
    assert [(line.split() or [""])[0] for line in seen[0]] == shown
