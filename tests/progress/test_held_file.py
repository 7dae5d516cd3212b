"""A progress file that another program holds costs no record: the journal takes them until the file is free."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.progress import CourseLock, CourseProgress, ProgressStore, read_records, stream_records
from kinescope_upload.progress.journal import LONGEST
from kinescope_upload.progress.snapshot import load_course
from support.progress_cases import a_record, names_in, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.upload import Record

_BEFORE: Final = a_record("c_000")


class _Holder:
    """`os.replace` on the progress file as Windows answers it while another program has the file open."""

    def __init__(self, winerror: int = 32) -> None:
        self.holds = True
        self.refused = 0
        self._winerror = winerror

    def take_name(self, new: Path, path: Path) -> None:
        if self.holds:
            self.refused += 1
            raise refusal(self._winerror)
        new.replace(path)


class _Held:
    """A course, opened by a run, whose file is held."""

    def __init__(self, folder: Path, winerror: int = 32) -> None:
        self.folder = folder
        self.holder = _Holder(winerror)
        self.told: list[str] = []
        self.course = self.reopened()

    def reopened(self) -> CourseProgress:
        path = self.folder / "c.json"
        return CourseProgress(
            path,
            "c",
            CourseLock.acquire(self.folder, "c"),
            load_course(path, "c"),
            tell=self.told.append,
            take_name=self.holder.take_name,
        )

    def on_disk(self) -> dict[str, Record]:
        """What everybody reads who looks now, in both ways of reading."""
        records = read_records(self.folder)
        assert {record.lesson_id: record for record in stream_records(self.folder, "c")} == records
        return records


def _nothing(_: Path) -> None:
    """A course that no run has worked on."""


def _at_rest(folder: Path) -> None:
    with ProgressStore(folder, ["c"]) as store:
        store.save(_BEFORE)


def _killed(folder: Path) -> None:
    """A file and a journal of a run that was killed."""
    with ProgressStore(folder, ["c"]) as store:
        store.save(a_record("c_000", offset=5))
        store.save(_BEFORE)
        shutil.copytree(folder, folder.parent / "left", ignore=shutil.ignore_patterns(".run"))
    shutil.copytree(folder.parent / "left", folder, dirs_exist_ok=True)
    assert names_in(folder) == ["c.journal", "c.json"]


@pytest.mark.parametrize("before", [_nothing, _at_rest, _killed])
@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_run_whose_file_is_held_records_every_step(
    tmp_path: Path, before: Callable[[Path], None], winerror: int
) -> None:
    folder = tmp_path / "progress"
    folder.mkdir()
    before(folder)
    expected = read_records(folder)
    held = _Held(folder, winerror)
    content = (folder / "c.json").read_bytes() if expected else None

    for offset in range(3):
        held.course.save([a_record(offset=offset)])
        expected["c_001"] = a_record(offset=offset)
        assert held.on_disk() == expected
    both = [a_record("c_002"), a_record("c_003")]
    held.course.save(both)
    expected |= {record.lesson_id: record for record in both}
    assert held.on_disk() == expected == held.course.records

    assert ((folder / "c.json").read_bytes() if content else None) == content
    [sentence] = held.told
    assert sentence.startswith(f"{folder / 'c.json'} cannot be written (Access is denied): c.journal beside it")
    held.holder.holds = False
    held.course.save([a_record("c_004")])
    held.course.close()
    assert names_in(folder) == ["c.json"]
    assert held.on_disk() == expected | {"c_004": a_record("c_004")}


def test_while_the_journal_has_room_the_file_is_left_to_who_holds_it(tmp_path: Path) -> None:
    _at_rest(tmp_path)
    held = _Held(tmp_path)
    for offset in range(20):
        held.course.save([a_record(offset=offset)])
    assert held.holder.refused == 1
    held.course.close()


def test_a_file_that_is_held_when_its_journal_is_full_takes_it_in_later(tmp_path: Path) -> None:
    _at_rest(tmp_path)
    held = _Held(tmp_path)
    held.holder.holds = False
    title = "t" * (LONGEST // 4)
    offsets = iter(range(100))
    held.course.save([a_record(offset=next(offsets), title=title)])
    held.holder.holds = True
    for offset in offsets:
        held.course.save([a_record(offset=offset, title=title)])
        assert held.on_disk() == {"c_000": _BEFORE, "c_001": a_record(offset=offset, title=title)}
        if held.holder.refused == 3:
            break
    assert len(held.told) == 1
    held.holder.holds = False
    for offset in offsets:
        held.course.save([a_record(offset=offset, title=title)])
        if (tmp_path / "c.journal").stat().st_size < len(title):
            break
    assert b'"journal": true' in (tmp_path / "c.json").read_bytes()
    held.course.close()


def test_a_file_that_is_held_to_the_end_is_written_by_the_next_run(tmp_path: Path) -> None:
    _at_rest(tmp_path)
    held = _Held(tmp_path)
    held.course.save([a_record()])
    held.course.close()
    assert names_in(tmp_path) == ["c.journal", "c.json"]
    assert held.on_disk() == {"c_000": _BEFORE, "c_001": a_record()}

    with ProgressStore(tmp_path, ["c"]) as store:
        assert store.notes == ()
        store.save(a_record(offset=1))
    assert names_in(tmp_path) == ["c.json"]
    assert held.on_disk() == {"c_000": _BEFORE, "c_001": a_record(offset=1)}


def test_what_is_no_held_file_stops_the_run(tmp_path: Path) -> None:
    _at_rest(tmp_path)
    held = _Held(tmp_path, winerror=112)  # ERROR_DISK_FULL
    with pytest.raises(BatchStoppedError, match="cannot be written"):
        held.course.save([a_record()])
    assert held.on_disk() == {"c_000": _BEFORE}
    held.course.close()


def test_a_lost_journal_is_not_hidden_by_another_one(tmp_path: Path) -> None:
    folder = tmp_path / "progress"
    folder.mkdir()
    _killed(folder)
    (folder / "c.journal").unlink()
    held = _Held(folder)
    with pytest.raises(BatchStoppedError, match="cannot be written"):
        held.course.save([a_record()])
    held.course.close()
    with ProgressStore(folder, ["c"]) as store:
        assert store.courses_without_journal == {"c"}


def test_who_listens_is_told_at_once_and_who_does_not_finds_it_among_the_notes(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path, ["c"])
    store.note("before")
    assert store.notes == ("before",)
    told: list[str] = []
    store.listen(told.append)
    store.note("now")
    assert (told, store.notes) == (["now"], ("before",))
    store.close()
