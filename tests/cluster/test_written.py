"""What is written down already bears on other machines' plans: dry runs, new cuts, second clusters, lone machines."""

from __future__ import annotations

import os
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

pytestmark = pytest.mark.timeout(300)


def _enqueued(world: ClusterWorld, number: int = 2) -> None:
    world.fill((200 * KIB,) * number)
    code, said = world.at("one", "cluster", "enqueue")
    assert code == 0, said


def _copy(world: ClusterWorld) -> Path:
    copy = world.folder / "copy"
    shutil.copytree(world.library, copy)
    return copy


def _add_alone(world: ClusterWorld) -> None:
    """A machine that has no part in the cluster."""
    alone = world.folder / "alone"
    alone.mkdir()
    (alone / "kupload.toml").write_text(f"library = '{world.library}'\n", encoding="utf-8")


def _does(world: ClusterWorld, code: int, name: str, command: str) -> str:
    found, said = world.at(name, *command.split())
    assert found == code, f"{command}: {said}"
    return said


def test_a_dry_run_doubts_the_files_that_enqueue_doubts(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    _enqueued(world)
    copy = _copy(world)
    next(copy.rglob("*.mp4")).write_bytes(content_of(100 * KIB, seed="old"))
    world.machine("two", {"nas": copy})
    for command in ("--dry-run", "cluster enqueue"):
        assert "and one wrote down 205 kB" in " ".join(_does(world, 1, "two", command).split())


def test_a_dry_run_leaves_lessons_to_the_library_that_has_them(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    _enqueued(world)
    copy = _copy(world)
    world.machine("two", {"disk": copy})
    said = _does(world, 0, "two", "--dry-run")
    assert "library nas has it, too, and keeps it" in " ".join(said.split())
    next(copy.rglob("*.mp4")).write_bytes(content_of(100 * KIB, seed="old"))
    for command in ("--dry-run", "cluster enqueue"):
        assert "two files differ in size" in " ".join(_does(world, 1, "two", command).split())


def test_a_new_cut_of_a_linked_lesson_is_named_by_every_run_of_a_cluster(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((200 * KIB,) * 2)
    assert "changed since upload" not in _does(world, 0, "one", "")
    cut = next(world.library.rglob("*.mp4"))
    cut.write_bytes(content_of(300 * KIB, seed="new cut"))
    os.utime(cut, (10**9, 10**9))
    for command in ("--dry-run", "cluster enqueue", ""):
        assert "1 changed since upload" in " ".join(_does(world, 0, "one", command).split())


def test_copies_with_other_times_alone_are_no_new_cuts(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((200 * KIB,) * 2)
    _does(world, 0, "one", "")
    copy = _copy(world)
    for file in copy.rglob("*.mp4"):
        os.utime(file, (10**9, 10**9))
    world.machine("two", {"nas": copy})
    for command in ("--dry-run", "cluster enqueue", ""):
        assert "changed since upload" not in " ".join(_does(world, 0, "two", command).split())
    _does(world, 0, "two", "verify")


@pytest.mark.parametrize("command", ["", "--create-folders", "--trust-scan", "--dry-run"])
def test_without_the_lessons_rows_nothing_is_written_down_by_position(cluster_worlds: Worlds, command: str) -> None:
    world = cluster_worlds()
    world.fill((200 * KIB,) * 2)
    assert "Leave out --no-db" in _does(world, 2, "one", f"--no-db {command}")
    assert world.count("true") == 0


def test_a_lesson_of_another_library_that_is_being_sent_is_no_file_to_put_back_here(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((2000 * KIB,))
    _does(world, 0, "one", "cluster enqueue")
    world.link.slow_down(shared_rate=100_000)
    process = world.worker("one")
    world.wait_until(lambda: world.count("stage = 'created'") == 1)
    empty = world.folder / "disk"
    (empty / "02_other" / "m01_start").mkdir(parents=True)
    world.machine("two", {"disk": empty})
    code, said = world.at("two", "verify")
    assert code == 1, said
    assert "put it back into the library" not in " ".join(said.split())
    assert "a machine that has it goes on" in " ".join(said.split())
    world.link.slow_down()
    assert process.wait(timeout=60) == 0


def test_no_second_cluster_takes_lessons_that_another_has(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    _enqueued(world)
    here = world.machine("two")
    toml = here / "kupload.toml"
    toml.write_text(toml.read_text("utf-8") + "schema = 'other'\n", encoding="utf-8")
    _does(world, 0, "two", "cluster init")
    assert 'is in the cluster in schema "kupload"' in _does(world, 2, "two", "cluster enqueue")
    assert world.database.query("SELECT count(*) FROM other.lesson") == [(0,)]


def test_what_is_only_looked_at_on_a_machine_without_cluster_says_that_others_share_the_work(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    _enqueued(world)
    _add_alone(world)
    for command in ("--dry-run", "repair --dry-run", "doctor", ""):
        said = " ".join(_does(world, 2, "alone", command).split())
        assert "Several machines share the work on 01_analytics" in said
        assert "2 videos to upload" in said or command != "--dry-run"


def test_a_machine_without_cluster_whose_role_may_not_see_what_others_share_says_what_to_grant(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    _enqueued(world)
    _add_alone(world)
    world.database.execute("CREATE ROLE outsider LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO outsider")
    world.environment["DATABASE_URL"] = world.database.server.tcp_url(world.database.name, "outsider")
    try:
        for command in ("doctor", "", "--dry-run"):
            assert 'role "outsider" may not see on which' in " ".join(_does(world, 3, "alone", command).split())
        said = " ".join(_does(world, 3, "alone", "repair --dry-run").split())
        grants = said[said.index("GRANT USAGE") : said.rindex(";") + 1]
        world.database.execute(grants)
        assert "Several machines share the work on 01_analytics" in " ".join(_does(world, 2, "alone", "").split())
    finally:
        world.database.execute("DROP OWNED BY outsider; DROP ROLE outsider")
