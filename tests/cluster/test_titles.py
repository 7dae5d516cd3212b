"""Lessons whose rows get other titles while they wait for their turn: a row is written as it was enqueued, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.clusters import ClusterWorld, a_machine, cluster_worlds, enqueue, line
from support.world import KIB

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.cluster.line import Line

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds", "line"]

pytestmark = pytest.mark.timeout(300)

_SECOND, _THIRD = "01_analytics_m01_start_002", "01_analytics_m01_start_003"


def _does(world: ClusterWorld, code: int, name: str, *command: str) -> str:
    found, said = world.at(name, *command)
    assert found == code, f"{command}: {said}"
    return " ".join(said.split())


def _exchange_titles(world: ClusterWorld) -> None:
    world.database.execute(
        f"""UPDATE "Lesson" AS one SET title = other.title FROM "Lesson" AS other
        WHERE (one.id, other.id) IN (('{_SECOND}', '{_THIRD}'), ('{_THIRD}', '{_SECOND}'))"""
    )


def _linked(world: ClusterWorld) -> list[str]:
    return [one for (one,) in world.database.query('SELECT id FROM "Lesson" WHERE "videoId" IS NOT NULL ORDER BY id')]


def test_rows_that_get_other_titles_while_their_lessons_wait_are_not_written_until_somebody_enqueues_again(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,) * 4)
    _does(world, 0, "one", "cluster", "enqueue")
    _exchange_titles(world)
    process = world.worker("two")
    assert process.wait(timeout=120) == 1
    assert not {_SECOND, _THIRD} & set(_linked(world))
    assert len(_linked(world)) == 2
    said = " ".join(world.said().split())
    assert 'its row is called "Урок 003_урок" now, and was called "Урок 002_урок" when it was enqueued' in said
    assert "kupload cluster enqueue" in said
    sent = world.emulator.accounting.bytes_received
    _does(world, 0, "one", "cluster", "enqueue")
    assert world.worker("two").wait(timeout=120) == 0
    assert len(_linked(world)) == 4
    assert world.emulator.accounting.bytes_received - sent == 2 * 100 * KIB
    assert _does(world, 0, "one", "verify")


def test_a_title_that_changes_in_the_middle_of_an_upload_leaves_the_row_as_it_is(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((400 * KIB,) * 4)
    _does(world, 0, "one", "cluster", "enqueue")
    world.link.slow_down(shared_rate=150_000)
    process = world.worker("two")
    world.wait_until(lambda: world.count(f"stage = 'created' AND lesson_id IN ('{_SECOND}', '{_THIRD}')") == 2)
    _exchange_titles(world)
    world.link.slow_down()
    assert process.wait(timeout=120) == 1
    assert not {_SECOND, _THIRD} & set(_linked(world))


def test_what_a_row_is_called_stays_written_down_when_somebody_enqueues_without_asking(line: Line) -> None:
    enqueue(line, "a", row_title="Альфа")
    enqueue(line, "a")
    holds = a_machine(line).holds
    taken = holds.take("a")
    assert taken is not None
    assert taken.row_title == "Альфа"
    enqueue(line, "a", row_title="Бета")
    taken = holds.take("a")
    assert taken is not None
    assert taken.row_title == "Бета"
