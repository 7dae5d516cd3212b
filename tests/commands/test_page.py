"""A further address of a run's page: for its browser alone, and said where there is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.page import page_addresses
from kinescope_upload.monitor.state_file import StateFile
from kinescope_upload.monitor.web.access import Access
from kinescope_upload.monitor.wishes_file import read_wishes
from support.monitored import a_state

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def progress(tmp_path: Path) -> Path:
    (tmp_path / ".run").mkdir()
    return tmp_path


def _work(progress: Path, page_port: int | None) -> None:
    state = a_state(held_courses=(), written=datetime.now(UTC), page_port=page_port)
    StateFile(progress, state.host, state.process_id).write(state)


def test_the_address_lets_one_browser_in_by_what_the_run_finds_in_its_folder(progress: Path) -> None:
    _work(progress, 8765)
    code, (line,) = page_addresses(progress)
    address, _, rest = line.removeprefix("page: ").partition(" ")
    assert (code, rest) == (0, "(lets one browser in, on nas)")
    wish = read_wishes(progress, a_state().run).page
    assert wish
    token = address.removeprefix("http://127.0.0.1:8765/?token=")
    access = Access(8765)
    assert access.admits(token, wish.digest)
    assert access.enter(token, wish.digest)
    assert access.enter(token, wish.digest) is None


def test_without_a_run_or_a_page_it_says_so(progress: Path) -> None:
    assert page_addresses(progress) == (1, [f"No run is at work on {progress}."])
    _work(progress, None)
    assert page_addresses(progress) == (1, ["The run at work has no page; `kupload --web` starts one that has."])
