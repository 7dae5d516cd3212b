"""The JSON lines of the commands for several machines, with every field."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kinescope_upload.cluster.commands import ENQUEUED
from kinescope_upload.cluster.enqueue import Enqueued
from kinescope_upload.cluster.overview import OVERVIEW, CourseState, MachineState, Overview
from kinescope_upload.model import Assignment, Doubt, MappingSource, VideoFile
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.output.show import show
from kinescope_upload.plan import Decision, Plan, PlanDecision, PlannedLesson
from kinescope_upload.upload import Stage
from support.progress_cases import a_record

_JSON = DisplayOptions(as_json=True)


def cluster_lines() -> list[dict[str, Any]]:
    """One line of each command."""
    return [_enqueued(), _status()]


def _enqueued() -> dict[str, Any]:
    lesson = PlannedLesson(
        assignment=Assignment(
            lesson_id="a",
            course="c",
            file=VideoFile(path="c/a.mp4", size=1, modified_ns=1),
            source=MappingSource.SCAN_RULE,
        ),
        planned=PlanDecision(Decision.IN_DOUBT, "it is not clear", "Look."),
    )
    linked = replace(a_record("b"), stage=Stage.LINKED, linked_at=datetime(2026, 1, 1, tzinfo=UTC), video_id="v")
    cut = replace(lesson, planned=PlanDecision(Decision.SKIP, "linked before"), record=linked)
    plan = Plan(lessons=(lesson, cut), doubts=(Doubt(course="c", subject="b", reason="is alone"),))
    found = Enqueued(
        library="nas", plan=plan, added=1, withdrawn=("e",), there=1, elsewhere={"d": "disk2"}, contradicting=("d",)
    )
    out = io.StringIO()
    show(ENQUEUED, [found], _JSON, out)
    line: dict[str, Any] = json.loads(out.getvalue())
    return line


def _status() -> dict[str, Any]:
    machine = MachineState(
        name="one",
        host="h",
        process_id=1,
        libraries=("nas",),
        jobs=4,
        silent=1.0,
        is_alive=True,
        in_hand=({"lesson_id": "a", "path": "c/a.mp4", "size": 2, "offset": 1},),
        is_stopping=False,
        is_paused=False,
    )
    overview = Overview(
        machines=(machine,),
        courses=(CourseState(library="nas", course="c", lessons=1),),
        waiting={"nas": 1},
        failures=(("b", "It failed."),),
    )
    out = io.StringIO()
    show(OVERVIEW, overview, _JSON, out)
    line: dict[str, Any] = json.loads(out.getvalue())
    return line
