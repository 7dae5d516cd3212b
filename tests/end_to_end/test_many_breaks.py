"""A line that breaks all the time, and a library as large as the first user's."""

from __future__ import annotations

import json
import random
from contextlib import suppress

import pytest

from kinescope_upload.emulator import Break
from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import assign_by_map, assign_by_scan_rule
from kinescope_upload.media.sample_mp4 import write_mp4
from support.real_library import COURSE_COUNTS, make_real_library
from support.world import KIB, World, WorldMaker, content_of

_MIB = 1024 * KIB


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_sixty_files_through_a_line_that_breaks_every_eight_mebibytes(worlds: WorldMaker, dialect: str) -> None:
    chance = random.Random(8)
    world = worlds(dialect)
    for number in range(1, 61):
        size = chance.randrange(1 * _MIB, 7 * _MIB)
        world.add_file(f"01_analytics/m01_start/{number:03d}.mp4", content_of(size, seed=str(number)))
    world.add_lessons()
    world.link.cut(after=8 * _MIB, by=Break.RST)
    outcome = world.upload(chunk_size="64MiB")
    assert outcome.exit_code == 0, outcome.summary
    assert world.link.cuts >= world.library_bytes // (8 * _MIB) - 4
    received = world.emulator.accounting.bytes_received
    assert received <= world.library_bytes * 1.02, f"{received / world.library_bytes:.4f}"
    assert world.link.bytes_up <= world.library_bytes * 1.02, "over the line, headers and lost bytes included"
    world.assert_promise(cuts=world.link.cuts)


@pytest.fixture
def first_users_library(worlds: WorldMaker) -> World:
    """405 files with the real counts per course and sizes in the real proportions, their rows and folders."""
    world = worlds("tus")
    make_real_library(world.library, scale=2e-5)
    world.add_lessons()
    for course in COURSE_COUNTS:
        world.emulator.create_folder(course)
    return world


@pytest.mark.slow
def test_a_library_of_405_files_goes_up_and_a_second_run_finds_nothing_to_do(first_users_library: World) -> None:
    world = first_users_library
    first = world.run("--json", "--chunk-size", "1MiB")
    assert first.exit_code == 0, first.text[-2000:]
    assert (first.summary["uploaded"], first.summary["linked"]) == (405, 405)
    world.assert_promise()
    requests = world.emulator.accounting.requests()
    second = world.run("--json")
    assert (second.exit_code, second.summary["uploaded"], second.summary["skipped"]) == (0, 0, 405)
    assert world.emulator.accounting.requests() == requests


def test_the_old_systems_map_file_gives_the_scan_rules_lesson_ids(first_users_library: World) -> None:
    world = first_users_library
    files = scan(world.library).files
    scanned = assign_by_scan_rule(files)
    matched = [
        {
            "filePath": "E:\\Academy Courses\\" + one.file.path.replace("/", "\\"),
            "lessonId": one.lesson_id,
            "courseId": one.course,
            "title": one.file.stem,
            "score": 1,
        }
        for one in scanned
    ]
    map_file = world.folder / "map.json"
    map_file.write_text(json.dumps({"matched": matched, "basePath": "E:\\Academy Courses"}), encoding="utf-8")
    mapped = assign_by_map(json.loads(map_file.read_text("utf-8")), files, root=str(world.library), origin="map.json")
    assert {one.file.path: one.lesson_id for one in mapped.assignments} == {
        one.file.path: one.lesson_id for one in scanned
    }
    outcome = world.run("--json", "--map", str(map_file), "--limit", "3")
    assert (outcome.exit_code, outcome.summary["linked"]) == (0, 3)


@pytest.mark.timeout(500)
@pytest.mark.slow
@pytest.mark.usefixtures("really_started")
@pytest.mark.parametrize("size", [512 * _MIB, 6 * 1024 * _MIB])
def test_a_file_of_any_size_needs_less_than_sixty_megabytes_of_memory(worlds: WorldMaker, size: int) -> None:
    psutil = pytest.importorskip("psutil")
    world = worlds("tus", keep_bytes=False, hash_bytes=False)
    path = world.add_file("01_analytics/m01_start/001.mp4", b"")
    write_mp4(path, size, seed="large")
    world.add_lessons()
    peak = 0
    with world.start("--json") as process:
        watched = psutil.Process(process.pid)
        assert process.stdout is not None
        for line in process.stdout:  # at its stages, and once a second
            if '"event": "summary"' in line:
                assert json.loads(line)["linked"] == 1
            else:
                with suppress(psutil.NoSuchProcess):  # Windows forgets it when it ends
                    peak = max(peak, watched.memory_info().rss)
    assert process.returncode == 0
    assert 0 < peak < 60_000_000
    [video] = world.emulator.videos()
    assert (video.complete, video.size) == (True, size)


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_bytes_are_counted_as_they_arrive_on_a_line_that_is_cut_every_hundred_kilobytes(
    worlds: WorldMaker, dialect: str
) -> None:
    world = worlds(dialect)
    world.fill((700 * KIB, 900 * KIB, 1100 * KIB, 1300 * KIB))
    world.link.cut(after=100_000, by=Break.RST, times=35)
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said
    received = world.emulator.accounting.bytes_received
    assert outcome.summary["cost"]["breaks"] > 20
    assert outcome.summary["cost"]["sent_bytes"] == pytest.approx(received, rel=0.02)
