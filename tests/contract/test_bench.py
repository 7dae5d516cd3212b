"""The bench itself: it leaves nothing behind, and says why the real service is not asked."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from contract.bench import Bench, content_of, open_bench, settings_of, why_not_live
from kinescope_upload.emulator import Action, Emulator, Fault, ForeignVideo, Route
from kinescope_upload.errors import KuploadError
from kinescope_upload.upload import Dialect
from support.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(tmp_path / "kinescope") as emulator:
        yield emulator


def environment_of(emulator: Emulator) -> Mapping[str, str]:
    return {
        "KINESCOPE_API_KEY": emulator.token,
        "KINESCOPE_PROJECT_ID": emulator.project_id,
        "KINESCOPE_WORKSPACE_ID": emulator.workspace_id,
        "KINESCOPE_UPLOADER_URL": emulator.url,
        "KINESCOPE_API_URL": emulator.url,
        "KUPLOAD_API_RATE": "off",
        "KINESCOPE_LIVE_FOLDER": emulator.create_folder("scratch").id,
    }


def fail_with_three_videos(bench: Bench, emulator: Emulator) -> None:
    bench.upload(content_of(1000))
    bench.create(bench.record(1000))
    emulator.faults.add(Fault(route=Route.INIT, action=Action.LOSE_ANSWER))
    with suppress(KuploadError, AssertionError):
        bench.create(bench.record(1000))
    assert len(emulator.videos()) == 4
    raise AssertionError("the point")


@pytest.mark.parametrize("dialect", list(Dialect))
def test_videos_are_deleted_even_when_an_assertion_fails(emulator: Emulator, tmp_path: Path, dialect: Dialect) -> None:
    environment = environment_of(emulator)
    folder_id = environment["KINESCOPE_LIVE_FOLDER"]
    theirs = emulator.add_foreign_video(ForeignVideo(title="theirs", parent_id=folder_id))
    with (
        pytest.raises(AssertionError, match="the point"),
        open_bench(settings_of(environment, dialect, tmp_path), folder_id) as bench,
    ):
        fail_with_three_videos(bench, emulator)
    assert [video.id for video in emulator.videos()] == [theirs.id]


def test_what_is_missing_for_the_real_service_is_named(emulator: Emulator) -> None:
    environment = dict(environment_of(emulator))
    assert why_not_live(environment, Dialect.TUS) is None
    del environment["KINESCOPE_WORKSPACE_ID"]
    environment["KINESCOPE_LIVE_FOLDER"] = " "
    assert why_not_live(environment, Dialect.JSON) == "not set: KINESCOPE_LIVE_FOLDER (docs/live-tests.md)"
    assert "KINESCOPE_WORKSPACE_ID" in (why_not_live(environment, Dialect.TUS) or "")


def run_live(environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "live", "-p", "no:cacheprovider", "tests/contract"],
        cwd=ROOT,
        env={"PATH": "", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


@pytest.mark.slow
def test_the_live_tests_run_when_the_environment_holds_what_they_need(emulator: Emulator) -> None:
    text = run_live(environment_of(emulator))
    assert "23 passed, 1 skipped" in text, text
    assert emulator.videos() == ()


@pytest.mark.slow
def test_the_live_tests_are_skipped_when_the_environment_does_not_hold_what_they_need() -> None:
    assert "not set: KINESCOPE_API_KEY" in run_live({})
