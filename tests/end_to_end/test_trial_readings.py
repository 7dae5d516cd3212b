"""A try against the emulator tells exactly the reading that was set, or why it cannot be told."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kinescope_upload.commands.doctor.readings.table import READINGS
from kinescope_upload.emulator import Action, Fault, Right, Route, Token
from kinescope_upload.emulator.readings import READINGS as OF_EMULATOR
from kinescope_upload.emulator.settings import Rate
from support.trial_runs import trial_world

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

DEFAULTS = {reading.name: reading.default for reading in READINGS}
NOT_TRIED = {
    "rate-scope": "only with --thorough: it takes many requests at once",
    "delete-unknown": "the token may delete; only one that may not can tell",
}
OTHERS = [
    (reading.name, value) for reading in READINGS for value in reading.values[1:] if reading.name not in NOT_TRIED
]
SECOND = {reading.name: reading.values[1] for reading in READINGS if reading.name not in NOT_TRIED}
LAST = {reading.name: reading.values[-1] for reading in READINGS if reading.name not in NOT_TRIED}


def expected(readings: Mapping[str, str]) -> dict[str, str | None]:
    """What a try has to tell of a service with these readings; None where there is nothing to ask."""
    values: dict[str, str | None] = {**DEFAULTS, **readings, **dict.fromkeys(NOT_TRIED)}
    if values["originals"] == "off":
        values["original-name"] = None
        values["pending-assets"] = "empty"  # no original is ever shown
    if values["description"] == "dropped":
        values["search"] = None
    return values


def assert_told(readings: Mapping[str, str], folder: Path) -> None:
    with trial_world(folder, readings) as world:
        run = world.try_it()
        assert run.values == expected(readings), run.readings
        assert {one["outcome"] for one in run.readings.values()} <= {"found", "not_tried"}
        assert (run.exit_code, run.steps("against"), run.said["left"]) == (0, [], [])
        differing = {name for name, one in run.readings.items() if one["differs"]}
        assert differing == {name for name, value in run.values.items() if value not in {None, DEFAULTS[name]}}
        assert world.emulator.videos() == ()


def test_a_deleted_id_and_a_description_are_asked_for_before_anything_else(tmp_path: Path) -> None:
    with trial_world(tmp_path) as world:
        world.try_it()
        records = world.emulator.accounting.records()
        pairs = [(first.route, second.route, first.status or 0) for first, second in pairwise(records)]
        after_deletions = [second for first, second, status in pairs if first is Route.VIDEO_DELETE and status < 300]
        assert after_deletions[0] is Route.INIT
        assert Route.VIDEO_LIST in [second for first, second, _ in pairs if first is Route.INIT]


def test_what_holds_at_the_first_question_is_told_with_its_delay(tmp_path: Path) -> None:
    with trial_world(
        tmp_path, {"deleted-id": "late", "search": "late"}, deleted_id_lingers=0.2, search_lag=0.2
    ) as world:
        world.emulator.faults.add(Fault(route=Route.INIT, skip=2, action=Action.DELAY, delay=0.4))
        world.emulator.faults.add(Fault(route=Route.VIDEO_LIST, skip=1, action=Action.DELAY, delay=0.4))
        run = world.try_it()
        for name, value in (("deleted-id", "free"), ("search", "at-once")):
            told = re.fullmatch(r"or late by less than (\d+\.\d) s", run.readings[name]["note"])
            assert (run.values[name], told is not None and float(told[1]) >= 0.4) == (value, True), run.readings[name]


def test_the_table_is_that_of_the_emulator() -> None:
    assert {reading.name: reading.values for reading in READINGS} == dict(OF_EMULATOR)


def test_by_default_every_reading_is_told_but_for_two_that_say_why_not(tmp_path: Path) -> None:
    assert_told({}, tmp_path)
    with trial_world(tmp_path) as world:
        readings = world.try_it().readings
        assert {name: readings[name]["note"] for name in NOT_TRIED} == NOT_TRIED


@pytest.mark.parametrize("readings", [SECOND, LAST], ids=["second values", "last values"])
def test_many_readings_that_differ_at_once_are_told_each(readings: Mapping[str, str], tmp_path: Path) -> None:
    assert_told(readings, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), OTHERS)
def test_a_reading_that_differs_is_told(name: str, value: str, tmp_path: Path) -> None:
    assert_told({name: value}, tmp_path)


@pytest.mark.slow
@settings(max_examples=12, phases=[Phase.generate])  # each takes seconds, and shrinking many of them
@given(
    readings=st.fixed_dictionaries(
        {one.name: st.sampled_from(one.values) for one in READINGS if one.name not in NOT_TRIED}
    )
)
def test_readings_are_told_in_any_combination(
    readings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_told(readings, tmp_path_factory.mktemp("trial"))


@pytest.mark.parametrize("value", ["api", "all"])
def test_the_rate_limit_is_tried_when_that_is_wished(value: str, tmp_path: Path) -> None:
    with trial_world(tmp_path, {"rate-scope": value}, rate=Rate(per_second=30, per_minute=400)) as world:
        run = world.try_it(is_thorough=True)
        assert run.values["rate-scope"] == value
        assert world.emulator.videos() == ()


@pytest.mark.parametrize(
    ("value", "tokens", "left"), [("403", "one", 0), ("403", "404", 0), ("404", "one", 0), ("404", "404", 1)]
)
def test_a_token_that_may_not_delete_tells_what_deleting_an_unknown_id_meets(
    value: str, tokens: str, left: int, tmp_path: Path
) -> None:
    token = Token(rights=frozenset({Right.UPLOAD}))
    with trial_world(tmp_path, {"delete-unknown": value, "tokens": tokens}, tokens=(token,)) as world:
        run = world.try_it()
        assert (run.values["delete-unknown"], run.exit_code) == (value, 3)
        assert "may not delete" in run.said["stopped"]
        assert len(world.emulator.videos()) == left
        assert [video.id for video in world.emulator.videos()] == [one["video_id"] for one in run.said["left"]]
