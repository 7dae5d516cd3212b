"""Foretells which complete videos of before a run takes over for lessons of which nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kinescope_upload.commands.complete_videos import complete_videos
from kinescope_upload.plan import Decision
from kinescope_upload.plan.decision import PlanDecision

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.kinescope.video import Video
    from kinescope_upload.model import VideoFile
    from kinescope_upload.plan import Plan, PlannedLesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreteller:
    """Tells which videos a run takes over.

    Attributes:
        database: Tells which videos rows name.
        recorded: The ids of the videos that records name.
        md5_of: Gives a file's MD5; None where it cannot be read in time.
    """

    database: LessonsDatabase
    recorded: Collection[str]
    md5_of: Callable[[VideoFile], str | None]

    def __call__(self, plan: Plan, folders: Mapping[str, str], kinescope: KinescopeApi) -> Plan:
        """The plan, in which nothing is sent again of what is there; one request for each hundred videos.

        Args:
            plan: What the run does, as far as files, rows and progress tell.
            folders: The folder of each course.
            kinescope: Lists the videos.
        """
        found = complete_videos(plan, folders, kinescope, self._named)
        if not found:
            return plan
        return replace(plan, lessons=tuple(self._told(one, found.get(one.lesson_id)) for one in plan.lessons))

    def _named(self) -> set[str]:
        return {key for row in self.database.rows() for key in row.named}.union(self.recorded)

    def _told(self, lesson: PlannedLesson, video: Video | None) -> PlannedLesson:
        if video is None or (video.md5 is not None and video.md5 != self.md5_of(lesson.file)):
            return lesson
        reason = f"video {video.id} of before has size and title of the file, and is taken over: its row is written"
        return replace(lesson, planned=PlanDecision(Decision.LINK, reason))
