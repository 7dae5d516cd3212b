"""What the commands beside the main job show: on a terminal of any width, and without one."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.doctor.trial.view import TextTrialView, TrialStart
from kinescope_upload.commands.doctor.view import print_checkup
from kinescope_upload.commands.folders import print_folders
from kinescope_upload.commands.import_progress.command import print_takeover
from kinescope_upload.commands.map import MapAnswer, print_map
from kinescope_upload.kinescope.course_folders import CourseFolder, FolderState
from kinescope_upload.output.options import DisplayOptions
from support.command_lines import DOCTOR, FOLDERS, MAP, SETTINGS, TAKEOVER, TRIAL
from support.display_cases import HOSTILE
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

PLAIN = DisplayOptions()


def show_trial(out: TextIO) -> None:
    """A whole try, from its first line to its last."""
    view = TextTrialView(out)
    view.starts(TrialStart(folder="scratch", mark="kupload try 0123abcd:", longest_wait=600, earlier=1))
    for item in (*TRIAL.steps, *TRIAL.outcomes):
        view.found(item)
    view.waits("Kinescope to process a video", 600)
    view.backends(TRIAL, "kupload-try-2026-02-18.json")


SHOWS: dict[str, Callable[[TextIO], object]] = {
    "folders": lambda out: print_folders(FOLDERS, PLAIN, out),
    "doctor": lambda out: print_checkup(SETTINGS, DOCTOR, PLAIN, out),
    "map": lambda out: print_map(MapAnswer(mapped=MAP, is_proven=False, written="x.json"), PLAIN, out),
    "takeover": lambda out: print_takeover(TAKEOVER, PLAIN, out),
    "trial": show_trial,
}
WORDS = {
    "folders": ["01_analytics", "missing", "there is 02_add", "1 of 2 courses have their folders.", "1 folder made"],
    "doctor": ["good      token", "WRONG     delete", "The token may not delete. Let it.", "1 check failed."],
    "map": ["01_a_001", "position", "is not sure", "is a partial download", "Nothing proves", "--map x.json"],
    "takeover": [
        "1 lesson taken over as linked.",
        "nobody knows",
        "01_a_003",
        "two videos. Choose.",
        "1 entry was not",
    ],
    "trial": [
        "good      init, tus",
        "AGAINST   folder",
        "waiting for Kinescope to process a video",
        "both",
        "differs from our default; twice",
        "not told",
        "kupload try 0123abcd: move",
        "Found 1 of 23 readings. Differing from our default 1.",
        "Not told 1, not tried 21. Against kupload 1.",
        "1 video stays on Kinescope",
        "Written kupload-try-2026-02-18.json",
    ],
}


@pytest.mark.parametrize("name", SHOWS)
def test_without_a_terminal_it_is_plain_columns(name: str) -> None:
    out = io.StringIO()
    SHOWS[name](out)
    for word in WORDS[name]:
        assert word in out.getvalue()
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize("name", SHOWS)
@pytest.mark.parametrize("columns", [60, 80, 140])
def test_on_a_terminal_every_line_fits(name: str, columns: int) -> None:
    with Terminal(columns, lines=150) as terminal:
        SHOWS[name](terminal.stream)
        shown = terminal.lines()
    text = " ".join(" ".join(shown).split())
    for word in WORDS[name]:
        assert all(part in text for part in word.split())
    assert all(len(line) <= columns for line in shown)


def test_names_from_the_server_cannot_play_with_the_terminal() -> None:
    courses = (CourseFolder(course=HOSTILE, state=FolderState.MISSING, name=HOSTILE, near=(HOSTILE,)),)
    out = io.StringIO()
    print_folders(replace(FOLDERS, courses=courses), PLAIN, out)
    message = io.StringIO()
    print_checkup((replace(SETTINGS[0], value=HOSTILE),), (replace(DOCTOR[0], message=HOSTILE),), PLAIN, message)
    for text in (out.getvalue(), message.getvalue()):
        assert all(line.isprintable() for line in text.splitlines())


def test_the_doctor_speaks_while_it_looks() -> None:
    out = io.StringIO()
    said: list[str] = []

    def checks() -> object:
        for check in DOCTOR:
            said.append(out.getvalue())
            yield check

    print_checkup((), checks(), PLAIN, out)  # type: ignore[arg-type]
    assert ("token" in said[0], "token" in said[1], "delete" in said[1]) == (False, True, False)


def test_defaults_are_shown_when_everything_is_asked_for() -> None:
    brief, whole = io.StringIO(), io.StringIO()
    print_checkup(SETTINGS, DOCTOR, PLAIN, brief)
    print_checkup(SETTINGS, DOCTOR, DisplayOptions(verbose=True), whole)
    assert ("stall" in brief.getvalue(), "the default of stall" in whole.getvalue()) == (False, True)


def test_all_good_is_said_and_so_is_what_could_not_be_told() -> None:
    out = io.StringIO()
    print_checkup((), DOCTOR[:1], PLAIN, out)
    assert out.getvalue().endswith("All good.\n")
