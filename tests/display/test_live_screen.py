from __future__ import annotations

import re

import pytest

from kinescope_upload.display.live_screen import LiveScreen
from kinescope_upload.display.picture import Line
from support.terminal import Terminal

WIDE = [Line(text * 70, 70) for text in "abc"]


@pytest.mark.parametrize(
    ("columns", "environ", "up"),
    [
        (80, {}, b"\x1b[2A"),
        (100, {}, b"\x1b[2A"),
        (40, {}, b"\x1b[5A"),
        (40, {"XTERM_VERSION": "XTerm(379)"}, b"\x1b[2A"),
        (40, {"TERM": "linux"}, b"\x1b[2A"),
    ],
)
def test_lines_that_a_narrower_window_has_broken_are_all_removed(
    columns: int, environ: dict[str, str], up: bytes
) -> None:
    with Terminal(80) as terminal:
        screen = LiveScreen(terminal.stream, environ)
        screen.open()
        screen.draw(WIDE, "title")
        terminal.lines()
        before = len(terminal.raw)
        terminal.resize(columns)
        screen.draw([Line("new", 3)], "title")
        terminal.lines()
        assert bytes(terminal.raw[before:]).startswith(b"\r" + up + b"\x1b[2Knew\x1b[J")


def test_what_is_said_stays_above_and_the_lines_below() -> None:
    with Terminal(80) as terminal:
        screen = LiveScreen(terminal.stream, {})
        screen.open()
        for number in range(3):
            screen.draw([Line(f"line {number}", 6), Line("last", 4)], "title")
            screen.say(f"said {number}")
        assert terminal.lines() == ["said 0", "said 1", "said 2", "line 2", "last"]
        screen.close()
        assert terminal.lines() == ["said 0", "said 1", "said 2"]
        assert terminal.shows_cursor


def test_nothing_is_erased_from_the_screens_first_cell_on_or_tmux_keeps_it_in_its_scrollback() -> None:
    with Terminal(80) as terminal:
        screen = LiveScreen(terminal.stream, {})
        screen.open()
        screen.draw(WIDE, "title")
        screen.say("said")
        screen.draw(WIDE[:1], "title")
        screen.draw([], "title")
        screen.draw(WIDE, "title")
        screen.close()
        assert terminal.lines() == ["said"]
        assert b"\x1b[J" in terminal.raw
        assert not re.search(rb"(\r|\x1b\[\d*A)(\x1b\[2K)?\x1b\[J", bytes(terminal.raw))


def test_a_row_is_emptied_before_it_is_written_or_tmux_breaks_it_by_what_it_held_before() -> None:
    with Terminal(80) as terminal:
        screen = LiveScreen(terminal.stream, {})
        screen.open()
        screen.draw(WIDE, "title")
        terminal.lines()
        before = len(terminal.raw)
        screen.say("said")
        assert terminal.lines()[0] == "said"
        assert bytes(terminal.raw[before:]).count(b"\x1b[2K") == 1 + len(WIDE)


def test_nothing_is_drawn_before_it_is_opened_and_after_it_was_closed() -> None:
    with Terminal(80) as terminal:
        screen = LiveScreen(terminal.stream, {})
        screen.draw(WIDE, "title")
        screen.open()
        screen.close()
        screen.draw(WIDE, "title")
        screen.close()
        screen.say("said")
        assert terminal.lines() == ["said"]
