"""Every line of JSON that `kupload verify` and `kupload repair` can write, with every field in it."""

from __future__ import annotations

import io
import json
from typing import Any

from kinescope_upload.audit.compare import Counts, Finding, Kind, Lesson, Report
from kinescope_upload.audit.compare.events import (
    AuditEvent,
    FilesRead,
    FixApplied,
    FixFailed,
    Processing,
    VideosListed,
)
from kinescope_upload.audit.fixes import Choice, FixPlan, LinkVideo, ManualChoice
from kinescope_upload.audit.repair import RepairResult
from kinescope_upload.audit.show.progress import audit_progress
from kinescope_upload.audit.show.view import AuditView
from kinescope_upload.events import Warned
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Stage
from support.display_cases import FakeTime

__all__ = ["EVENTS", "PLAN", "REPORT", "RESULT", "audit_lines"]

_FINDING = Finding(
    kind=Kind.ROW_EMPTY,
    course="01_analytics",
    reason="a_001: video v exists, and its row is empty",
    lesson_id="a_001",
    path="01_analytics/001.mp4",
    video_id="v",
    other_id="w",
)
_LESSON = Lesson(lesson_id="a_001", course="01_analytics", title="A title")
_FIX = LinkVideo(finding=_FINDING, lesson=_LESSON, video_id="v")
_NOTE = Finding(kind=Kind.NOT_COMPARED, course="01_analytics", reason="a_002: no MD5", lesson_id="a_002")
_LOST = Finding(kind=Kind.NOT_UPLOADED, course="01_analytics", reason="a_003 is not uploaded", hint=Hint(()))
REPORT = Report(
    findings=(_FINDING, _LOST, _NOTE),
    counts=Counts(
        lessons=3,
        agreed=1,
        files=3,
        file_bytes=30_000_000,
        stages={Stage.LINKED: 2},
        rows=3,
        rows_with_video=1,
        statuses={"done": 2},
    ),
    verified={"01_analytics": {"a_002": "x"}},
    by_position=("a_002",),
)
_DELETE = ("repair", "--delete-unknown")
PLAN = FixPlan(
    fixes=(_FIX,),
    manual=(ManualChoice(finding=_FINDING, choices=(Choice(explanation="delete it", command=_DELETE),)),),
    rest=(_LOST, _NOTE),
)
RESULT = RepairResult(plan=PLAN, was_agreed=True, fixed=1, failed=1)
EVENTS: tuple[AuditEvent, ...] = (
    VideosListed(videos=3),
    FilesRead(read_bytes=10, total_bytes=30),
    Processing(done=1, unfinished=2, failed=0),
    Warned(message="Kinescope has trouble."),
    FixApplied(fix=_FIX),
    FixFailed(fix=_FIX, reason="the row is taken", hint="Look again."),
)


def audit_lines() -> list[dict[str, Any]]:
    fake, out = FakeTime(), io.StringIO()
    options = DisplayOptions(as_json=True)
    view = AuditView(options, out, clock=fake.clock)
    with audit_progress(options, view, stdout=out, stderr=io.StringIO(), clock=fake.clock) as tell:
        for event in EVENTS:
            tell(event)
            fake.pass_by(2)
    view.show_report(REPORT, exit_code=1)
    view.show_plan(PLAN)
    view.show_end(RESULT, exit_code=1)
    return [json.loads(line) for line in out.getvalue().splitlines()]
