"""The four sides looked at once: what both `verify` and `repair` begin with."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare import (
    Comparison,
    TargetFolder,
    findings_of_folders,
    findings_of_sides,
    lessons_of,
)
from kinescope_upload.audit.compare.events import EmitAudit, VideosListed, Warned
from kinescope_upload.audit.hashes import read_md5s
from kinescope_upload.audit.retries import Retries, RetryingHttpClient
from kinescope_upload.audit.sides import courses_in_question, look_around, sides_of
from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.kinescope.course_folders import match_folders
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.policy.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kinescope_upload.audit.compare import Finding, Lesson, Report
    from kinescope_upload.audit.sides import Ground
    from kinescope_upload.config import Settings
    from kinescope_upload.database import LessonsDatabase

__all__ = ["Audit", "Tools", "inspect", "open_tools"]

_TELL_EVERY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What an inspection works with; the database is None when it goes without."""

    settings: Settings
    api: KinescopeApi
    service: RetryingHttpClient
    database: LessonsDatabase | None
    patience: Retries
    tell: EmitAudit


@contextmanager
def open_tools(settings: Settings, tell: EmitAudit) -> Iterator[Tools]:
    """Kinescope and the database, as long as the block runs.

    Raises:
        UsageError: A setting is missing.
    """
    settings.needed_for_upload()
    patience = Retries(
        policy=RetryPolicy(retries=settings.retries, base=settings.retry_base), longest=settings.max_outage, tell=tell
    )
    with open_kinescope(settings) as kinescope:
        service = RetryingHttpClient(kinescope.service, patience)
        kinescope.service.pace.listen(
            lambda seconds: tell(Warned(message=f"Waits {seconds:.0f} s for a turn: Kinescope limits requests."))
        )
        yield Tools(
            settings=settings,
            api=KinescopeApi(service, api_url=settings.api_url),
            service=service,
            database=database_of(settings),
            patience=patience,
            tell=tell,
        )


@dataclass(slots=True, kw_only=True)
class Audit:
    """What was seen: the comparison, and what disagrees without any video."""

    comparison: Comparison
    others: list[Finding] = field(default_factory=list)

    def report(self) -> Report:
        """Everything that disagrees, as far as was seen by now."""
        return self.comparison.report(self.others)

    def read_files(self, tools: Tools, lessons: Iterable[Lesson]) -> None:
        """Reads these lessons' files for their MD5."""
        library = tools.settings.needed_library()
        md5s, unreadable = read_md5s(library, tuple(lessons), tools.tell)
        self.comparison.learn(md5s)
        self.others += unreadable


def inspect(tools: Tools, ground: Ground | None = None, *, is_deep: bool = False) -> Audit:
    """Looks at everything once.

    Args:
        tools: What it works with.
        ground: Library and rows, where they were looked at before.
        is_deep: Whether every file is read again for its MD5.
    """
    settings = tools.settings
    if ground is None:
        ground = look_around(settings, tools.database, tools.patience)
    courses = courses_in_question(settings, ground)
    sides = sides_of(settings, ground)
    lessons = lessons_of(sides)
    folders = tools.api.folders(settings.needed_project_id())
    matched = match_folders(courses, pinned=settings.folders, folders=folders, project_id=settings.needed_project_id())
    places = {
        one.course: TargetFolder(course=one.course, project_id=settings.needed_project_id(), folder_ids=one.folder_ids)
        for one in matched
    }
    inspection = Audit(comparison=Comparison(lessons, places, has_database=sides.rows is not None))
    inspection.others += [*findings_of_sides(sides, lessons, courses), *findings_of_folders(matched)]
    del sides, lessons, ground
    if is_deep:
        named = [one for one in inspection.comparison.in_question if one.file and one.ids]
        inspection.read_files(tools, named)
    _list_videos(tools, inspection.comparison, places)
    if is_deep:
        inspection.read_files(tools, inspection.comparison.to_be_read())
    return inspection


def _list_videos(tools: Tools, comparison: Comparison, places: Mapping[str, TargetFolder]) -> None:
    """Lists every course's folder, then asks for the named videos that were in none of them.

    A video that is in no folder where it should be is looked for a second time, by its id, before it counts as gone.
    """
    listed = 0
    for place in places.values():
        for folder_id in place.folder_ids:
            is_root = folder_id == place.project_id
            of_folder = None if is_root else folder_id
            for video in tools.api.videos_in(project_id=place.project_id, folder_id=of_folder):
                listed += 1
                if listed % _TELL_EVERY == 0:
                    tools.tell(VideosListed(videos=listed))
                if not is_root or video.folder_id is None:
                    comparison.see(video)
    for video in tools.api.videos_named(comparison.missing()):
        comparison.see(video)
    tools.tell(VideosListed(videos=listed))
