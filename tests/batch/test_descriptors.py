"""How many workers the open files allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.batch.descriptors import affordable_jobs


@pytest.mark.parametrize(
    ("jobs", "limit", "affordable"), [(4, None, 4), (4, 1024, 4), (64, 1024, 64), (64, 256, 36), (4, 52, 2), (4, 10, 1)]
)
def test_open_files_bound_the_workers(jobs: int, limit: int | None, affordable: int) -> None:
    assert affordable_jobs(jobs, limit) == affordable


@given(jobs=st.integers(1, 64), limit=st.integers(0, 5000))
def test_one_worker_runs_and_never_more_than_wished(jobs: int, limit: int) -> None:
    assert 1 <= affordable_jobs(jobs, limit) <= jobs
