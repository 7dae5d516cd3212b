"""Lists come in pages, and every list has an end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Fault, Route
from kinescope_upload.errors import TryAgainError
from support.auditing import kinescope

if TYPE_CHECKING:
    from support.world import World, WorldMaker


def _always(world: World, answer: object) -> None:
    world.emulator.faults.add(Fault(route=Route.PROJECTS, status=200, message=json.dumps(answer), times=None))


@pytest.fixture(name="there")
def _there(worlds: WorldMaker) -> World:
    return worlds()


@pytest.mark.parametrize("entry", [{"id": "one"}, {"id": 5}, None], ids=str)
def test_a_list_that_tells_no_total_ends(there: World, entry: object) -> None:
    _always(there, {"data": [entry], "meta": {"pagination": {}}})
    with kinescope(there) as api:
        projects = api.projects()
    assert [one.id for one in projects] == (["one"] if entry == {"id": "one"} else [])
    assert there.emulator.accounting.requests()[Route.PROJECTS] == 2


def test_a_list_whose_pages_come_round_again_ends(there: World) -> None:
    for name in ("one", "two") * 10:
        answer = json.dumps({"data": [{"id": name}], "meta": {"pagination": {}}})
        there.emulator.faults.add(Fault(route=Route.PROJECTS, status=200, message=answer))
    with kinescope(there) as api:
        assert [one.id for one in api.projects()] == ["one", "two"]
    assert there.emulator.accounting.requests()[Route.PROJECTS] == 3


def test_a_list_that_shows_less_than_it_tells_of_is_not_taken_for_whole(there: World) -> None:
    _always(there, {"data": [{"id": "one"}], "meta": {"pagination": {"total": 3}}})
    with kinescope(there) as api, pytest.raises(TryAgainError, match="the same page again and tells of 3 entries"):
        api.projects()
