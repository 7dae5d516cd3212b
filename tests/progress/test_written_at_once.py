"""Several records in one write, and files that are only made where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload.progress import ProgressStore, read_records
from kinescope_upload.progress.atomic import write_new
from kinescope_upload.upload import Dialect, Record, Stage

if TYPE_CHECKING:
    from pathlib import Path


def record(number: int) -> Record:
    return Record(
        lesson_id=f"01_a_{number:03d}",
        course="01_a",
        path=None,
        size=0,
        modified_ns=0,
        parent_id="",
        title="",
        dialect=Dialect.TUS,
        video_id=f"video {number}",
        stage=Stage.LINKED,
    )


def test_many_records_are_one_write_and_the_same_ones_none(tmp_path: Path) -> None:
    records = [record(number) for number in range(500)]
    with ProgressStore(tmp_path, ["01_a"]) as progress:
        progress.save_all(records)
        assert progress.records == {one.lesson_id: one for one in records}
        identity = (tmp_path / "01_a.json").stat().st_ino
        progress.save_all(records[:10])
        assert (tmp_path / "01_a.json").stat().st_ino == identity
    assert read_records(tmp_path) == {one.lesson_id: one for one in records}


def test_a_new_file_is_made_whole_and_an_old_one_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lessons.json"
    write_new(path, b"first")
    with pytest.raises(FileExistsError):
        write_new(path, b"second")
    assert path.read_bytes() == b"first"
    assert [one.name for one in tmp_path.iterdir()] == ["lessons.json"]
