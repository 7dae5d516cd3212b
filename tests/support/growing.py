"""A library that lives on: files with known contents, lessons with known videos, and what a run would make of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from hashlib import md5
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from kinescope_upload.mapping import Original, assign_by_map, assign_by_scan_rule
from kinescope_upload.model import FilePart, IgnoredFile, LessonRow, MappedLibrary, MappingSource, VideoFile
from kinescope_upload.plan import Decision, Plan, Selection
from kinescope_upload.survey import Survey
from kinescope_upload.upload import Dialect, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SENDS = {Decision.UPLOAD, Decision.RESUME, Decision.LINK}


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file holds; two files of one content are copies."""

    name: str
    size: int
    dated: str = ""
    """The name of the content whose time it has; empty for its own."""

    @cached_property
    def video_id(self) -> str:
        return str(uuid5(NAMESPACE_URL, self.name))

    @cached_property
    def md5(self) -> str:
        return md5(self.name.encode()).hexdigest()

    def md5_of_first(self, length: int | None) -> str:
        return self.md5 if length is None else md5(f"{length} of {self.name}".encode()).hexdigest()

    def at(self, path: str) -> VideoFile:
        """The file with this content; its time is the content's own, as a copy keeps it."""
        return VideoFile(path=path, size=self.size, modified_ns=_time(self.dated or self.name))


def _time(name: str) -> int:
    return int(md5(name.encode()).hexdigest()[:8], 16) * 10**10


def alike(name: str, other: str, *, of_time: str | None = None) -> Content:
    """A content that has the size of another one, and its time, or a third one's."""
    return Content(name=name, size=content(other).size, dated=other if of_time is None else of_time)


@cache
def content(name: str) -> Content:
    """A content whose size no other name gives."""
    return Content(name=name, size=int(md5(name.encode()).hexdigest()[:8], 16) + 1)


@dataclass(slots=True, kw_only=True)
class Growing:
    """A library, its database, and what is true.

    Attributes:
        files: The content at each path.
        lessons: The content that each lesson is about, by lesson id; None for one that has no file anywhere.
        linked: The lessons that have a video.
        sent_from: The path that each linked lesson was uploaded from.
        uploaded: What was uploaded for lessons that are about another content by now: it was shot again.
        ignored: Files that are left alone.
        alike: Whether all files have one size and one time.
        confirmed: The lesson of each path that the map file names.
        has_rows: Whether the database is asked.
    """

    files: dict[str, Content] = field(default_factory=dict)
    lessons: dict[str, Content | None] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)
    sent_from: dict[str, str] = field(default_factory=dict)
    uploaded: dict[str, Content] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    alike: bool = False
    confirmed: dict[str, str] = field(default_factory=dict)
    has_rows: bool = True

    def begin(self, section: str, names: Iterable[str]) -> None:
        """A section whose lessons are all linked."""
        for number, name in enumerate(names, start=1):
            path, lesson_id = f"{section}/{number:03d}_{name}.mp4", f"{section.replace('/', '_')}_{number:03d}"
            self.files[path] = self.lessons[lesson_id] = content(name)
            self.linked.add(lesson_id)
            self.sent_from[lesson_id] = path

    def add_lesson(self, section: str, about: Content | None) -> str:
        """A row with the next number."""
        prefix = section.replace("/", "_")
        numbers = [int(key.rpartition("_")[2]) for key in self.lessons if key.rpartition("_")[0] == prefix]
        lesson_id = f"{prefix}_{max(numbers, default=0) + 1:03d}"
        self.lessons[lesson_id] = about
        return lesson_id

    def rename(self, path: str, to: str) -> None:
        self.files[to] = self.files.pop(path)

    @property
    def rows(self) -> dict[str, LessonRow]:
        return {
            key: LessonRow(
                lesson_id=key,
                course=key.partition("_")[0],
                title=about.name if about else "Без файла",
                video_id=cut.video_id if (cut := self.cut_of(key)) and key in self.linked else None,
            )
            for key, about in self.lessons.items()
        }

    def records(self, known: Iterable[str]) -> dict[str, Record]:
        """What the progress says of these lessons."""
        return {
            key: _record(key, self._file(self.sent_from[key], about), about)
            for key in known
            if (about := self.cut_of(key))
        }

    def half_sent(self, known: Iterable[str]) -> dict[str, Record]:
        """What the progress says of these lessons where the half of each file is sent."""
        return {key: _half(one, self.cut_of(key)) for key, one in self.records(known).items()}

    def _file(self, path: str, one: Content) -> VideoFile:
        return VideoFile(path=path, size=7, modified_ns=7) if self.alike else one.at(path)

    def md5s(self, parts: Sequence[FilePart]) -> dict[FilePart, str]:
        """What reading these files tells."""
        return {part: self.files[part.path].md5_of_first(part.length) for part in parts}

    def survey(self) -> Survey:
        files = tuple(self._file(path, one) for path, one in sorted(self.files.items()))
        return Survey(
            unchecked=MappedLibrary(
                assignments=assign_by_scan_rule(files),
                ignored=tuple(IgnoredFile(path=path, reason="is empty") for path in self.ignored),
            ),
            source=MappingSource.SCAN_RULE,
            selection=Selection(),
            files=files,
            confirmed=assign_by_map(
                {"matched": [{"filePath": path, "lessonId": key} for path, key in self.confirmed.items()]},
                files,
                root="/library",
                origin="kupload-map.json",
            ),
            rows=self.rows if self.has_rows else None,
        )

    def plan(self, records: Mapping[str, Record], *, has_originals: bool = True) -> Plan:
        """What a run would do."""

        def originals(video_ids: Sequence[str]) -> dict[str, Original]:
            kept = {one.video_id: one for key in self.lessons if (one := self.cut_of(key))}
            sizes = {key: kept[key] for key in video_ids}
            return {
                key: Original(size=one.size, md5=one.md5) if has_originals else _NOT_KEPT for key, one in sizes.items()
            }

        survey = self.survey()
        return survey.plan(records, survey.resolve(records, ask=originals, read=self.md5s))

    def wrong(self, plan: Plan) -> list[str]:
        """What the plan would send that is another lesson's."""
        return [
            f"{one.file.path} → {one.lesson_id}"
            for one in plan.lessons
            if one.decision in _SENDS and self.files[one.file.path] != self.lessons[one.lesson_id]
        ]

    def sent(self, plan: Plan) -> set[str]:
        """The lessons that the plan uploads."""
        return {one.lesson_id for one in plan.lessons if one.decision in _SENDS}

    def taken(self, plan: Plan) -> list[str]:
        """The files that the plan counts as what was uploaded for a lesson, and that are not."""
        return [
            f"{one.file.path} → {one.lesson_id}"
            for one in plan.lessons
            if one.record is not None
            and one.record.is_for(one.file)
            and one.decision is not Decision.IN_DOUBT
            and self.files[one.file.path] != self.cut_of(one.lesson_id)
        ]

    def cut_of(self, lesson_id: str) -> Content | None:
        """What was uploaded for the lesson."""
        return self.uploaded.get(lesson_id) or self.lessons[lesson_id]

    def asked(self, plan: Plan) -> dict[str, str | None]:
        """The lesson that each waiting file is proposed for."""
        return {one.file.path: one.lesson_id for one in plan.proposals}


_NOT_KEPT = Original(size=None)


def _half(record: Record, about: Content | None) -> Record:
    assert about
    half = about.size // 2
    return replace(
        record,
        stage=Stage.CREATED,
        upload_url="u",
        offset=half,
        sent_bytes=half,
        sent_md5=about.md5_of_first(half),
        md5=None,
        linked_at=None,
    )


def _record(lesson_id: str, file: VideoFile, about: Content) -> Record:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Record(
        lesson_id=lesson_id,
        course=lesson_id.partition("_")[0],
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        parent_id="p",
        title=about.name,
        dialect=Dialect.TUS,
        video_id=about.video_id,
        stage=Stage.LINKED,
        attempted_at=now,
        offset=file.size,
        md5=about.md5,
        linked_at=now,
    )
