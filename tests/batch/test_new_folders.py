"""How long a folder that a run made need not be known to init."""

from __future__ import annotations

from typing import Any

import pytest

from kinescope_upload.batch.run import Run, UploadOptions
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.policy.sizing import Sizing
from kinescope_upload.upload import Dialect

_OPTIONS = UploadOptions(
    project_id="p",
    dialect=Dialect.TUS,
    retry=RetryPolicy(),
    chunks=Sizing.fixed(1),
    orphan_wait=5.0,
    longest_wait=3600.0,
)


@pytest.mark.parametrize(("passed", "is_new"), [(0.0, True), (59.0, True), (60.0, False)])
def test_init_may_not_know_a_new_folder_for_a_minute(passed: float, *, is_new: bool) -> None:
    times = iter([100.0, 100.0 + passed])
    nobody: Any = None  # nothing is asked
    run = Run(
        backends=nobody,
        options=_OPTIONS,
        stop=nobody,
        waits=nobody,
        pace=nobody,
        pause=nobody,
        jobs=nobody,
        emit=nobody,
        randomness=nobody,
        clock=lambda: next(times),
    )
    run.note_new_folder("made")
    assert run.is_new_folder("made") is is_new
    assert not run.is_new_folder("another")
