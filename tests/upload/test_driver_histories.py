"""The shipped driver under random histories of faults: one complete video in the end, and nothing else."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Final

import pytest

from kinescope_upload.errors import InDoubtError, LessonFailedError
from kinescope_upload.upload import Dialect, Record, Stage
from support.model_world import (
    ProcessDiedError,
    PromiseBrokenError,
    Setting,
    World,
    make_world,
    md5_of,
    must,
)

HISTORIES: Final = 200
MOST_RUNS: Final = 30
BOTH: Final = tuple(Dialect)
APART: Final = (0, 0, 10**9, 3600 * 10**9)
"""Nanoseconds by which a file's time differs from the one that it is taken for."""
SETTINGS: Final = {
    "tus": Setting(dialects=(Dialect.TUS,)),
    "json": Setting(dialects=(Dialect.JSON,)),
    "both dialects, changing file": Setting(dialects=BOTH, file_changes=True),
    "tus, late": Setting(dialects=(Dialect.TUS,), comes_late=True),
    "json, late": Setting(dialects=(Dialect.JSON,), comes_late=True),
    "json, late, changing file": Setting(dialects=(Dialect.JSON,), comes_late=True, file_changes=True),
    "both dialects, late, changing file": Setting(dialects=BOTH, comes_late=True, file_changes=True),
    "both dialects, changing times": Setting(dialects=BOTH, times_change=True),
    "both dialects, changing file and times": Setting(dialects=BOTH, file_changes=True, times_change=True),
    "both dialects, moving files": Setting(dialects=BOTH, files_move=True, times_change=True),
    "json, no descriptions": Setting(dialects=(Dialect.JSON,), drops_descriptions=True),
    "json, late, no descriptions": Setting(dialects=(Dialect.JSON,), comes_late=True, drops_descriptions=True),
}

PARTS_OF_OTHERS: Final = {
    "tus",
    "json",
    "json, late",
    "json, late, changing file",
    "json, no descriptions",
    "both dialects, changing file",
    "both dialects, changing times",
}
"""Settings whose faults another one has as well, with more beside them."""


def _play(seed: int, setting: Setting) -> tuple[World, str]:
    """One history; says how it ended, or raises when a promise is broken."""
    random = Random(seed)
    world = make_world(random, setting, moments=random.randint(10, 150), size=random.randint(1, 150))
    while not world.weather.is_calm and not (world.saved and world.saved.stage is Stage.LINKED):
        try:
            world.run(random.choice(setting.dialects))
        except (ProcessDiedError, LessonFailedError):
            world.server.pass_time(random.randint(0, 5))
            if setting.file_changes and random.random() < 0.3:
                world.change_file(random.randint(1, 150))
            if setting.times_change and random.random() < 0.3:
                world.shift_time()
            if setting.times_change and setting.file_changes and random.random() < 0.3:
                world.rewrite()
            if setting.files_move and random.random() < 0.3:
                random.choice((world.move, world.take_other))(random.choice(APART))
            if setting.files_move and random.random() < 0.2:
                world.swap()
    world.weather.moments = 0
    return world, _end(world)


def _end(world: World) -> str:
    """Runs in calm weather until a person could leave it alone."""
    world.server.come_through()
    world.server.refuses_head = world.server.hides_offset = False
    ending = "linked"
    for _ in range(MOST_RUNS):
        try:
            record = world.run(world.weather.random.choice(world.setting.dialects))
        except InDoubtError as error:
            ending = "linked by a person"
            _act_as_a_person(world, str(error))
        else:
            _check_end(world, record)
            return ending
    raise PromiseBrokenError("calm runs do not come to their end")


def _check_end(world: World, record: Record) -> None:
    world.server.pass_time(100)
    must(len(world.server.videos) == 1, f"{len(world.server.videos)} videos instead of one")
    (video,) = world.server.videos
    must(video.is_complete, "the video is not complete")
    must(video.id == record.video_id == world.row, "record and row do not name the video")
    version = world.versions[record.path or "", record.modified_ns]
    must(video.versions == {version}, "the video is made of more than one file")
    must(video.length == world.sizes[version], "the video is not as long as its file")
    must(record.md5 == md5_of(version), "the MD5 is another file's")
    must(world.saved is not None and world.saved.video_id == video.id, "the disk does not name the video")
    must(world.saved is not None and not world.saved.lost_marks, "an attempt was never looked for again")


def _act_as_a_person(world: World, said: str) -> None:
    """Deletes the videos that are named, where there is a reason to doubt: nobody knows whose, or the file changed."""
    named = [video for video in world.server.videos if video.id in said]
    must(named, "doubt about a video that is not there")
    must(world.saved is not None and world.saved.failure is not None, "doubt that is not written down")
    if any(video.is_complete for video in named):
        is_same = any(video.versions == {world.version} and video.length == world.file.size for video in named)
        must(not is_same, "doubt although the file is the same")
    else:
        must(world.setting.drops_descriptions, "doubt about an unfinished video although its mark is there")
    world.server.videos = [video for video in world.server.videos if video not in named]


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param(setting, id=name, marks=[pytest.mark.slow] if name in PARTS_OF_OTHERS else [])
        for name, setting in SETTINGS.items()
    ],
)
def test_after_any_history_of_faults_there_is_one_complete_video_and_no_orphan(setting: Setting) -> None:
    endings: Counter[str] = Counter()
    others = swaps = came_late = changed = said_absent = refused_chunks = shifts = rewrites = was_away = foreign = 0
    for seed in range(HISTORIES):
        world, ending = _play(seed, setting)
        endings[ending] += 1
        came_late += world.server.came_late
        changed += len(world.sizes) > 1
        shifts += world.shifts
        rewrites += world.rewrites
        others += world.others
        swaps += world.swaps
        was_away += world.was_away
        foreign += world.server.foreign
        said_absent += world.server.said_absent
        refused_chunks += world.server.refused_chunks

    assert endings["linked"] >= HISTORIES // 3
    assert endings["linked by a person"] > 0 or not setting.drops_descriptions
    assert (changed > 0) is (setting.file_changes or setting.files_move)
    assert (others > HISTORIES // 10) is setting.files_move
    assert (swaps > HISTORIES // 10) is setting.files_move
    assert (shifts > HISTORIES // 4) is setting.times_change
    assert (rewrites > HISTORIES // 10) is (setting.times_change and setting.file_changes)
    assert (came_late > 0) is setting.comes_late
    assert said_absent > HISTORIES
    assert was_away > HISTORIES
    assert foreign > HISTORIES
    assert refused_chunks > HISTORIES // 4
