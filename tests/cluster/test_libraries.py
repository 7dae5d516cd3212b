"""A library that is split over folders and machines: each plans, works and tells of what it has, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from support.clusters import ClusterWorld, cluster_worlds
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds"]

pytestmark = pytest.mark.timeout(300)

_COURSES = (
    "nas/01_nas/m01_start/001.mp4",
    "nas/01_nas/m01_start/002.mp4",
    "disk2/02_disk/m01_start/001.mp4",
    "disk2/03_disk/m01_start/001.mp4",
)
_SECTIONS = (
    "nas/01_nas/m01_start/001.mp4",
    "nas/01_nas/m01_start/002.mp4",
    "disk2/01_nas/m02_more/001.mp4",
    "disk2/01_nas/m02_more/002.mp4",
)
_ALIKE = (
    "nas/01_nas/m01/001.mp4",
    "nas/01_nas/m01/002.mp4",
    "disk2/01_nas/m01_more/001.mp4",
    "disk2/01_nas/m01_more/002.mp4",
)
_BY_COURSE = pytest.param(_COURSES, id="by course", marks=pytest.mark.slow)
_BY_SECTION = pytest.param(_SECTIONS, id="by section")


class _Libraries(NamedTuple):
    """Where the two libraries are."""

    nas: Path
    disk2: Path

    @property
    def both(self) -> dict[str, Path]:
        return self._asdict()


def _split(world: ClusterWorld, paths: tuple[str, ...]) -> _Libraries:
    """A library whose files, all of one size, lie in two folders; "one" has both."""
    roots = _Libraries(world.folder / "nas", world.folder / "disk2")
    for path in paths:
        world.add_file(path.partition("/")[2], content_of(100 * KIB, seed=path))
    world.add_lessons()
    for path in paths:
        to = world.folder / path
        to.parent.mkdir(parents=True, exist_ok=True)
        (world.library / path.partition("/")[2]).rename(to)
    world.machine("one", roots.both)
    return roots


def _does(world: ClusterWorld, code: int, name: str, command: str) -> str:
    found, said = world.at(name, *command.split())
    assert found == code, f"{command}: {said}"
    return said


@pytest.mark.parametrize("paths", [_BY_COURSE, _BY_SECTION, pytest.param(_ALIKE, id="by sections named alike")])
def test_what_another_library_of_the_machine_has_is_no_doubt_and_no_lesson_without_a_file(
    cluster_worlds: Worlds, paths: tuple[str, ...]
) -> None:
    world = cluster_worlds()
    _split(world, paths)
    assert "Belongs to no lesson" not in _does(world, 0, "one", "--dry-run")
    assert "has no file" not in _does(world, 1, "one", "verify")
    assert "doubt" not in _does(world, 0, "one", "doctor")
    assert "Unmatched" not in _does(world, 0, "one", "")
    assert world.count("stage = 'linked'") == 4
    assert "2  linked before" in _does(world, 0, "one", "--dry-run")
    assert "--deep" not in _does(world, 0, "one", "verify")


@pytest.mark.parametrize("paths", [_BY_COURSE, _BY_SECTION])
def test_a_file_as_large_as_one_of_another_machine_s_library_is_not_taken_for_it(
    cluster_worlds: Worlds, paths: tuple[str, ...]
) -> None:
    world = cluster_worlds()
    roots = _split(world, paths)
    world.machine("one", {"nas": roots.nas})
    world.machine("two", {"disk2": roots.disk2})
    world.at("one")  # nobody knows yet who has the rest of its course
    assert world.count("stage = 'linked'") == 2
    for command in ("--dry-run", "map", "", "verify"):
        _does(world, 0, "two", command)
    for command in ("--dry-run", "map", "", "verify"):
        _does(world, 0, "one", command)
    assert world.count("stage IN ('linked', 'verified')") == 4


def test_init_gives_no_record_to_a_library_because_another_is_away(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    roots = _split(world, _COURSES)
    disk2 = roots.disk2.rename(world.folder / "elsewhere")
    here = world.folder / "one"
    toml = (here / "kupload.toml").read_text("utf-8")
    (here / "kupload.toml").write_text("", "utf-8")
    world.database.execute("DROP SCHEMA kupload CASCADE")
    for root in (roots.nas, disk2):
        world.at("one", "--library", str(root), "--new-progress")
    (here / "kupload.toml").write_text(toml, "utf-8")
    assert "Library disk2 is not at" in _does(world, 2, "one", "cluster init")
    disk2.rename(roots.disk2)
    _does(world, 0, "one", "cluster init")
    assert world.count("library = 'disk2' AND course <> '01_nas'") == 2


def test_what_others_write_down_while_a_machine_works_is_in_doubt_no_more_when_it_ends(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    roots = _split(world, _SECTIONS)
    world.machine("one", {"nas": roots.nas})
    world.machine("two", {"disk2": roots.disk2})
    world.link.slow_down(shared_rate=20_000)
    process = world.begin("one")
    world.wait_until(lambda: world.count("stage = 'created'") > 0)
    _does(world, 0, "two", "cluster enqueue")
    world.link.slow_down(shared_rate=6_000_000)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said


def test_every_command_looks_at_each_library_that_is_here(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    roots = _split(world, _COURSES)
    world.machine("two", {"disk2": roots.disk2})
    said = _does(world, 0, "one", "doctor")
    assert "3 courses have their folders" in said
    for root in roots.both.values():
        assert f"{root}: 2 video files" in " ".join(said.split())
    assert "Library nas" not in _does(world, 0, "one", "check --course 02_disk")
    assert "1 file is whole" in _does(world, 0, "one", "check --course 02_disk")
    _does(world, 0, "one", "cluster enqueue")
    for name in ("one", "two"):
        said = _does(world, 0, name, "report")
        assert ("disk2, nas" in said, "4 lessons, 410 kB" in said, "03_disk" in said) == (True, True, True), said


@pytest.mark.parametrize("name", [pytest.param("nas", marks=pytest.mark.slow), "disk2"])
@pytest.mark.parametrize(
    "is_empty", [pytest.param(False, id="missing", marks=pytest.mark.slow), pytest.param(True, id="empty")]
)
def test_lessons_of_a_library_that_is_away_are_left_to_machines_that_have_it(
    cluster_worlds: Worlds, name: str, *, is_empty: bool
) -> None:
    world = cluster_worlds()
    roots = _split(world, _COURSES)
    _does(world, 0, "one", "cluster enqueue")
    moved = roots.both[name].rename(world.folder / "elsewhere")
    if is_empty:
        roots.both[name].mkdir()
    for command in ("--dry-run", "map", "check", "verify", "cluster enqueue"):
        said = _does(world, 1, "one", command)
        assert said.count(f"Library {name} is not at") == 1, said
    assert f"Library {name} is not at" in _does(world, 2, "one", "doctor")
    assert f"Library {name} is not at" in _does(world, 2, "one", f"check --library {name}")
    said = _does(world, 1, "one", "")
    assert said.count(f"Library {name} is not at") == 1, said
    assert f"2 lessons wait for a machine that has library {name}." in said
    assert world.count("stage = 'linked'") == 2
    assert world.count("record ? 'failure'") == 0
    world.machine("two", {name: moved})
    _does(world, 0, "two", "")
    assert world.count("stage = 'linked'") == 4


def test_a_course_that_is_not_here_is_left_to_others_and_the_rest_of_its_library_is_done(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    roots = _split(world, _COURSES)
    _does(world, 0, "one", "cluster enqueue")
    (roots.disk2 / "02_disk").rename(world.folder / "elsewhere")  # its root is there, and holds another course
    said = _does(world, 1, "one", "--jobs 1")
    assert "02_disk_m01_start_001: failed" not in said
    assert 'Of library disk2 neither "02_disk/m01_start/001.mp4" can be read here' in said
    assert "1 lesson waits for a machine that has the files: 02_disk_m01_start_001." in said
    assert world.count("record ? 'failure'") == 0
    assert world.count("stage = 'linked'") == 3
    (world.folder / "elsewhere").rename(roots.disk2 / "02_disk")
    _does(world, 0, "one", "")
    assert world.count("stage = 'linked'") == 4


def test_a_worker_that_goes_on_takes_a_library_s_lessons_when_it_is_there(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    roots = _split(world, _COURSES)
    _does(world, 0, "one", "cluster enqueue")
    for root in roots:
        root.rename(world.folder / f"{root.name}-away")
    world.begin("one", "cluster", "worker")
    world.wait_until(lambda: "Library nas is not at" in world.said())
    for root in roots:
        (world.folder / f"{root.name}-away").rename(root)
    world.wait_until(lambda: world.count("stage = 'linked'") == 4)
    assert "Library nas is there again." in world.said()
