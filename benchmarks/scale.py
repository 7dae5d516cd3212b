"""A hundred thousand files: scan, plan, status; and what recording one step costs in a large course."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from benchmarks.stage import environment, kupload, measured, workshop
from benchmarks.table import Figure, at_most, noted, table_of
from kinescope_upload.commands.course_status import course_statuses
from kinescope_upload.commands.status import Status, status_text
from kinescope_upload.config import load_settings
from kinescope_upload.model import LessonRow
from kinescope_upload.output.terminal_output import Surface
from kinescope_upload.progress import ProgressStore, read_records
from kinescope_upload.survey import survey_library
from kinescope_upload.upload import Dialect, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["make_files", "scale"]

_FILES: Final = 100_000
_SECTION: Final = 100
_SECTIONS_A_COURSE: Final = 50
_RUNS: Final = 7
_RECORDINGS: Final = 9
_PARTS: Final = ("scan and map", "plan", "status")


def scale() -> list[Figure]:
    """Everything that grows with the library, and that must not grow faster."""
    with workshop() as small, workshop() as large:
        make_files(small / "library", _FILES // 10)
        make_files(large / "library", _FILES)
        pairs = [(_look(small), _look(large)) for _ in range(_RUNS)]
        process = measured(kupload("--status"), large, environment(large, "http://127.0.0.1:9"))
    seconds = median(sum(one) for _, one in pairs)
    growth = median(sum(much) / sum(little) for little, much in pairs)
    parts = ", ".join(f"{name} {median(one[part] for _, one in pairs):.2f}" for part, name in enumerate(_PARTS))
    return [
        at_most("scan + plan + status, 100,000 files, CPU", seconds, 3, " s", note=parts),
        at_most("…, 10 times the files, times the time", growth, 12),
        at_most("the process `kupload --status`, 100,000 files, CPU", process.cpu, 3, " s"),
        *_recording(),
    ]


def _look(folder: Path) -> tuple[float, float, float]:
    """Seconds of CPU of a scan with its mapping, of a plan made from it, and of the status told from it."""
    settings = load_settings({"library": str(folder / "library")}, directory=folder, environment={})
    began = time.process_time()
    survey = survey_library(settings)
    scanned = time.process_time()
    assignments = survey.unchecked.assignments
    rows = {one.lesson_id: _row(one.lesson_id, one.course) for one in assignments}
    prepared = time.process_time()
    plan = replace(survey, rows=rows).plan({})
    planned = time.process_time()
    text = status_text(Status(courses=course_statuses(assignments, ())), Surface())
    told = time.process_time()
    if len(plan.work) != len(assignments) or "All" not in text:
        raise RuntimeError(f"{len(plan.work)} of {len(assignments)} files are planned")
    return scanned - began, planned - prepared, told - planned


def _row(lesson_id: str, course: str) -> LessonRow:
    return LessonRow(lesson_id=lesson_id, course=course, title=lesson_id, video_id=None)


def make_files(root: Path, count: int) -> None:
    """Makes so many files of one byte, a hundred in a section, fifty sections in a course."""
    for section in range(count // _SECTION):
        folder = root / f"{section // _SECTIONS_A_COURSE:02d}_course" / f"m{section % _SECTIONS_A_COURSE:02d}_section"
        folder.mkdir(parents=True)
        for number in range(1, _SECTION + 1):
            (folder / f"{number:03d}_урок.mp4").write_bytes(b"x")


def _recording() -> list[Figure]:
    cases = [(1, 10_000), (100, 10_000), (1, 100)]
    rounds = [[_step_cost(courses, lessons) for courses, lessons in cases] for _ in range(_RECORDINGS)]
    few, many, little = (median(one) for one in zip(*rounds, strict=True))
    return [
        at_most("recording a step, course of 10,000 lessons, beside fsync", few * 1000, 2, " ms"),
        at_most("…, 100 courses ÷ 1 course", many / few, 1.25),
        noted("…, course of 100 lessons", f"{little * 1000:.2g} ms"),
    ]


def _step_cost(courses: int, lessons: int) -> float:
    """Seconds that one step costs besides what reaching the disk takes, in a run on so many courses.

    Only one course is large: what the others cost would show all the same.
    """
    with TemporaryDirectory(prefix="kupload-bench-") as place:  # a real disk
        folder = Path(place)
        names = [f"course{number:03d}" for number in range(courses)]
        _write_course(folder, names[0], lessons)
        for name in names[1:]:
            _write_course(folder, name, 10)
        with ProgressStore(folder, names) as store, _stopwatch_on_fsync() as flushing:
            records = [one for key, one in store.records.items() if key.startswith(names[0])][:200]
            took = []
            for record in records:
                step = replace(record, offset=record.offset + 1)
                flushing.clear()
                began = time.perf_counter()
                store.save(step)
                took.append(time.perf_counter() - began - sum(flushing))
        if read_records(folder, [names[0]])[records[0].lesson_id].offset != records[0].offset + 1:
            raise RuntimeError("nothing was recorded")
        return median(took)


@contextmanager
def _stopwatch_on_fsync() -> Iterator[list[float]]:
    """The seconds of every fsync while the context lasts."""
    took: list[float] = []
    real = os.fsync

    def timed(handle: int) -> None:
        began = time.perf_counter()
        real(handle)
        took.append(time.perf_counter() - began)

    os.fsync = timed  # type: ignore[assignment]
    try:
        yield took
    finally:
        os.fsync = real


def _write_course(folder: Path, course: str, lessons: int) -> None:
    (folder / f"{course}.json").write_bytes(_course_file(course, lessons))


@cache
def _course_file(course: str, lessons: int) -> bytes:
    from kinescope_upload.progress.format import encode_course, encode_record  # noqa: PLC0415 - the benchmark's own

    records = [_record(f"{course}_m01_{number:05d}", course) for number in range(lessons)]
    return encode_course(course, {one.lesson_id: encode_record(one) for one in records})


def _record(lesson_id: str, course: str) -> Record:
    from datetime import UTC, datetime  # noqa: PLC0415 - the benchmark's own

    return Record(
        lesson_id=lesson_id,
        course=course,
        path=f"{course}/m01_section/{lesson_id}_урок.mp4",
        size=500_000_000,
        modified_ns=1_700_000_000_000_000_000,
        parent_id="71777756-0000-4000-8000-000000000000",
        title="Как пройти курс – часть 2",
        dialect=Dialect.TUS,
        video_id="9d3b7a10-52c4-4f6e-8b1d-0a9c8e7f6d5b",
        stage=Stage.CREATED,
        attempted_at=datetime(2026, 1, 1, tzinfo=UTC),
        upload_url="https://eu-ams-uploader.kinescope.io/upload/9d3b7a10-52c4-4f6e-8b1d-0a9c8e7f6d5b",
        offset=67_108_864,
    )


if __name__ == "__main__":
    print(table_of(scale()))
