"""What a try comes to."""

from __future__ import annotations

import pytest

from kinescope_upload.commands.doctor.readings.outcome import (
    Found,
    LeftVideo,
    NotTold,
    NotTried,
    Step,
    StepState,
    TrialResult,
    differs,
    in_order,
)
from kinescope_upload.commands.doctor.readings.table import READINGS

FOUND = in_order((Found(name=one.name, value=one.default) for one in READINGS), otherwise="")
LEFT = LeftVideo(video_id="v", title="t", reason="r")


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (TrialResult(outcomes=FOUND), 0),
        (TrialResult(outcomes=in_order((), otherwise="on purpose")), 0),
        (TrialResult(outcomes=FOUND, steps=(Step(subject="x", state=StepState.NOTE, message="y"),)), 0),
        (TrialResult(outcomes=FOUND, kept=("a folder",)), 0),
        (TrialResult(outcomes=FOUND, steps=(Step(subject="x", state=StepState.AGAINST, message="y"),)), 1),
        (TrialResult(outcomes=FOUND, steps=(Step(subject="x", state=StepState.NOT_TRIED, message="y"),)), 1),
        (TrialResult(outcomes=(*FOUND, NotTold(name="move", why="y"))), 1),
        (TrialResult(outcomes=FOUND, left=(LEFT,)), 1),
        (TrialResult(outcomes=FOUND, left=(LEFT,), stopped="no network"), 3),
        (TrialResult(outcomes=FOUND, stopped="Interrupted.", is_interrupted=True), 130),
    ],
)
def test_the_exit_code(result: TrialResult, code: int) -> None:
    assert result.exit_code == code


def test_every_reading_has_one_outcome_in_the_tables_order_and_the_last_one_counts() -> None:
    first, last = NotTold(name="move", why="a"), Found(name="move", value="both")
    outcomes = in_order((first, last), otherwise="why not")
    assert [outcome.name for outcome in outcomes] == [reading.name for reading in READINGS]
    assert [outcome for outcome in outcomes if outcome.name == "move"] == [last]
    assert NotTried(name="head", why="why not") in outcomes


def test_only_a_value_that_was_found_can_differ_from_the_default() -> None:
    assert differs(Found(name="move", value="both"))
    assert not differs(Found(name="move", value="put"))
    assert not differs(NotTold(name="move", why="x"))
