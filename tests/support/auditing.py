"""`kupload verify` and `kupload repair` in this process, and what they said."""

from __future__ import annotations

import io
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kinescope_upload.audit.repair import RepairResult, repair
from kinescope_upload.audit.show.view import AuditView
from kinescope_upload.audit.verify import VerifyOptions, verify
from kinescope_upload.config import load_settings
from kinescope_upload.kinescope.http_client import HttpClient
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.output.terminal_output import is_live_terminal
from support.world import KIB, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.audit.compare import Finding, Kind, Report
    from kinescope_upload.audit.compare.events import AuditEvent
    from kinescope_upload.audit.fixes import FixPlan
    from kinescope_upload.config import Settings

FIRST, SECOND, THIRD = (f"01_analytics_m01_start_{number:03d}" for number in (1, 2, 3))
THEIRS = "0f0e0d0c-0000-4000-8000-000000000001"
SIZES = (10 * KIB, 20 * KIB, 30 * KIB)


@dataclass(kw_only=True)
class Ears:
    """Hears the events."""

    heard: list[AuditEvent] = field(default_factory=list)

    def __call__(self, event: AuditEvent) -> None:
        self.heard.append(event)


def settings_of(world: World, **options: object) -> Settings:
    return load_settings({**world.options, **options}, directory=world.folder, environment=world.environment)


def look(world: World, wishes: VerifyOptions | None = None, ears: Ears | None = None, **options: object) -> Report:
    return verify(settings_of(world, **options), wishes or VerifyOptions(), ears or Ears())


def mend(world: World, ears: Ears | None = None, *, agrees: bool = True, is_dry_run: bool = False) -> RepairResult:
    def agree(plan: FixPlan) -> bool:
        return agrees and bool(plan.fixes)

    return repair(settings_of(world), ears or Ears(), agree, is_dry_run=is_dry_run)


def plan_of(world: World) -> FixPlan:
    return mend(world, is_dry_run=True).plan


def kinds(report: Report) -> list[Kind]:
    return [one.kind for one in report.findings]


def the(report: Report, kind: Kind) -> Finding:
    [finding] = [one for one in report.findings if one.kind is kind]
    return finding


def text_of(report: Report) -> str:
    """What a person reads of it without a terminal."""
    out = io.StringIO()
    assert not is_live_terminal(out)
    AuditView(DisplayOptions(), out).show_report(report, exit_code=0 if report.agrees else 1)
    return " ".join(out.getvalue().split())


def uploaded(world: World, sizes: tuple[int, ...] = SIZES) -> None:
    """A library whose every lesson is uploaded and linked."""
    world.fill(sizes)
    outcome = world.upload()
    assert outcome.exit_code == 0, outcome.said


@contextmanager
def kinescope(world: World) -> Iterator[KinescopeApi]:
    """What a person does at Kinescope."""
    service = HttpClient(
        token=world.emulator.token, trusted=TrustedAddresses(configured=(world.emulator.url,)), stall=5.0
    )
    with closing(service):
        yield KinescopeApi(service, api_url=world.emulator.url)


def video_of(world: World, lesson_id: str = FIRST) -> str:
    video_id = world.records[lesson_id].video_id
    assert video_id is not None
    return video_id
