"""Files that get other names while a run is at work: no lesson gets another one's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.concurrency import meanwhile
from support.world import KIB, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.world import Outcome, World


def _while_the_first_is_sent(world: World, act: Callable[[], object]) -> Outcome:
    """A run of one upload at a time: something happens after the first bytes of the first file."""
    world.options["jobs"] = 1

    def change() -> None:
        assert world.link.wait_until(lambda link: link.bytes_up > 20 * KIB, timeout=30)
        act()
        world.link.resume()

    world.link.stall(after=20 * KIB)
    with meanwhile(change):
        return world.upload()


def _linked(world: World) -> list[str]:
    return [lesson[-3:] for lesson, (video_id, _) in sorted(world.database.videos().items()) if video_id]


def test_files_that_move_on_by_one_while_a_run_is_at_work_are_not_taken_for_one_another(world: World) -> None:
    world.fill((100 * KIB, 110 * KIB, 120 * KIB, 130 * KIB))
    folder = world.library / "01_analytics/m01_start"

    def put_in() -> None:
        for number in (4, 3, 2):
            (folder / f"{number:03d}_урок.mp4").rename(folder / f"{number + 1:03d}_урок.mp4")
        (folder / "002_урок.mp4").write_bytes(content_of(90 * KIB, seed="put in"))

    outcome = _while_the_first_is_sent(world, put_in)
    assert outcome.exit_code == 1
    assert _linked(world) == ["001"]
    [moved] = [line for line in outcome.said if line["event"] == "lesson_failed" and line["lesson_id"].endswith("_002")]
    assert (
        'files were given other names: its file is called "01_analytics/m01_start/003_урок.mp4" now' in moved["reason"]
    )
    assert world.upload().exit_code == 1, "no position is believed"
    assert _linked(world) == ["001"]


def test_a_file_that_is_taken_out_in_mid_run_lets_no_lesson_take_the_next_one(world: World) -> None:
    world.fill((100 * KIB, 110 * KIB, 120 * KIB, 130 * KIB))
    folder = world.library / "01_analytics/m01_start"

    def take_out() -> None:
        (folder / "002_урок.mp4").unlink()
        for number in (3, 4):
            (folder / f"{number:03d}_урок.mp4").rename(folder / f"{number - 1:03d}_урок.mp4")

    assert _while_the_first_is_sent(world, take_out).exit_code == 1
    assert _linked(world) == ["001"]


def test_a_file_that_is_written_anew_in_mid_run_is_sent_as_it_is_then(world: World) -> None:
    world.fill((100 * KIB, 110 * KIB, 120 * KIB))
    file = world.library / "01_analytics/m01_start/002_урок.mp4"
    outcome = _while_the_first_is_sent(world, lambda: file.write_bytes(content_of(95 * KIB, seed="exported again")))
    assert outcome.exit_code == 0, outcome.said
    world.assert_promise()
