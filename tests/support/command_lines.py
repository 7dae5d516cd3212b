"""One line of JSON of each command that looks at things or takes something over, with every field in it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kinescope_upload.audit.compare import UnknownVideo
from kinescope_upload.audit.delete_unknown import UnknownDeleted
from kinescope_upload.audit.show.unknown import show_unknown, show_unknown_end
from kinescope_upload.commands.check import CheckAnswer, print_check
from kinescope_upload.commands.doctor.check import Check, SettingFact, Standing
from kinescope_upload.commands.doctor.readings.outcome import (
    Found,
    LeftVideo,
    NotTold,
    Step,
    StepState,
    TrialResult,
    in_order,
)
from kinescope_upload.commands.doctor.trial.view import JsonTrialView, TextTrialView
from kinescope_upload.commands.doctor.view import print_checkup
from kinescope_upload.commands.folders import FolderAnswer, print_folders
from kinescope_upload.commands.history import print_history
from kinescope_upload.commands.import_progress.command import print_takeover
from kinescope_upload.commands.import_progress.takeover import NotTaken, Taken, Takeover
from kinescope_upload.commands.map import MapAnswer, print_map
from kinescope_upload.commands.replace.command import Replacement
from kinescope_upload.commands.replace.view import show_replacements
from kinescope_upload.commands.unlink import Unlinking, UnlinkResult
from kinescope_upload.commands.unlink_view import show_unlinked, show_unlinking
from kinescope_upload.errors import LessonFailedError
from kinescope_upload.kinescope.course_folders import CourseFolder, FolderState
from kinescope_upload.kinescope.video import Folder, Video
from kinescope_upload.library.look import LookedAt
from kinescope_upload.media.verdict import Broken, Unknown, Whole
from kinescope_upload.model import Doubt, IgnoredFile, LessonRow, MappedLibrary, Proposal, VideoFile
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.plan import Decision
from kinescope_upload.plan.replacing import Refused, ReplaceStep
from kinescope_upload.upload import Stage
from support.display_cases import FakeTime, assignment, lesson, record_of
from support.monitored import FULL_PAST

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.output.terminal_output import Clock

__all__ = ["CHECK", "DOCTOR", "FOLDERS", "MAP", "SETTINGS", "TAKEOVER", "TRIAL", "checked", "command_lines"]

FOLDERS = FolderAnswer(
    courses=(
        CourseFolder(course="01_analytics", state=FolderState.THERE, folder_ids=("f1",), name="01_analytics"),
        CourseFolder(course="02_ads", state=FolderState.MISSING, name="02_ads", near=("02_add",)),
    ),
    others=(Folder(id="f2", name="02_add"),),
    made=frozenset({"01_analytics"}),
    doubts=(Doubt(course="03_pr", subject="03_pr", reason="the library has no file of it", lesson_ids=("03_pr_001",)),),
)
DOCTOR = (
    Check(subject="token", standing=Standing.GOOD, message="Kinescope accepts …f4a5."),
    Check(subject="delete", standing=Standing.WRONG_OUTSIDE, message="The token may not delete.", hint="Let it."),
)
SETTINGS = (
    SettingFact(name="jobs", value="2", place="jobs from .env line 2", is_default=False, shadowed=("--jobs",)),
    SettingFact(name="stall", value="60.0", place="the default of stall", is_default=True),
)
PROPOSAL = Proposal(
    file=VideoFile(path="01_a/m/x.mp4", size=5, modified_ns=0),
    course="01_a",
    section="01_a/m",
    lesson_id="01_a_002",
    title="Два",
)
MAP = MappedLibrary(
    assignments=(assignment("01_a_001", 10_000_000, "01_a"),),
    doubts=(Doubt(course="01_a", subject="01_a/m", reason="is not sure", lesson_ids=("01_a_002",)),),
    ignored=(IgnoredFile(path="01_a/x.part", reason="is a partial download"),),
    proposals=(PROPOSAL,),
)
TAKEOVER = Takeover(
    taken=(Taken(record=record_of("01_a_001", 5, stage=Stage.LINKED), doubt="nobody knows", remark="by hand"),),
    known=("01_a_002",),
    failed=("01_a_003",),
    not_taken=(NotTaken(lesson_id="01_a_004", reason="two videos", hint="Choose."),),
    without=("old.json: uploaded[3].sizeMB is no number.",),
)


def checked(number: int, suffix: str = "mp4") -> VideoFile:
    """A file that was looked into."""
    return VideoFile(path=f"a/{number}.{suffix}", size=number, modified_ns=5)


CHECK = CheckAnswer(
    looked=LookedAt(
        found={
            checked(1): Whole(container="MP4", duration=127.4, video=1, audio=1, starts_fast=False),
            checked(2): Broken(reason="is text, not a video"),
            checked(5, "avi"): Unknown(container="AVI"),
            checked(7): Whole(container="MP4", duration=None, video=0, audio=1),
        },
        unreadable={checked(3): '"a/3.mp4" cannot be read (Permission denied).'},
        growing=[checked(6)],
    ),
    empty=("a/4.mp4",),
    twins=((checked(1), checked(7)),),
)

TRIAL = TrialResult(
    outcomes=in_order(
        (
            Found(name="move", value="both", remark="twice"),
            NotTold(name="head", why="answered with HTTP 502"),
        ),
        otherwise="only with --thorough",
    ),
    steps=(
        Step(subject="init, tus", state=StepState.GOOD, message="An upload was created."),
        Step(subject="folder", state=StepState.AGAINST, message="A folder is refused."),
    ),
    left=(LeftVideo(video_id="v1", title="kupload try 0123abcd: move", reason="The token may not delete it."),),
    kept=('The folder "kupload try".',),
    stopped="The token may not delete videos.",
)


_LINKED = record_of("01_a_001", 5, stage=Stage.LINKED)
REPLACEMENTS = (
    Replacement(lesson=replace(lesson("01_a_001", 9, Decision.SKIP), record=_LINKED), step=ReplaceStep.BEGIN, keep=60),
    Replacement(lesson=lesson("01_a_002", 9), step=Refused(reason="has no video yet", hint="Upload it."), keep=60),
)
UNLINKING = (
    Unlinking(
        row=LessonRow(lesson_id="01_a_001", course="01_a", title="Один", video_id="v1"),
        record=replace(_LINKED, video_id="v1"),
        deletes=True,
    ),
)
UNLINKED = UnlinkResult(
    unlinked=("01_a_001",), deleted=("v1",), failed=(("01_a_002", LessonFailedError("It is not.", "Look.")),)
)
UNKNOWN = UnknownVideo(
    video=Video(id="v1", title="Один", status="done"), course="01_a", reason="video v1 belongs to no lesson"
)
UNKNOWN_DELETED = (
    UnknownDeleted(unknown=UNKNOWN, is_deleted=True),
    UnknownDeleted(unknown=UNKNOWN, is_deleted=False),
    UnknownDeleted(unknown=UNKNOWN, is_deleted=False, error=LessonFailedError("It has changed.", "Look again.")),
)


def trial_view(out: io.StringIO, clock: Clock) -> JsonTrialView:
    return JsonTrialView(out, progress=TextTrialView(io.StringIO()), clock=clock)


def command_lines() -> list[dict[str, Any]]:
    """The lines."""
    options = DisplayOptions(as_json=True)
    clock = FakeTime().clock

    def line(show: Callable[[io.StringIO, Clock], object]) -> dict[str, Any]:
        out = io.StringIO()
        show(out, clock)
        said: dict[str, Any] = json.loads(out.getvalue())
        return said

    answer = MapAnswer(mapped=MAP, is_proven=True)
    return [
        line(lambda out, clock: print_folders(FOLDERS, options, out, clock=clock)),
        line(lambda out, clock: print_checkup(SETTINGS, DOCTOR, options, out, clock=clock)),
        line(lambda out, clock: print_history([FULL_PAST], options, out, name="history", clock=clock)),
        line(lambda out, clock: print_map(answer, options, out, clock=clock)),
        line(lambda out, clock: print_check(CHECK, options, out, clock=clock)),
        line(lambda out, clock: print_takeover(TAKEOVER, options, out, clock=clock)),
        line(lambda out, clock: show_replacements(REPLACEMENTS, options, out, clock=clock)),
        line(lambda out, clock: show_unlinking(UNLINKING, options, out, clock=clock)),
        line(lambda out, clock: show_unlinked(UNLINKED, options, out, clock=clock)),
        line(lambda out, clock: show_unknown([UNKNOWN], options, out, clock=clock)),
        line(lambda out, clock: show_unknown_end(UNKNOWN_DELETED, options, out, clock=clock)),
        line(lambda out, clock: trial_view(out, clock).backends(TRIAL, "kupload-try-2026-02-18.json")),
    ]
