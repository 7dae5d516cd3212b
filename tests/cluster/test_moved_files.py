"""Files that get other names while their lessons wait for their turn: no machine takes another lesson's file."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from support.clusters import ClusterWorld, cluster_worlds
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

_PUT_IN = """INSERT INTO "Lesson" (id, "courseId", title)
SELECT '01_analytics_m01_start_005', "courseId", '' FROM "Lesson" LIMIT 1;
UPDATE "Lesson" AS one SET title = other.title, "videoId" = other."videoId", "videoUrl" = other."videoUrl"
FROM (SELECT * FROM "Lesson") AS other WHERE one.id > '01_analytics_m01_start_002'
AND right(one.id, 1)::int = right(other.id, 1)::int + 1;
UPDATE "Lesson" SET title = 'Новый', "videoId" = NULL, "videoUrl" = NULL WHERE id = '01_analytics_m01_start_002'"""
"""Puts a lesson in at the second place: the others are renumbered with their videos."""

pytestmark = pytest.mark.timeout(300)


def _does(world: ClusterWorld, code: int, name: str, *command: str) -> str:
    found, said = world.at(name, *command)
    assert found == code, f"{command}: {said}"
    return " ".join(said.split())


def _waiting(world: ClusterWorld) -> Path:
    """Four lessons wait for their turn; the folder of their files."""
    world.fill(tuple(number * 10 * KIB for number in (10, 11, 12, 13)))
    _does(world, 0, "one", "cluster", "enqueue")
    return next(world.library.rglob("001*.mp4")).parent


def _move_on(folder: Path, first: int) -> None:
    for path in sorted(folder.iterdir(), reverse=True):
        number = int(path.name[:3])
        if number >= first:
            path.rename(folder / f"{number + 1:03d}{path.name[3:]}")


def _linked(world: ClusterWorld) -> list[str]:
    found = world.database.query('SELECT id FROM "Lesson" WHERE "videoId" IS NOT NULL ORDER BY id')
    return [lesson_id.rpartition("_")[2] for (lesson_id,) in found]


@pytest.mark.parametrize("name", ["one", "two"], ids=["who wrote them down", "another machine"])
def test_files_that_move_on_by_one_while_their_lessons_wait_are_not_taken_for_one_another(
    cluster_worlds: Worlds, name: str
) -> None:
    world = cluster_worlds()
    folder = _waiting(world)
    _move_on(folder, 2)
    (folder / "002_урок.mp4").write_bytes(content_of(99 * KIB, seed="put in"))
    assert world.worker(name).wait(timeout=120) == 1
    assert _linked(world) == ["001"]
    said = " ".join(world.said().split())
    assert 'called "01_analytics/m01_start/003_урок.mp4" now' in said or "wrote down" in said
    assert "kupload cluster enqueue" in said


def test_a_file_that_is_taken_out_lets_no_machine_take_the_next_one_for_it(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    folder = _waiting(world)
    (folder / "002_урок.mp4").unlink()
    for number in (3, 4):
        (folder / f"{number:03d}_урок.mp4").rename(folder / f"{number - 1:03d}_урок.mp4")
    assert world.worker("one").wait(timeout=120) == 1
    assert _linked(world) == ["001"]


def test_a_file_that_was_written_anew_while_its_lesson_waits_is_taken_by_who_wrote_it_down(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    folder = _waiting(world)
    (folder / "002_урок.mp4").write_bytes(content_of(99 * KIB, seed="exported again"))
    assert world.worker("one").wait(timeout=120) == 0
    assert _linked(world) == ["001", "002", "003", "004"]
    _does(world, 0, "one", "verify")


@pytest.mark.parametrize("is_met", [True, False], ids=["a machine has met it", "nobody has"])
def test_the_file_of_a_waiting_lesson_that_got_another_name_is_sent_after_the_next_enqueue(
    cluster_worlds: Worlds, *, is_met: bool
) -> None:
    world = cluster_worlds()
    folder = _waiting(world)
    (folder / "002_урок.mp4").rename(folder / "002_новое имя.mp4")
    if is_met:
        assert world.worker("one").wait(timeout=120) == 1
        assert _linked(world) == ["001", "003", "004"]
    _does(world, 0, "two")
    assert _linked(world) == ["001", "002", "003", "004"]
    world.everything_is_right(again=0)


def test_the_file_of_a_begun_lesson_that_got_another_name_goes_on_where_it_stopped(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((3000 * KIB, 10 * KIB))
    _does(world, 0, "one", "cluster", "enqueue")
    world.link.slow_down(shared_rate=500_000)
    process = world.worker("one", KUPLOAD_CHUNK_SIZE="256KiB")
    world.wait_until(lambda: world.count('"offset" > 500000') == 1)
    process.kill()
    process.wait()
    world.link.slow_down()
    folder = next(world.library.rglob("001*.mp4")).parent
    (folder / "001_урок.mp4").rename(folder / "001_новое имя.mp4")
    _does(world, 0, "two")
    assert _linked(world) == ["001", "002"]
    world.everything_is_right(again=0.3)


def test_a_lesson_waits_no_more_whose_file_somebody_gives_to_another_lesson(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    folder = _waiting(world)
    path = f"01_analytics/m01_start/{(folder / '002_урок.mp4').name}"
    pair = {"filePath": path, "lessonId": "01_analytics_m01_start_003"}
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": [pair]}), encoding="utf-8")
    said = _does(world, 1, "two")
    assert "1 lesson waits no more, as rows and files are now: 01_analytics_m01_start_002" in said
    assert _linked(world) == ["001", "003", "004"]
    assert len(world.emulator.videos()) == 3


def test_lessons_of_a_section_that_is_in_doubt_by_now_wait_no_more(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    folder = _waiting(world)
    _move_on(folder, 2)
    (folder / "002_урок.mp4").write_bytes(content_of(99 * KIB, seed="put in"))
    said = _does(world, 1, "one")
    assert "no position in it can be trusted" in said
    assert _linked(world) == []


@pytest.mark.parametrize("change", ["deleted", "filled", "course deleted"])
def test_a_lesson_waits_no_more_that_the_database_has_no_more_or_shows_a_video_of(
    cluster_worlds: Worlds, change: str
) -> None:
    world = cluster_worlds()
    _waiting(world)
    statements = {
        "deleted": """DELETE FROM "Lesson" WHERE id LIKE '%_004'""",
        "filled": """UPDATE "Lesson" SET "videoId" = 'c7149e0d-0000-4000-8000-00000000000' || right(id, 1)""",
        "course deleted": 'DELETE FROM "Lesson"',
    }
    world.database.execute(statements[change])
    said = _does(world, 0 if change == "filled" else 1, "two")
    assert "more, as rows and files are now: 01_analytics_m01_start_00" in said
    assert world.count("wanted AND stage <> 'linked'") == 0
    assert "has no turn" not in _does(world, 0, "one", "--status")


def test_a_machine_with_other_copies_takes_nothing_off_the_queue(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    _waiting(world)
    copy = world.folder / "copy"
    shutil.copytree(world.library, copy)
    folder = next(copy.rglob("001*.mp4")).parent
    _move_on(folder, 2)
    (folder / "002_урок.mp4").write_bytes(content_of(99 * KIB, seed="put in"))
    world.machine("two", {"nas": copy})
    assert "waits no more" not in _does(world, 1, "two", "cluster", "enqueue")
    assert world.count("wanted") == 4
    _does(world, 0, "one")
    assert _linked(world) == ["001", "002", "003", "004"]


def test_what_repair_moved_to_other_lessons_is_written_down_with_the_files_of_now(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    folder = _waiting(world)
    _does(world, 0, "one")
    _move_on(folder, 2)
    (folder / "002_урок.mp4").write_bytes(content_of(99 * KIB, seed="put in"))
    world.database.execute(_PUT_IN)
    assert "renumbered" in _does(world, 1, "two", "verify")
    _does(world, 1, "two", "repair", "--yes")
    said = _does(world, 0, "two")
    assert "1 lesson enqueued" in said
    assert _linked(world) == ["001", "002", "003", "004", "005"]
    assert len(world.emulator.videos()) == 5
    _does(world, 0, "one", "verify")


def test_a_course_that_was_renamed_everywhere_leaves_nothing_behind(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    _waiting(world)
    _does(world, 0, "one")
    (world.library / "01_analytics").rename(world.library / "09_metrics")
    world.database.execute(
        """INSERT INTO "Course" (id, title) SELECT '09_metrics', title FROM "Course" WHERE id = '01_analytics';
        UPDATE "Lesson" SET id = replace(id, '01_analytics', '09_metrics'), "courseId" = '09_metrics'"""
    )
    _does(world, 1, "two", "verify")
    _does(world, 1, "two", "repair", "--yes")
    _does(world, 0, "two", "--create-folders")
    assert "01_analytics" not in _does(world, 0, "one", "--status")
    assert len(world.emulator.videos()) == 4
