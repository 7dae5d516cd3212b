"""Under every reading of what is not known about Kinescope the promise holds, or a sentence says what is in doubt."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinescope_upload.audit.compare import Kind
from kinescope_upload.emulator import READINGS
from support.reading_story import arrange, break_things, check_fixed, check_promise, check_views, upload_with_faults
from support.world import make_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.postgres import Server
    from support.world import World, WorldMaker

SINGLE: Final = [{}, *({name: value} for name, values in READINGS.items() for value in values[1:])]
QUICK: Final[tuple[Mapping[str, str], ...]] = (
    {},
    {"root-parent": "null"},
    {"move": "patch"},
    {"originals": "off"},
    {"suspended-upload": "gone"},
    {"description": "dropped"},
    {"upload-token": "needed"},
)
"""Those that `make test` plays: each takes another way through the program."""
IN_DOUBT: Final = {
    ("json", "description", "dropped"),  # nothing says whose the unfinished video is that a lost answer left
    ("tus", "pending-assets", "told"),  # a suspended video with assets may be a complete one under an unpaid plan
    ("json", "pending-assets", "told"),
}
"""Where nobody can tell what a broken upload left: the run must end with exit code 1 and name the videos."""


def _name(readings: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in readings.items()) or "default"


SINGLES: Final = [
    pytest.param(dialect, one, id=f"{dialect}-{_name(one)}", marks=() if one in QUICK else pytest.mark.slow)
    for one in SINGLE
    for dialect in ("tus", "json")
]


@pytest.mark.parametrize(("dialect", "readings"), SINGLES)
def test_the_job_is_right_under_each_reading(dialect: str, readings: Mapping[str, str], worlds: WorldMaker) -> None:
    is_done = _play(worlds(dialect, readings=readings), readings)
    assert is_done is not any((dialect, *one) in IN_DOUBT for one in readings.items())


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=36, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    dialect=st.sampled_from(["tus", "json"]),
    readings=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in READINGS.items()}),
)
def test_the_job_is_right_under_any_mixture_of_readings(
    dialect: str, readings: Mapping[str, str], postgres: Server
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="kupload-readings-") as folder,
        postgres.database() as database,
        make_world(Path(folder), database, dialect=dialect, readings=readings) as world,
    ):
        _play(world, readings)


def _play(world: World, readings: Mapping[str, str]) -> bool:
    """Plays the whole story; whether every lesson got its video, so that there was something to look at afterwards."""
    arrange(world)
    last = upload_with_faults(world)
    check_promise(world, last)
    if last.exit_code != 0:
        return False
    check_views(world)
    break_things(world)
    report = check_fixed(world)
    kept_originals = readings.get("originals") != "off"
    left = [one.kind for one in report.findings if not one.kind.is_note]
    assert left == ([] if kept_originals else [Kind.TWO_VIDEOS]), "without originals nothing proves the other video"
    return True
