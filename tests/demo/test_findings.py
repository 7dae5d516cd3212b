"""What the demo claims at the end is looked up, not assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from kinescope_upload.demo.findings import find
from kinescope_upload.demo.interruption import Interruption
from kinescope_upload.demo.lessons import rows
from kinescope_upload.demo.page import Page
from kinescope_upload.demo.report import show_verdict
from kinescope_upload.demo.stage import Stage, open_stage
from kinescope_upload.demo.steps import STEPS, Outcome, Step, perform
from kinescope_upload.emulator import ForeignVideo, VideoStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UPLOAD = Step(title="", words="", arguments=("--create-folders", "--quiet"), may_send=True)


def _on() -> None:
    """Nobody asks to stop."""


@pytest.fixture
def stage(temporary: Path, small_library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with open_stage(small_library, _on) as opened:
        yield opened


def test_findings_name_everything_that_is_not_as_it_should_be(stage: Stage) -> None:
    before = find(stage, _on)
    assert (before.lessons, before.linked) == (5, 0)
    assert [one.partition(" ")[2] for one in before.problems] == ["is not linked"] * 5

    outcome = perform(UPLOAD, stage, Interruption())
    assert outcome.problem is None
    assert (outcome.creations, outcome.bytes_sent) == (5, stage.size)
    done = find(stage, _on)
    assert done.problems == ()
    assert [(one.course, one.lessons, one.identical) for one in done.courses] == [("01_start", 3, 3), ("02_more", 2, 2)]

    videos = {row.lesson_id: str(row.video_id) for row in rows(stage.database_url)}
    first, second, third, fourth, fifth = sorted(videos)
    _flip_a_bit(stage.emulator.bytes_of(videos[first]))
    stage.emulator.set_status(videos[second], VideoStatus.ERROR)
    stage.emulator.delete_video(videos[third])
    _execute(stage, 'UPDATE "Lesson" SET "videoId" = NULL WHERE id = %s', fourth)
    _execute(stage, 'UPDATE "Lesson" SET "videoUrl" = NULL WHERE id = %s', fifth)
    foreign = stage.emulator.add_foreign_video(ForeignVideo(title="чужое"))

    assert sorted(find(stage, _on).problems) == sorted(
        [
            f"{first} has a video that is not byte for byte its file",
            f'{second} has a video with status "error"',
            f"{third} points at {videos[third]}, which is no video",
            f"{fourth} is not linked",
            f"{fifth} is linked, and its address is None",
            f'video {videos[fourth]} ("001, – 🔥") belongs to no lesson',
            f'video {foreign.id} ("чужое") belongs to no lesson',
        ]
    )


def test_a_bad_ending_is_said_in_the_last_line(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    import sys  # noqa: PLC0415 - capsys has put its own stream there by now

    failed = Outcome(step=STEPS[2], exit_code=3, seconds=1.0, creations=0, bytes_sent=0)
    assert not show_verdict(Page(sys.stdout), find(stage, _on), [failed])
    said = capsys.readouterr().out.splitlines()
    assert "`kupload` ended with exit code 3 instead of 0." in said
    assert said[-1] == "0 of 5 lessons are linked; 6 things are not as it should be."


def test_a_step_that_should_send_nothing_may_not() -> None:
    outcome = Outcome(step=STEPS[2], exit_code=0, seconds=1.0, creations=1, bytes_sent=7)
    assert outcome.problem == "`kupload` created 1 uploads and sent 7 bytes, and should not"


def _flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _execute(stage: Stage, statement: str, *values: str) -> None:
    with psycopg.connect(stage.database_url, autocommit=True) as connection:
        connection.execute(statement.encode(), values)
