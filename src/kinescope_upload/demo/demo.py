"""The demo from beginning to end."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kinescope_upload.demo.extra import check_extra
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.demo.interruption import Interruption
    from kinescope_upload.demo.page import Page
    from kinescope_upload.demo.stage import Stage
    from kinescope_upload.demo.steps import Script

_STORIES: Final = ("growing",)

__all__ = ["run_demo"]


def run_demo(*, library: Path | None, keep: bool, faults: bool = False, story: str | None = None) -> int:
    """Shows the real main job at work on this machine, and leaves nothing behind.

    Args:
        library: The user's own library, which is only read; None makes a small one.
        keep: Whether everything stays up afterwards until Ctrl+C.
        faults: Whether to show as well how disagreements are found and put right.
        story: The story that is told instead of the usual one; None for that.

    Returns:
        0 when every lesson is linked and every video is byte for byte its file; else 1.

    Raises:
        UsageError: The extra is not installed, PostgreSQL does not run here, the library is of no use, or there is no
            such story.
        InterruptedRunError: Somebody asked to stop.
    """
    _check_story(story, library=library, faults=faults)
    check_extra()
    from kinescope_upload.demo.interruption import Interruption
    from kinescope_upload.demo.page import Page
    from kinescope_upload.demo.report import show_stage
    from kinescope_upload.demo.settings import outside_forgotten
    from kinescope_upload.demo.stage import open_stage

    page = Page(sys.stdout)
    with Interruption() as interruption, outside_forgotten():
        page.heading("kupload demo")
        page.paragraph("Putting up a stand-in for Kinescope, a database and a library …")
        page.blank()
        with open_stage(library, interruption.check) as stage:
            interruption.check()
            show_stage(page, stage)
            is_good = _play(page, stage, interruption, _script(faults=faults, story=story))
            if keep:
                _keep(page, stage, interruption)
    return 0 if is_good else 1


def _check_story(story: str | None, *, library: Path | None, faults: bool) -> None:
    if story not in {None, *_STORIES}:
        raise UsageError(f'There is no story "{story}".', f"There is: {', '.join(_STORIES)}.")
    if story and (library or faults):
        raise UsageError("A story has a library of its own and its own faults.", "Leave --library and --faults out.")


def _script(*, faults: bool, story: str | None) -> Script:
    from kinescope_upload.demo.growing import GROWING_SCRIPT
    from kinescope_upload.demo.steps import FAULT_STEPS, STEPS, Script

    if story is not None:
        return GROWING_SCRIPT
    return Script(steps=(*STEPS, *FAULT_STEPS) if faults else STEPS)


def _play(page: Page, stage: Stage, interruption: Interruption, script: Script) -> bool:
    """Every step, and what is there afterwards; whether that is as it should be."""
    from kinescope_upload.demo.findings import find
    from kinescope_upload.demo.report import (
        show_account,
        show_findings,
        show_outcome,
        show_step,
        show_verdict,
    )
    from kinescope_upload.demo.steps import perform

    steps = script.steps
    outcomes = []
    for place, step in enumerate(steps, start=1):
        show_step(page, step, place, len(steps))
        outcome = perform(step, stage, interruption)
        show_outcome(page, outcome)
        outcomes.append(outcome)
    stage = replace(stage, lessons=(*stage.lessons, *script.new_lessons))
    findings = find(stage, interruption.check)
    show_findings(page, findings)
    show_account(page, stage, outcomes)
    return show_verdict(page, findings, outcomes)


def _keep(page: Page, stage: Stage, interruption: Interruption) -> None:
    from kinescope_upload.demo.report import show_keeping
    from kinescope_upload.demo.settings import write_env_file

    env_file = stage.desk / ".env"
    write_env_file(env_file, stage.variables)
    show_keeping(page, stage.desk, env_file, stage.variables)
    interruption.wait()
    page.paragraph("Stopped; everything is removed.")
