"""A dry run tells what a run will do: it asks Kinescope what a run asks first, and never for an upload."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.dry_run.command import dry_run
from kinescope_upload.config import load_settings
from kinescope_upload.emulator import ForeignVideo, Right, Token, VideoStatus
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.progress.last_rate import KnownRate, read_rate, remember_rate
from support.dry_runs import planned
from support.systems import posix_only
from support.world import KIB, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

NO_DELETE = (Token(rights=frozenset({Right.UPLOAD})),)


@pytest.fixture
def two_courses(worlds: WorldMaker) -> World:
    """Two courses; 02_ads has no folder."""
    world = worlds(unique_folder_names=False)
    world.fill((10 * KIB, 20 * KIB))
    (world.library / "02_ads/m01").mkdir(parents=True)
    (world.library / "02_ads/m01/001.mp4").write_bytes(content_of(KIB, seed="ads"))
    world.database.add_lessons([("02_ads_m01_001", "02_ads", "Реклама")])
    return world


def test_the_folders_are_told_and_one_that_is_missing_costs_its_course(two_courses: World) -> None:
    code, plan = planned(two_courses)
    assert (code, plan["not_asked"]) == (1, None)
    assert {one["course"]: one["state"] for one in plan["folders"]} == {"01_analytics": "there", "02_ads": "missing"}
    assert (plan["counts"]["upload"], plan["counts"]["in_doubt"]) == (2, 1)
    assert two_courses.upload().exit_code == code


def test_with_create_folders_the_missing_one_is_no_doubt(two_courses: World) -> None:
    code, plan = planned(two_courses, create_folders=True)
    assert (code, plan["counts"]["upload"]) == (0, 3)
    assert len(two_courses.emulator.folders()) == 1


def test_offline_and_without_credentials_nobody_is_asked_and_that_is_said(two_courses: World) -> None:
    code, plan = planned(two_courses, is_offline=True)
    assert (code, plan["folders"], "--offline" in plan["not_asked"]) == (0, [], True)
    del two_courses.environment["KINESCOPE_API_KEY"]
    del two_courses.environment["KINESCOPE_PROJECT_ID"]
    code, plan = planned(two_courses)
    assert (code, "KINESCOPE_API_KEY and KINESCOPE_PROJECT_ID are not set" in plan["not_asked"]) == (0, True)
    assert two_courses.emulator.accounting.records() == ()


def test_a_token_without_the_right_to_delete_is_exit_3_after_the_plan(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds(tokens=NO_DELETE)
    world.fill((10 * KIB,))
    code, plan = planned(world)
    assert (code, plan["counts"]["upload"]) == (3, 1)
    assert "may not delete" in capsys.readouterr().err
    assert world.upload().exit_code == code


def test_unfinished_videos_of_another_progress_folder_are_exit_2_after_the_plan(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds("tus")
    world.fill((10 * KIB,))
    parent_id = world.emulator.folder_named("01_analytics").id
    left = ForeignVideo(title="Урок 001_урок", parent_id=parent_id, size=5, status=VideoStatus.UPLOADING)
    world.emulator.add_foreign_video(left)
    code, plan = planned(world)
    assert (code, plan["counts"]["upload"]) == (2, 1)
    assert "unfinished video" in capsys.readouterr().err
    assert planned(world, new_progress=True)[0] == 0


def test_a_network_that_is_down_is_exit_3_after_the_plan(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    world.link.refuse()
    code, plan = planned(world, max_outage="1s")
    assert (code, plan["counts"]["upload"]) == (3, 1)
    assert "could not be reached" in capsys.readouterr().err


def test_the_time_is_that_of_the_last_runs_rate(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    assert planned(world)[1]["run_seconds"] is None
    known = KnownRate(rate=100, at=datetime(2026, 1, 1, tzinfo=UTC))
    world.progress.mkdir()
    remember_rate(world.progress, known)
    _, plan = planned(world)
    assert (plan["last_rate_bytes_per_second"], plan["run_seconds"]) == (100, round(plan["to_send_bytes"] / 100))
    assert world.upload().exit_code == 0
    assert read_rate(world.progress) == known  # too little was sent to say more


@pytest.mark.slow
def test_a_run_remembers_its_rate(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((5000 * KIB, 5000 * KIB))
    world.link.slow_down(shared_rate=8_000_000)
    assert world.upload().exit_code == 0
    known = read_rate(world.progress)
    assert known is not None
    assert 2_000_000 < known.rate < 20_000_000


def test_offline_means_nothing_in_a_run(worlds: WorldMaker) -> None:
    outcome = worlds().run("--offline")
    assert (outcome.exit_code, "--dry-run --offline" in outcome.text) == (2, True)


def _a_file_in_its_place(world: World) -> None:
    world.progress.write_text("x")


def _a_file_for_its_locks(world: World) -> None:
    world.progress.mkdir()
    (world.progress / ".run").write_text("x")


@pytest.mark.parametrize("arrange", [_a_file_in_its_place, _a_file_for_its_locks])
def test_a_progress_folder_that_a_run_cannot_write_is_exit_3_after_the_plan(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str], arrange: Callable[[World], None]
) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    arrange(world)
    before = sorted(world.folder.rglob("*"))
    code, plan = planned(world)
    assert (code, plan["counts"]["upload"]) == (3, 1)
    assert "cannot be written" in capsys.readouterr().err
    assert sorted(world.folder.rglob("*")) == before
    assert world.upload().exit_code == code


@pytest.mark.slow
@posix_only("limits as POSIX has them")
def test_a_progress_folder_that_is_full_is_exit_3_as_well(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    limited = (
        "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
        "runpy.run_module('kinescope_upload', run_name='__main__')"
    )
    for arguments in (["--dry-run"], []):
        done = subprocess.run(
            [sys.executable, "-c", limited, *arguments],
            cwd=world.folder,
            env={**world.process_environment, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 3, done.stdout + done.stderr
        assert "cannot be written" in done.stdout + done.stderr


def _lost_among_equals(world: World) -> None:
    """Linked lessons whose files have one size, no progress of them, and a new lesson with its file."""
    for number in range(1, 4):
        world.add_file(f"01_analytics/m01/{number:03}.mp4", content_of(20 * KIB, seed=str(number)))
    world.add_lessons()
    assert world.upload().exit_code == 0
    shutil.rmtree(world.progress)
    world.add_file("01_analytics/m01/004.mp4", content_of(20 * KIB, seed="new"))
    world.database.add_lessons([("01_analytics_m01_004", "01_analytics", "Новый")])


def test_what_a_run_settles_by_md5s_the_dry_run_settles_too_and_asks_nobody(worlds: WorldMaker) -> None:
    world = worlds()
    _lost_among_equals(world)
    told = world.run("--dry-run", "--json")
    [plan] = told.said
    assert (told.exit_code, plan["proposals"], plan["unread_files"]) == (0, [], 0)
    assert {one["lesson_id"]: one["decision"] for one in plan["lessons"]}["01_analytics_m01_004"] == "upload"

    run = world.upload()
    assert (run.exit_code, run.summary["cost"]["sent_bytes"]) == (0, 20 * KIB)


def test_a_dry_run_without_time_says_that_the_run_reads_and_sends_nobody_to_answer(worlds: WorldMaker) -> None:
    world = worlds()
    _lost_among_equals(world)
    settings = load_settings(world.options, directory=world.folder, environment=world.environment)
    out = io.StringIO()
    assert dry_run(settings, DisplayOptions(), out, seconds=0) == 1
    text = " ".join(out.getvalue().split())
    assert "A run reads the MD5s of 3 files first" in text
    assert "map --confirm" not in text
