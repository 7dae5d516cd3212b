"""The last run's rate is remembered beside the progress."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.progress import courses_in, ignored_in
from kinescope_upload.progress.last_rate import RATE_FILE, KnownRate, read_rate, remember_rate

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = KnownRate(rate=4_400_000, at=datetime(2026, 11, 25, 12, 30, tzinfo=UTC))


def test_what_is_written_is_read_and_is_no_courses_progress(tmp_path: Path) -> None:
    assert read_rate(tmp_path) is None
    remember_rate(tmp_path, KNOWN)
    assert read_rate(tmp_path) == KNOWN
    assert (courses_in(tmp_path), ignored_in(tmp_path)) == ((), ())
    assert KNOWN.seconds_for(8_800_000) == 2.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kupload rate 2\n5\n2026-11-25T12:30:00+00:00\n",
        "kupload rate 1\n0\n2026-11-25T12:30:00+00:00\n",
        "kupload rate 1\n-5\n2026-11-25T12:30:00+00:00\n",
        "kupload rate 1\nfast\n2026-11-25T12:30:00+00:00\n",
        "kupload rate 1\n5\nyesterday\n",
        "kupload rate 1\n5\n2026-11-25T12:30:00\n",
        "kupload rate 1",
        "\ud800",
    ],
)
def test_what_cannot_be_read_is_not_known(tmp_path: Path, text: str) -> None:
    (tmp_path / RATE_FILE).write_bytes(text.encode("utf-8", "surrogatepass"))
    assert read_rate(tmp_path) is None
