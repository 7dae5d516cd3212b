"""The fault matrix: after every fault, in both dialects, the promise holds."""

from __future__ import annotations

import pytest

from support.faults import DIALECTS, ROWS, Row
from support.world import KIB, WorldMaker

_SIZES = (40 * KIB, 300 * KIB, 700 * KIB, 900 * KIB)


def _cases() -> list[object]:
    """Each row in each dialect; `make test` plays it in one, in turns, and rows that take seconds in the first."""
    return [
        pytest.param(
            row,
            dialect,
            id=f"{row.name} ({dialect})",
            marks=pytest.mark.slow
            if dialect != row.dialects[0 if row.takes_seconds else number % len(row.dialects)]
            else (),
        )
        for number, row in enumerate(ROWS)
        for dialect in DIALECTS
        if dialect in row.dialects
    ]


@pytest.mark.parametrize(("row", "dialect"), _cases())
def test_the_promise_holds_although(row: Row, dialect: str, worlds: WorldMaker) -> None:
    world = worlds(dialect)
    world.fill(_SIZES)
    row.arrange(world)
    for number, expected in enumerate(row.exits):
        outcome = world.upload()
        assert outcome.exit_code == expected, (number, outcome.said)
        world.heal()
    world.assert_promise(cuts=row.cuts)
