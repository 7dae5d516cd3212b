"""What a person sees of a try at its end."""

from __future__ import annotations

import io
import json
import uuid

import pytest

from kinescope_upload.commands.doctor.readings.outcome import LeftVideo, Step, StepState, TrialResult, in_order
from kinescope_upload.commands.doctor.trial.view import JsonTrialView, TextTrialView, TrialStart
from support.terminal import Terminal

IDS = tuple(str(uuid.UUID(int=number)) for number in range(3))
LEFT = tuple(
    LeftVideo(
        video_id=video_id,
        title=f"kupload try 0123abcd: video {number}",
        reason="The unfinished video is in the way, and the token may not delete it, as Kinescope says.",
    )
    for number, video_id in enumerate((*IDS, ""))
)
KEPT = ('The folder "kupload try (may be deleted)": there is no documented way to delete one.',)


def result(**changes: object) -> TrialResult:
    fields = {"outcomes": in_order((), otherwise="Interrupted."), "left": LEFT, "kept": KEPT, **changes}
    return TrialResult(**fields)  # type: ignore[arg-type] # what a test names


@pytest.mark.parametrize("columns", [80, 60])
def test_what_stays_is_named_with_whole_ids(columns: int) -> None:
    with Terminal(columns, lines=120) as terminal:
        TextTrialView(terminal.stream).backends(result(), "kupload-try-2026-02-18.json")
        lines = [line.strip() for line in terminal.lines()]
    assert [line for line in lines if line in IDS] == list(IDS)
    assert "id not known" in lines
    assert {f"kupload try 0123abcd: video {number}" for number in range(4)} <= set(lines)


def said(result: TrialResult, file: str | None) -> str:
    out = io.StringIO()
    TextTrialView(out).backends(result, file)
    return out.getvalue()


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(("is_interrupted", "words"), [(False, "4 videos stay on"), (True, "4 videos may stay on")])
def test_the_end_says_how_many_videos_stay_and_what_to_do(is_interrupted: bool, words: str) -> None:
    text = flat(said(result(is_interrupted=is_interrupted), "file.json"))
    assert f"{words} Kinescope. Run the same command again: it deletes videos of an earlier try." in text
    assert ("file.json, marked as interrupted" in text) is is_interrupted


def test_the_end_says_what_the_file_holds_and_whom_to_send_it_to() -> None:
    text = flat(said(result(), "file.json"))
    assert "Written file.json: send it to whoever gave you kupload. It holds no token and no upload URL." in text
    assert "X-Request-IDs whole" in text
    assert "No file could be written." in said(result(), None)


def test_the_table_stands_apart_and_a_list_has_no_heading_of_one_column() -> None:
    lines = said(result(left=()), None).splitlines()
    assert lines[:2] == ["", "Open readings"]
    assert "Stays on purpose" in lines
    assert not [line for line in lines if line.strip() == "What" or line.startswith("Left on Kinescope")]


def test_a_step_that_was_not_tried_is_told_in_both_ways() -> None:
    step = Step(subject="init, tus", state=StepState.NOT_TRIED, message="Set KINESCOPE_WORKSPACE_ID.")
    out, progress = io.StringIO(), io.StringIO()
    view = JsonTrialView(out, progress=TextTrialView(progress))
    view.starts(TrialStart(folder="scratch", mark="kupload try 0123abcd:", longest_wait=600))
    view.found(step)
    view.waits("the search to know a description", 42)
    view.backends(result(steps=(step,), left=()), None)
    assert json.loads(out.getvalue())["steps"] == [
        {"subject": "init, tus", "state": "not_tried", "message": "Set KINESCOPE_WORKSPACE_ID."}
    ]
    assert json.loads(out.getvalue())["exit_code"] == 1
    assert "not tried init, tus          Set KINESCOPE_WORKSPACE_ID.\n" in progress.getvalue()
    assert "waiting for the search to know a description (at most 42 s)\n" in progress.getvalue()
