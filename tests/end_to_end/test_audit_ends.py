"""What `verify` and `repair` need of the ends: rows emptied, files streamed, videos found a hundred at a time."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.database.dsn import clean_dsn
from kinescope_upload.database.lessons import LessonsDatabase
from kinescope_upload.emulator import Emulator, ForeignVideo, Route
from kinescope_upload.errors import BatchStoppedError, LessonFailedError, UsageError
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.model import LessonTable
from kinescope_upload.progress import (
    CourseLock,
    change_records,
    courses_in,
    note_deletion,
    read_records,
    stream_records,
)
from kinescope_upload.progress.format import encode_course, encode_record
from kinescope_upload.upload import Dialect, Record, Stage
from support.auditing import THEIRS, kinescope, uploaded

if TYPE_CHECKING:
    from pathlib import Path

    from support.postgres import Database
    from support.world import WorldMaker

# --- Rows --------------------------------------------------------------------------------------------------------


@pytest.fixture
def lessons(database: Database) -> LessonsDatabase:
    database.add_lessons([("c_001", "c", "Первый"), ("c_002", "c", "Второй")])
    return LessonsDatabase(clean_dsn(database.url), LessonTable())


def test_a_row_is_emptied_of_the_id_that_was_seen_in_it(lessons: LessonsDatabase, database: Database) -> None:
    database.set_video("c_001", THEIRS, embed_url(THEIRS))
    database.set_video("c_002", THEIRS, embed_url(THEIRS))
    assert lessons.clear("c_001", THEIRS)
    assert lessons.clear("c_001", THEIRS), "done again, it changes nothing"
    assert database.videos() == {"c_001": (None, None), "c_002": (THEIRS, embed_url(THEIRS))}


@pytest.mark.parametrize("held", ["another", THEIRS.upper()])
def test_a_row_that_holds_something_else_stays_as_it_is(
    held: str, lessons: LessonsDatabase, database: Database
) -> None:
    database.set_video("c_001", held, "https://player")
    assert not lessons.clear("c_001", THEIRS)
    assert database.videos()["c_001"] == (held, "https://player")


def test_a_row_that_is_not_there_is_not_empty(lessons: LessonsDatabase) -> None:
    assert not lessons.clear("c_009", THEIRS)


def test_an_id_of_another_kind_is_emptied_as_it_stands_there(lessons: LessonsDatabase, database: Database) -> None:
    database.set_video("c_001", THEIRS.upper())
    assert lessons.clear("c_001", THEIRS.upper())


def test_a_table_that_does_not_take_it_says_so(lessons: LessonsDatabase, database: Database) -> None:
    database.set_video("c_001", THEIRS)
    database.execute('ALTER TABLE "Lesson" ADD CHECK ("videoId" IS NOT NULL OR id <> \'c_001\')')
    with pytest.raises(LessonFailedError, match="refuses an empty row for lesson c_001"):
        lessons.clear("c_001", THEIRS)


# --- Progress files ----------------------------------------------------------------------------------------------


def _record(number: int) -> Record:
    return Record(
        lesson_id=f"c_{number:03d}",
        course="c",
        path=f"c/{number:03d} «урок».mp4",
        size=100,
        modified_ns=5,
        parent_id="p",
        title="Урок 🔥 }},",
        dialect=Dialect.TUS,
        video_id=str(uuid.UUID(int=number)),
        stage=Stage.LINKED,
        attempted_at=datetime(2026, 1, 1, tzinfo=UTC),
        offset=100,
    )


def _written(folder: Path, records: list[Record]) -> Path:
    path = folder / "c.json"
    path.write_bytes(encode_course("c", {one.lesson_id: encode_record(one) for one in records}))
    return path


@pytest.mark.parametrize("count", [0, 1, 250])
def test_a_file_is_streamed_record_by_record_as_it_would_be_read_whole(count: int, tmp_path: Path) -> None:
    _written(tmp_path, [_record(number) for number in range(count)])
    assert {one.lesson_id: one for one in stream_records(tmp_path, "c")} == read_records(tmp_path)
    assert courses_in(tmp_path) == ("c",)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_that_is_laid_out_in_another_way_is_read_as_well(indent: int | None, tmp_path: Path) -> None:
    path = _written(tmp_path, [_record(number) for number in range(3)])
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), indent=indent), "utf-8")
    assert [one.lesson_id for one in stream_records(tmp_path, "c")] == ["c_000", "c_001", "c_002"]


def test_a_file_that_was_cut_off_says_so(tmp_path: Path) -> None:
    path = _written(tmp_path, [_record(number) for number in range(3)])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UsageError, match="no progress file that kupload can read"):
        list(stream_records(tmp_path, "c"))
    assert list(stream_records(tmp_path, "other")) == []


def test_records_are_changed_and_the_others_stay_byte_for_byte(tmp_path: Path) -> None:
    path = _written(tmp_path, [_record(number) for number in range(3)])
    before = path.read_bytes().splitlines()
    changed = change_records(
        tmp_path, "c", lambda one: replace(one, title="Другой") if one.lesson_id == "c_001" else one
    )
    after = path.read_bytes().splitlines()
    assert changed == 1
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, False, True, True]
    assert read_records(tmp_path)["c_001"].title == "Другой"


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = _written(tmp_path, [_record(number) for number in range(3)])
    before = path.read_bytes()

    def fail(record: Record) -> Record:
        if record.lesson_id == "c_002":
            raise KeyboardInterrupt
        return replace(record, title="?")

    with pytest.raises(KeyboardInterrupt):
        change_records(tmp_path, "c", fail)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".tmp"] == []
    CourseLock.acquire(tmp_path, "c").release()


def test_what_a_run_is_at_work_on_is_not_changed(tmp_path: Path) -> None:
    _written(tmp_path, [_record(0)])
    lock = CourseLock.acquire(tmp_path, "c")
    try:
        with pytest.raises(UsageError, match="Another run is at work"):
            change_records(tmp_path, "c", lambda one: one)
    finally:
        lock.release()


def test_a_journal_that_cannot_be_written_forbids_the_deletion(tmp_path: Path) -> None:
    (tmp_path / "deleted.jsonl").mkdir()
    with pytest.raises(BatchStoppedError, match="nothing was deleted"):
        note_deletion(tmp_path, {"video_id": THEIRS})


# --- Kinescope ---------------------------------------------------------------------------------------------------


def test_named_videos_are_looked_for_a_hundred_at_a_time_wherever_they_lie(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    ids = [str(uuid.UUID(int=number, version=4)) for number in range(250)]
    for video_id in ids[::2]:
        world.emulator.add_foreign_video(ForeignVideo(id=video_id, title="t"))
    before = world.emulator.accounting.requests()[Route.VIDEO_LIST]
    with kinescope(world) as api:
        assert {one.id for one in api.videos_named(ids)} == set(ids[::2])
        assert list(api.videos_named([])) == []
    assert world.emulator.accounting.requests()[Route.VIDEO_LIST] - before == 3


def test_a_folder_is_listed_oldest_first_so_that_new_videos_move_none_to_another_page(worlds: WorldMaker) -> None:
    world = worlds()
    folder = world.emulator.create_folder("c").id
    made = [_add(world.emulator, folder, number) for number in range(150)]
    listed = []
    with kinescope(world) as api:
        for video in api.videos_in(project_id=world.emulator.project_id, folder_id=folder):
            listed.append(video.id)
            if len(listed) == 50:
                _add(world.emulator, folder, 999)
    assert listed[:150] == made


def _add(emulator: Emulator, folder: str, number: int) -> str:
    return emulator.add_foreign_video(ForeignVideo(title=str(number), parent_id=folder)).id


def test_a_video_is_renamed_and_moved(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    [video, *_] = world.emulator.videos()
    project, folder = world.emulator.project_id, world.emulator.create_folder("elsewhere").id
    with kinescope(world) as api:
        assert api.rename_video(video.id, "День 1").title == "День 1"
        assert api.move_video(video.id, project_id=project, parent_id=folder).folder_id == folder
        assert api.move_video(video.id, project_id=project, parent_id=project).folder_id is None
        with pytest.raises(LessonFailedError, match="rename video"):
            api.rename_video(THEIRS, "x")
