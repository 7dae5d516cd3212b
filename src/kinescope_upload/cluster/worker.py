"""Runs a worker: a batch whose lessons come from the cluster's queue."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.crew import ClusterCrew, CrewOptions
from kinescope_upload.cluster.enqueue import Enqueued, EnqueueTools, enqueue
from kinescope_upload.cluster.heart import STOPPED, Body, Heart
from kinescope_upload.cluster.presence import apart, there, those_there
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.cluster.records import record_of
from kinescope_upload.cluster.refused_queues import accept
from kinescope_upload.cluster.settings import check_rows, cluster_of
from kinescope_upload.cluster.store import opened
from kinescope_upload.cluster.transfer import check_shared
from kinescope_upload.commands.upload import RunTools, upload_plan
from kinescope_upload.connect import database_of, open_kinescope
from kinescope_upload.display.printers import make_printer
from kinescope_upload.model import Assignment, MappingSource, VideoFile
from kinescope_upload.monitor.open_monitor import begin_run, open_monitor
from kinescope_upload.monitor.wishes_file import add_wish
from kinescope_upload.plan import Decision, Plan, PlanDecision, PlannedLesson
from kinescope_upload.progress import read_looks
from kinescope_upload.progress.lock import LOCKS
from kinescope_upload.retries.retrying_client import RetryingClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.batch.linker import Linker
    from kinescope_upload.batch.run import Run
    from kinescope_upload.cluster.line import Line
    from kinescope_upload.cluster.presence import FilesByCourse
    from kinescope_upload.cluster.store import ClusterProgress
    from kinescope_upload.commands.upload import Screen
    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope
    from kinescope_upload.events import Emit


def enqueue_all(
    settings: Settings,
    progress: ClusterProgress,
    libraries: Mapping[str, Path],
    tell: Callable[[str], object],
    emit: Emit,
) -> list[Enqueued]:
    """Writes down what there is to do in these libraries; ends what had stopped all machines.

    Args:
        settings: The settings.
        progress: The cluster's.
        libraries: Where they are here.
        tell: Is told of those that are away.
        emit: Is told of waits for Kinescope.

    Raises:
        KuploadError: No library is there, one cannot be read, or database or Kinescope refuse.
    """
    settings.check_for_upload()
    check_shared(progress.holds.line, settings.progress, progress.holds.machine)
    libraries = those_there(libraries, tell)
    heart = Heart(progress)
    heart.start()
    try:
        with open_kinescope(settings) as kinescope:
            tools = EnqueueTools.of(settings, progress.holds, kinescope, emit)
            done = [enqueue(here, tools, name) for name, here in apart(settings, libraries).items()]
        progress.holds.line.ask(statements.CLEAR_META, key=STOPPED)  # only what worked ends what had stopped all
        return done
    finally:
        heart.end()


def work(settings: Settings, screen: Screen, *, libraries: Mapping[str, Path], until_empty: bool) -> int:
    """Works on lessons of these libraries until somebody ends it, or nothing is left.

    Returns:
        The exit code; 0 when no lesson that this worker took is left undone.

    Raises:
        KuploadError: The work cannot begin.
    """
    settings.check_for_upload()
    check_rows(settings)
    with ExitStack() as stack:
        progress = stack.enter_context(opened(settings))
        check_shared(progress.holds.line, settings.progress, progress.holds.machine)
        kinescope = stack.enter_context(open_kinescope(settings))
        (settings.progress / LOCKS).mkdir(mode=0o700, parents=True, exist_ok=True)  # what this machine tells of itself
        printer = stack.enter_context(make_printer(screen.options, stdout=screen.stdout, stderr=screen.stderr))
        typed = screen.options.command
        begun = stack.enter_context(begin_run(settings, command="upload"))
        told = stack.enter_context(open_monitor(settings, begun, (), printer, typed))
        plan, files = queued_plan(progress.holds.line, list(there(libraries)))
        tools = RunTools(
            progress,
            database_of(settings),
            kinescope,
            read_looks(settings.progress),
            told.emit,
            screen.disk,
            told.wishes,
        )
        _set_workspace(settings, kinescope, told.emit)
        options = CrewOptions(
            libraries=libraries,
            poll=cluster_of(settings).poll,
            until_empty=until_empty,
            tell=partial(add_wish, settings.progress, begun.beginning.run.name),
            planned=plan.work,
            files=files,
        )
        make = partial(_crew, stack, settings, progress, options)
        return upload_plan(plan, tools, settings, crew=make)


def _crew(
    stack: ExitStack, settings: Settings, progress: ClusterProgress, options: CrewOptions, run: Run, _linker: Linker
) -> ClusterCrew:
    """Makes this machine known, and its crew."""
    progress.holds.line.ask(statements.CLEAR_META, key=STOPPED)
    queue = Queue(progress.holds.line, progress.holds.machine)
    queue.register()
    accept(
        progress.holds.line, progress.holds.machine, options.libraries
    )  # its files may be others since it refused them
    crew = ClusterCrew(run, progress, queue, options)
    body = Body(
        name=cluster_of(settings).machine,
        libraries=list(options.libraries),
        jobs=lambda: run.jobs.number,
        is_paused=lambda: run.pause.is_held,
    )
    heart = Heart(progress, queue, body, crew.hear, crew.outage)
    stack.callback(heart.end)
    heart.start()
    return crew


def _set_workspace(settings: Settings, kinescope: Kinescope, emit: Emit) -> None:
    """Asks Kinescope for the workspace where uploads need it and nobody set it."""
    if settings.lacks_workspace:
        facts = RetryingClient(kinescope.service, settings, emit).call(kinescope.api.token_facts)
        kinescope.uploader.use_workspace(settings.needed_workspace_id(facts.workspace_id))


def queued_plan(line: Line, libraries: Sequence[str]) -> tuple[Plan, dict[str, FilesByCourse]]:
    """What is to be done in these libraries, as a plan that a run can show; the files of each, by course."""
    lessons = []
    files: dict[str, dict[str, list[str]]] = {name: {} for name in libraries}
    for lesson_id, course, library, path, size, modified_ns, title, is_written, text in line.ask(
        statements.PLANNED, libraries=list(libraries), patience=120
    ):
        record = record_of(lesson_id, course, text) if text else None
        has_all = record is not None and record.stage.has_all_bytes
        begun = Decision.LINK if has_all else Decision.RESUME
        file = VideoFile(path=path, size=size, modified_ns=modified_ns)
        source = MappingSource.MAP_FILE if is_written else MappingSource.RECORD
        planned = PlanDecision(Decision.UPLOAD if record is None else begun, "it is enqueued")
        assignment = Assignment(lesson_id=lesson_id, course=course, file=file, source=source, title=title)
        lessons.append(PlannedLesson(assignment=assignment, planned=planned, record=record))
        files[library].setdefault(path.partition("/")[0], []).append(path)
    return Plan(lessons=tuple(lessons)), dict(files)
