"""A try begins only where it deletes nothing of another one that goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.doctor.readings.outcome import TrialResult
from kinescope_upload.commands.doctor.trial.preflight import LONGEST_TRY, check_no_try_is_at_work
from kinescope_upload.commands.doctor.trial.report import ended_tries, write_report
from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.video import Video

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 2, 18, 12, 0, tzinfo=UTC)
RUN = "0123abcd"


def made(age: float | None) -> Video:
    """A video of a try that was made so many seconds ago."""
    created_at = None if age is None else NOW - timedelta(seconds=age)
    return Video(id="x", title=f"kupload try {RUN}: init", status="pending", created_at=created_at)


@pytest.mark.parametrize(
    ("age", "ended", "hint"),
    [
        (200.0, frozenset[str](), "wait 11 min 40 s"),
        (0.0, frozenset({"89abcdef"}), "wait 15 min 00 s"),
        (LONGEST_TRY - 1, frozenset[str](), "wait 1 s"),
        (None, frozenset[str](), "delete it at Kinescope"),
    ],
)
def test_a_young_video_may_be_of_a_try_that_goes_on(age: float | None, ended: frozenset[str], hint: str) -> None:
    with pytest.raises(UsageError, match="another try may go on") as caught:
        check_no_try_is_at_work([made(5000), made(age)], ended=ended, now=NOW)
    assert hint in caught.value.hint
    assert f"kupload try {RUN}: init" in caught.value.what


@pytest.mark.parametrize(
    ("age", "ended"),
    [(LONGEST_TRY, frozenset[str]()), (5000.0, frozenset[str]()), (10.0, frozenset({RUN})), (None, frozenset({RUN}))],
)
def test_an_old_video_and_one_of_a_try_that_ended_is_of_none_that_goes_on(
    age: float | None, ended: frozenset[str]
) -> None:
    check_no_try_is_at_work([made(age)], ended=ended, now=NOW)


def test_a_try_that_wrote_its_file_has_ended(tmp_path: Path) -> None:
    for run in (RUN, "89abcdef"):
        write_report(TrialResult(outcomes=()), tmp_path, run=run, at=NOW, api_url="https://api.kinescope.io")
    for name, text in (("a", "{"), ("b", json.dumps({"try": 7})), ("c", "[]"), ("d", "[" * 100_000)):
        (tmp_path / f"kupload-try-{name}.json").write_text(text)
    (tmp_path / "kupload-try-e.json").write_bytes(b"\xff")
    assert ended_tries(tmp_path) == {RUN, "89abcdef"}
    assert ended_tries(tmp_path / "nowhere") == frozenset()
