"""What --no-checksum, --order and --bwlimit change in a whole run, and what they leave as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.config import load_settings
from kinescope_upload.errors import UsageError
from kinescope_upload.upload import Stage
from support.world import KIB, World

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("order", ["size", "lesson", "size-desc", "mixed"])
def test_every_order_brings_every_lesson_to_its_end(world: World, order: str) -> None:
    world.fill((300 * KIB, 5, 900 * KIB, 40 * KIB, 7))
    assert world.upload(order=order, jobs="3").exit_code == 0
    world.assert_promise()


def test_without_checksums_everything_is_linked_and_no_md5_is_claimed(world: World) -> None:
    world.fill((5, 600 * KIB))
    assert world.upload(no_checksum=True).exit_code == 0
    assert {(one.stage, one.md5) for one in world.records.values()} == {(Stage.LINKED, None)}


def test_a_limited_run_sends_the_same_bytes(world: World) -> None:
    world.fill((5, 600 * KIB))
    assert world.upload(bwlimit="100M", jobs="2").exit_code == 0
    world.assert_promise()


def test_a_bad_limit_names_the_option_and_shows_how_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings({"bwlimit": "5 apples"}, directory=tmp_path, environment={})
    assert str(caught.value) == (
        '--bwlimit: "5 apples" is not a bandwidth limit: "5" is not a time and a rate. '
        'Write a rate like 5M, or times and rates like "08:00,2M 23:00,off" or "Mon-Fri-08:00,2M Sat-00:00,off".'
    )
