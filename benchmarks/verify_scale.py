"""A hundred thousand lessons verified: list requests for each hundred videos, and the most memory, of a real process.

Files on a disk, progress files, rows in a real PostgreSQL, videos on the running emulator; all in one course, which is
the worst case, and spread over a hundred courses.
"""

from __future__ import annotations

import os
import sys
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Final

import psycopg

from benchmarks.stage import MIB, environment, kupload, measured, workshop
from benchmarks.table import Figure, at_most, noted, table_of
from kinescope_upload.demo.postgres import database_server
from kinescope_upload.emulator import Emulator, ForeignVideo, Route
from kinescope_upload.emulator import Settings as EmulatorSettings
from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import assign_by_scan_rule
from kinescope_upload.media.sample_mp4 import SMALLEST, write_mp4
from kinescope_upload.progress.format import encode_course, encode_record
from kinescope_upload.upload import Dialect, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kinescope_upload.model import Assignment

__all__ = ["verify_scale"]

_LESSONS: Final = 100_000
_SECTION: Final = 500
_TABLES: Final = """
CREATE TABLE "Course" (id text PRIMARY KEY, title text NOT NULL);
CREATE TABLE "Lesson" (id text PRIMARY KEY, "courseId" text NOT NULL, title text NOT NULL, "videoUrl" text,
  "videoId" text);
"""
_MANY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    assignment: Assignment
    video_id: str
    md5: str

    @property
    def title(self) -> str:
        return f"Урок {self.assignment.file.stem}, как пройти курс"


def verify_scale(lessons: int = _LESSONS) -> list[Figure]:
    """`kupload verify`, when all agree, and when a tenth of the rows is empty."""
    return [*_verify(lessons, courses=1), *_verify(lessons, courses=_MANY), *_verify(lessons, courses=_MANY, every=10)]


def _verify(lessons: int, *, courses: int, every: int = 0) -> list[Figure]:
    with ExitStack() as stack:
        folder = stack.enter_context(workshop())
        folder.chmod(0o711)  # the database's account has to reach its files
        database = stack.enter_context(database_server(folder / "postgres"))
        _make_files(folder / "library", lessons, courses)
        made = list(_lessons(folder / "library"))
        settings = EmulatorSettings(keep_bytes=False)
        with Emulator(folder / "kinescope", settings) as emulator:
            folders = {one.assignment.course: "" for one in made}
            folders = {course: emulator.create_folder(course).id for course in folders}
            for one in made:
                emulator.add_foreign_video(_video(one, folders))
            _write_progress(folder / "progress", made, folders)
            _write_rows(database, made, every)
            env = environment(folder, emulator.url, database=database) | {
                "KINESCOPE_API_KEY": emulator.token,
                "KINESCOPE_PROJECT_ID": emulator.project_id,
                "KINESCOPE_WORKSPACE_ID": emulator.workspace_id,
            }
            cost = measured(kupload("verify", "--json"), folder, env)
            requests = emulator.accounting.requests()
    [summary] = cost.events("verified")
    where = f"{lessons:,} lessons in {courses:,} course{'s' * (courses > 1)}" + (
        ", a tenth of the rows empty" if every else ""
    )
    hundreds = sum(ceil(lessons / courses / 100) for _ in range(courses))
    told = f"{summary['agreed']:,} agreed, {summary['verified']:,} verified, {summary['findings']:,} findings"
    return [
        at_most(f"{where}: list requests", requests[Route.VIDEO_LIST], hundreds, note=told),
        at_most(f"{where}: requests for single videos", requests[Route.VIDEO_GET], 0),
        at_most(f"{where}: most memory", cost.peak / MIB, 300, " MiB"),
        noted(f"{where}: time", f"{cost.seconds:.0f} s, {cost.cpu:.1f} s of them CPU"),
    ]


def _make_files(root: Path, lessons: int, courses: int) -> None:
    for number in range(lessons):
        course, place = number % courses, number // courses
        section = root / f"{course:03d}_course" / f"m{place // _SECTION:03d}_section"
        if place % _SECTION == 0:
            section.mkdir(parents=True)
        path = section / f"{place % _SECTION:03d}_урок номер {place}.mp4"
        write_mp4(path, SMALLEST + number, seed=str(number))


def _lessons(root: Path) -> Iterator[_Lesson]:
    for number, one in enumerate(assign_by_scan_rule(scan(root).files)):
        yield _Lesson(assignment=one, video_id=str(uuid.UUID(int=number + 1, version=4)), md5=f"{number:032x}")


def _video(one: _Lesson, folders: dict[str, str]) -> ForeignVideo:
    file = one.assignment.file
    return ForeignVideo(
        id=one.video_id,
        title=one.title,
        parent_id=folders[one.assignment.course],
        filename=file.name,
        size=file.size,
        md5=one.md5,
    )


def _write_progress(folder: Path, lessons: Iterable[_Lesson], folders: dict[str, str]) -> None:
    folder.mkdir()
    by_course: dict[str, dict[str, bytes]] = {}
    for one in lessons:
        course = one.assignment.course
        record = _record(one, folders[course])
        by_course.setdefault(course, {})[record.lesson_id] = encode_record(record)
    for course, lines in by_course.items():
        (folder / f"{course}.json").write_bytes(encode_course(course, lines))


def _record(one: _Lesson, parent_id: str) -> Record:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    file = one.assignment.file
    return Record(
        lesson_id=one.assignment.lesson_id,
        course=one.assignment.course,
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        parent_id=parent_id,
        title=one.title,
        dialect=Dialect.TUS,
        video_id=one.video_id,
        stage=Stage.LINKED,
        attempted_at=moment,
        upload_url=f"https://eu-ams-uploader.kinescope.io/upload/{one.video_id}",
        offset=file.size,
        md5=one.md5,
        linked_at=moment,
    )


def _write_rows(url: str, lessons: Iterable[_Lesson], every: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(_TABLES)
        with cursor.copy('COPY "Lesson" (id, "courseId", title, "videoId") FROM STDIN') as copy:
            for number, one in enumerate(lessons):
                video_id = None if every and number % every == 0 else one.video_id
                copy.write_row((one.assignment.lesson_id, one.assignment.course, one.title, video_id))


if __name__ == "__main__":
    os.umask(0o022)
    print(table_of(verify_scale(int(sys.argv[1]) if len(sys.argv) > 1 else _LESSONS)))
