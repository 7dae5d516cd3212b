"""A machine that has a part of a library: it does what it has, leaves the rest to others, and says that it is left."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.cluster.presence import Presence
from kinescope_upload.library.disk import Disk
from support.clusters import ClusterWorld, cluster_worlds
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

pytestmark = pytest.mark.timeout(300)

_COURSES = ("01_first/m01_start", "02_second/m01_start")
_SECTIONS = ("01_first/m01_start", "01_first/m02_more")


def _two_parts(world: ClusterWorld, folders: tuple[str, ...] = _COURSES) -> None:
    """A library of two folders whose lessons take turns."""
    for number, folder in enumerate(folders):
        for place in range(1, 4):
            content = content_of((200 + 10 * place + number) * KIB, seed=f"{folder}/{place}")
            world.add_file(f"{folder}/{place:03d}.mp4", content)
    world.add_lessons()


def _lines(said: str, word: str) -> list[str]:
    return [line for line in said.splitlines() if word in line]


@pytest.mark.parametrize("folders", [pytest.param(_COURSES, id="courses"), pytest.param(_SECTIONS, id="sections")])
def test_machines_that_lack_a_folder_each_do_what_they_have_and_leave_the_rest(
    cluster_worlds: Worlds, folders: tuple[str, str]
) -> None:
    world = cluster_worlds()
    _two_parts(world, folders)
    assert world.at("all", "cluster", "enqueue")[0] == 0
    for name, folder in zip(("one", "two"), folders, strict=True):
        here = world.folder / f"part-{name}"
        shutil.copytree(world.library / folder, here / folder)
        world.machine(name, {"nas": here})
    world.worker("one").wait(timeout=60)
    said = world.said()
    assert world.running[-1].returncode == 1, said
    course, _, section = folders[1].partition("/")
    assert world.count("stage = 'linked'") == 3
    assert world.count("record ? 'failure'") == 0
    assert len(_lines(said, f"What is missing of course {course} is left to machines that have it")) == 1, said
    assert f"3 lessons wait for a machine that has the files: {course}_{section}_001" in said
    assert (_lines(said, "Already linked"), _lines(said, "Left ")[0].split()[1]) == ([], "3;"), said
    world.worker("two").wait(timeout=60)
    assert world.running[-1].returncode == 0, world.said()
    world.everything_is_right(again=0)


@pytest.mark.slow
def test_a_share_that_half_disappears_costs_no_lesson_and_is_waited_for(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.lease = 60
    _two_parts(world)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    world.link.slow_down(shared_rate=60_000)
    world.worker("one")
    world.wait_until(lambda: world.count("stage = 'created' AND course = '01_first'") > 0)
    files, kept = sorted((world.library / "01_first").rglob("*.mp4")), world.folder / "kept"
    kept.mkdir()
    for file in files:
        file.rename(kept / file.name)
        file.symlink_to(file)  # each look ends with an error of the system
    world.link.slow_down(shared_rate=6_000_000)
    world.wait_until(lambda: world.count("stage = 'linked' AND course = '02_second'") == 3)
    world.wait_until(lambda: "What is missing of course 01_first is left" in world.said())
    for file in files:
        file.unlink()
        (kept / file.name).rename(file)
    world.running[-1].wait(timeout=100)
    assert world.running[-1].returncode == 0, world.said()
    assert world.count("record ? 'failure'") == 0
    world.everything_is_right(again=0.2)


def test_a_library_that_goes_away_in_mid_run_leaves_its_lessons_and_they_count_as_left(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    _two_parts(world)
    assert world.at("one", "cluster", "enqueue")[0] == 0
    world.link.slow_down(shared_rate=60_000)
    world.worker("one")
    world.wait_until(lambda: world.count("stage = 'created'") > 0)
    world.library.rename(world.folder / "away")
    world.link.slow_down(shared_rate=6_000_000)
    world.running[-1].wait(timeout=100)
    said = world.said()
    assert world.running[-1].returncode == 1, said
    linked = world.count("stage = 'linked'")
    assert world.count("record ? 'failure'") == 0
    assert "left: library nas is away: a machine that has it goes on" in said
    assert f"{6 - linked} lessons wait for a machine that has library nas." in said
    assert (_lines(said, "Already linked"), _lines(said, "Left ")[0].split()[1]) == ([], f"{6 - linked};"), said
    (world.folder / "away").rename(world.library)
    assert world.at("one")[0] == 0
    world.everything_is_right(again=0.2)


def test_a_folder_is_waited_for_that_was_there_and_not_one_that_never_was(tmp_path: Path) -> None:
    now, told = [0.0], list[str]()
    files = {course: [f"{course}/m/{number}.mp4" for number in range(3)] for course in ("a", "b")}
    for path in (path for paths in files.values() for path in paths):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    presence = Presence({"nas": tmp_path}, {"nas": files}, Disk(), clock=lambda: now[0], tell=told.append, longest=60)
    presence.sees("nas", "a/m/0.mp4", can_read=True)
    (tmp_path / "a/m/1.mp4").unlink()
    assert not presence.is_lost("nas", "a/m/1.mp4")  # one file alone
    for course in files:
        shutil.rmtree(tmp_path / course)
    (tmp_path / "other").mkdir()
    for path in ("a/m/0.mp4", "b/m/0.mp4", "a/m/2.mp4", "b/2.mp4"):
        presence.sees("nas", path, can_read=False)
        assert presence.is_lost("nas", path)
        assert not presence.is_away("nas")
    assert (set(presence.awaited_folders()), len(told)) == ({("nas", "a/m")}, 2)
    now[0] = 61
    assert set(presence.awaited_folders()) == set()
    presence.sees("nas", "a/m/0.mp4", can_read=True)
    now[0] = 90
    assert presence.is_lost("nas", "a/m/0.mp4")
    assert (set(presence.awaited_folders()), len(told)) == ({("nas", "a/m")}, 3)
    shutil.rmtree(tmp_path / "other")
    assert presence.is_away("nas")
    assert presence.awaited() == ["nas"]


@pytest.mark.parametrize("folder", ["a", "a/m", "a/m/n"])
def test_a_folder_is_lost_by_itself_whatever_else_is_there_of_its_course(tmp_path: Path, folder: str) -> None:
    presence = Presence({"nas": tmp_path}, {}, Disk(), clock=lambda: 0.0, tell=lambda _words: None, longest=60)
    (tmp_path / "a/there").mkdir(parents=True)
    (tmp_path / "a/there/1.mp4").write_bytes(b"x")
    presence.sees("nas", "a/there/1.mp4", can_read=True)
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    presence.sees("nas", f"{folder}/0.mp4", can_read=False)
    assert not presence.is_lost("nas", f"{folder}/0.mp4")  # nothing is known of a file beside it
    presence.sees("nas", f"{folder}/1.mp4", can_read=False)
    assert presence.is_lost("nas", f"{folder}/1.mp4")
    presence.sees("nas", "a/gone/0.mp4", can_read=False)
    assert presence.is_lost("nas", "a/gone/0.mp4")
