"""A run says which linked lessons are called otherwise in the database than when they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.auditing import FIRST, SECOND, THIRD, kinescope, look, mend, uploaded, video_of
from support.world import KIB

if TYPE_CHECKING:
    from support.world import World, WorldMaker

SIZES = (10 * KIB, 20 * KIB, 30 * KIB)
CORRECTED = "another title in the database than when sent"
MOVED_ON = "moved on from lesson to lesson"


def _title(world: World, lesson: str, title: str) -> None:
    world.database.execute(f"UPDATE \"Lesson\" SET title = '{title}' WHERE id = '{lesson}'")


def _warnings(world: World, **options: object) -> str:
    outcome = world.upload(**options)
    assert outcome.exit_code == 0, outcome.said
    return "\n".join(one["message"] for one in outcome.events("warned"))


def test_a_title_that_was_corrected_is_said_until_repair_has_renamed_the_video(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, SIZES)
    assert CORRECTED not in _warnings(world)
    _title(world, FIRST, "Исправлено")

    said = _warnings(world)
    assert f'1 linked lesson has {CORRECTED}: {FIRST} ("Урок 001_урок" → "Исправлено"). `kupload repair`' in said
    assert MOVED_ON not in said
    assert CORRECTED in world.run("--dry-run").text
    assert mend(world).failed == 0
    assert look(world).agrees
    assert CORRECTED not in _warnings(world)


def test_a_video_that_a_person_renamed_is_said_no_more_once_verify_has_seen_it(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, SIZES)
    _title(world, FIRST, "Исправлено")
    with kinescope(world) as api:
        api.rename_video(video_of(world), "Исправлено")
    assert CORRECTED in _warnings(world)
    assert look(world).agrees
    assert CORRECTED not in _warnings(world)


@pytest.mark.parametrize(
    ("titles", "moved_on"),
    [
        ({FIRST: "Урок 002_урок", SECOND: "Урок 001_урок"}, 2),
        ({FIRST: "Новый", SECOND: "Урок 001_урок", THIRD: "Урок 002_урок"}, 3),
    ],
    ids=["exchanged", "shifted"],
)
def test_titles_that_moved_on_while_the_videos_stayed_are_sent_to_verify(
    titles: dict[str, str], moved_on: int, worlds: WorldMaker
) -> None:
    world = worlds()
    uploaded(world, SIZES)
    for lesson, title in titles.items():
        _title(world, lesson, title)

    said = _warnings(world)
    assert f"{moved_on} linked lessons have titles in the database that {MOVED_ON}" in said
    assert "`kupload verify` tells of each" in said
    assert CORRECTED not in said
    assert not look(world).agrees
    assert mend(world).failed == 0
    assert MOVED_ON in _warnings(world), "repair renames no video to a title that moved on"


def test_a_title_that_went_on_to_a_new_row_has_moved_on_too(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, SIZES)
    _title(world, THIRD, "Новый")
    world.database.add_lessons([(f"{THIRD[:-1]}4", "01_analytics", "Урок 003_урок")])
    said = "\n".join(one["message"] for one in world.upload().events("warned"))
    assert MOVED_ON in said
    assert CORRECTED not in said
