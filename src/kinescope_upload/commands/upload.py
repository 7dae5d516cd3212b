"""`kupload`: uploads what is selected and links it."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from kinescope_upload.batch import Backends, Batch, FolderOptions, UploadOptions, kept_awake, upload_batch
from kinescope_upload.commands.cut_titles import cut_titles_warning
from kinescope_upload.commands.doctor.preflight import check_database, check_rights
from kinescope_upload.commands.files_back import call_off, follow_renamed, md5s_of_files
from kinescope_upload.commands.held_survey import survey_and_hold
from kinescope_upload.commands.import_progress.advice import advice_about_old_progress
from kinescope_upload.commands.new_progress import check_lost_journals, check_nothing_is_unfinished
from kinescope_upload.connect import lessons_ahead, open_kinescope
from kinescope_upload.display.printers import make_printer, waits_on_stderr, without_failures
from kinescope_upload.display.run_rate import RunRate
from kinescope_upload.events import RunStarted, Warned
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.originals import originals_of
from kinescope_upload.library.checksums import md5s_of
from kinescope_upload.library.disk import Disk
from kinescope_upload.library_paths import nfc
from kinescope_upload.monitor.open_monitor import begin_run, open_monitor
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.plan.retitled import retitled_sentences
from kinescope_upload.policy.jobs import Auto, JobsSearch
from kinescope_upload.policy.retry import RetryPolicy
from kinescope_upload.policy.sizing import chunk_sizing
from kinescope_upload.progress import (
    ProgressFolder,
    courses_in,
    read_looks,
    read_records,
    remember_doubts,
    remember_looks,
    remember_others_rows,
)
from kinescope_upload.progress.last_rate import KnownRate, read_rate, remember_rate
from kinescope_upload.retries.retrying_client import RetryingClient
from kinescope_upload.survey.left_open import left_open, without_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kinescope_upload.batch.batch import Crew
    from kinescope_upload.batch.folders import Parents
    from kinescope_upload.batch.linker import Linker
    from kinescope_upload.batch.run import Run
    from kinescope_upload.config import Settings
    from kinescope_upload.connect import Kinescope, LessonsAhead
    from kinescope_upload.database.lessons import LessonsDatabase
    from kinescope_upload.events import Emit, RunEvent
    from kinescope_upload.model import MappedLibrary
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.plan import Plan
    from kinescope_upload.progress import Found, Progress, RememberedLooks
    from kinescope_upload.survey import Survey
    from kinescope_upload.upload import Record


class RunTools(NamedTuple):
    """What a run works with: the progress, database and Kinescope, looks into files, who hears of it, disk, wishes."""

    progress: Progress
    database: LessonsDatabase | None
    kinescope: Kinescope
    looks: RememberedLooks
    emit: Emit
    disk: Disk
    wishes: Callable[[], Wishes] = Wishes


class Screen(NamedTuple):
    """Where and how a run shows what it does, and what reads the video files."""

    options: DisplayOptions
    stdout: TextIO
    stderr: TextIO
    disk: Disk = Disk()


def upload(
    settings: Settings,
    screen: Screen,
    agree: Callable[[Sequence[str]], bool] | None = None,
    lessons: LessonsAhead | None = None,
) -> int:
    """Uploads what is selected and links it.

    Args:
        settings: The settings.
        screen: Where the run is shown.
        agree: Shows the lines of the plan, and returns whether to carry it out; asked before the first run of a library
            alone. None asks nobody.
        lessons: The database, whose rows are being read; None begins to read them.
    """
    settings.check_for_upload()
    is_known = bool(courses_in(settings.progress))
    with ExitStack() as stack:
        lessons = lessons or stack.enter_context(lessons_ahead(settings))
        database = lessons.database
        begun = stack.enter_context(begin_run(settings, command="upload"))
        if begun.page:
            screen.stderr.write(f"page: {begun.page.address} (lets one browser in, on this machine)\n")
            screen.stderr.flush()
        shown = make_printer(screen.options, stdout=screen.stdout, stderr=screen.stderr)
        asks = agree if not is_known else None
        printer = None if asks else stack.enter_context(shown)  # bars would be drawn over the question
        emit = begun.listening(without_failures(printer) if printer else waits_on_stderr(screen.options))
        survey, progress = survey_and_hold(settings, lessons, emit, stack)
        kinescope = stack.enter_context(open_kinescope(settings))
        looks = read_looks(settings.progress)
        others = records_of_others(settings, progress)
        survey = survey.knowing({**others, **progress.records})
        plan = _planned(settings, survey, RunTools(progress, database, kinescope, looks, emit, screen.disk), others)
        question, has_rows = _first_question(plan, survey, settings) if asks else [], survey.rows is not None
        doubts = left_open(survey, plan, progress.records) if has_rows else {}
        del survey  # the run lasts for days, and of a hundred thousand lessons they are tens of MB
        if asks and question and not asks(question):
            return ExitCode.NOT_DONE
        if has_rows:
            remember_others_rows(settings.progress, plan.done_by_others)
            remember_doubts(settings.progress, doubts)
        printer = printer or stack.enter_context(shown)
        typed = screen.options.command
        told = stack.enter_context(open_monitor(settings, begun, progress.courses, printer, typed))
        only = looks.only(plan.files_to_send)
        emit = _remembering_folders(settings.progress, doubts, told.emit)
        tools = RunTools(progress, database, kinescope, only, emit, screen.disk, told.wishes)
        take_over = _taking_over(settings, tools) if plan.courses_to_send else None
        return upload_plan(plan, tools, settings, is_new=not (settings.new_progress or is_known), take_over=take_over)


def _taking_over(settings: Settings, tools: RunTools) -> Callable[[Parents], Plan] | None:
    from kinescope_upload.commands.complete_videos import taking_over

    return taking_over(settings, tools, partial(records_of_others, settings, tools.progress))


def _first_question(plan: Plan, survey: Survey, settings: Settings) -> list[str]:
    """What is shown of the plan before a library's first run; nothing where it is another."""
    from kinescope_upload.commands.first_run import first_run_lines, is_first_run

    return first_run_lines(plan, settings) if is_first_run(plan, survey.rows) else []


def _remembering_folders(folder: Path, doubts: Mapping[str, Mapping[str, Found]], emit: Emit) -> Emit:
    """Remembers which lessons have no folder to go to, which is known when the work begins."""

    def hear(event: RunEvent, /) -> None:
        if isinstance(event, RunStarted) and (found := without_folder(doubts, event.plan)):
            remember_doubts(folder, found)
        emit(event)

    return hear


def _planned(settings: Settings, survey: Survey, tools: RunTools, others: Mapping[str, Record]) -> Plan:
    client = RetryingClient(tools.kinescope.service, settings, tools.emit)
    client.listen(tools.progress)
    records = tools.progress.records
    mapped = map_files(settings, survey, {**others, **records}, KinescopeApi(client, api_url=settings.api_url))
    broken = None if settings.send_broken else tools.looks.broken
    return survey.plan(records, mapped, broken, others, md5s=md5s_of_files(settings))


def upload_plan(  # noqa: PLR0913 - the last have their usual values
    plan: Plan,
    tools: RunTools,
    settings: Settings,
    *,
    is_new: bool = False,
    take_over: Callable[[Parents], Plan] | None = None,
    crew: Callable[[Run, Linker], Crew] | None = None,
) -> int:
    """Carries out a plan: the part of `kupload` that `kupload replace` and a cluster's workers share.

    Args:
        plan: What is done.
        tools: What it works with.
        settings: The settings.
        is_new: Whether unfinished videos on Kinescope are looked for first: the progress folder is a new one.
        take_over: Gives lessons the complete videos of before; None takes none over.
        crew: Brings lessons to their ends that come from elsewhere; the plan is only shown then.

    Returns:
        The exit code.
    """
    emit, kinescope = tools.emit, tools.kinescope
    folders = FolderOptions(
        project_id=settings.needed_project_id(), pinned=settings.folders, may_create=settings.create_folders
    )

    checks = [
        partial(check_rights, plan, kinescope, settings, emit),
        partial(check_database, plan, settings, tools.database),
    ]
    if is_new:
        every = ProgressFolder(settings.progress)
        checks.append(partial(check_nothing_is_unfinished, plan, settings, kinescope.api, emit, every))
    if tools.progress.courses_without_journal:
        checks.append(partial(check_lost_journals, plan, tools.progress, settings, kinescope.api))
    batch = Batch(
        plan=plan,
        folders=folders,
        jobs=_jobs(settings),
        order=settings.order,
        checks=checks,
        wishes=tools.wishes,
        auto=JobsSearch.starting(None, settings.jobs_max, settings.jobs_window),
        crew=crew,
        take_over=take_over,
    )
    advice = advice_about_old_progress(settings, Path.cwd())
    titles = (cut_titles_warning(plan), *retitled_sentences(plan.retitled))
    for warning in filter(None, (*settings.warnings, *tools.progress.notes, advice, *titles)):
        emit(Warned(message=warning))
    tools.progress.listen(lambda sentence: emit(Warned(message=sentence)))
    follow_renamed(plan, tools.progress)
    call_off(plan, tools.progress, emit)
    measured = RunRate(time.monotonic)
    with nullcontext() if settings.let_sleep else kept_awake(), _remembering(settings, tools.looks, measured):
        backends, options = _backends(settings, tools), _options(settings)
        return upload_batch(batch, backends, options, measured.listening(emit)).exit_code


def _jobs(settings: Settings) -> int | JobsSearch:
    """The number that is set, or the search for one, from where the last run came to."""
    if settings.jobs is not Auto.AUTO:
        return settings.jobs
    known = read_rate(settings.progress)
    return JobsSearch.starting(known.jobs if known else None, settings.jobs_max, settings.jobs_window)


def records_of_others(settings: Settings, progress: Progress) -> dict[str, Record]:
    """What is on disk of the courses that this run does not hold, by lesson id."""
    held = {nfc(course) for course in progress.courses}
    others = [course for course in courses_in(settings.progress) if course not in held]
    return read_records(settings.progress, others) if others else {}


def map_files(settings: Settings, survey: Survey, records: Mapping[str, Record], api: KinescopeApi) -> MappedLibrary:
    """Which file belongs to which lesson, from all that records, Kinescope and the files themselves tell."""
    return survey.resolve(
        records,
        ask=partial(originals_of, api),
        read=partial(md5s_of, settings.needed_library()),
    )


@contextmanager
def _remembering(settings: Settings, looks: RememberedLooks, measured: RunRate) -> Iterator[None]:
    """Writes down at the end what the run found in the files, and how fast it sent, however it ends."""
    try:
        yield
    finally:
        with suppress(OSError):  # the next run looks again
            if settings.progress.is_dir():  # one that went away in mid-run is put back in its place
                remember_looks(settings.progress, looks.found)
        with suppress(OSError):  # the next one measures it again
            if rate := measured.rate:
                remember_rate(settings.progress, KnownRate(rate=rate, at=datetime.now(UTC), jobs=measured.jobs))


def _backends(settings: Settings, tools: RunTools) -> Backends:
    return Backends(
        library=settings.needed_library(),
        service=tools.kinescope.service,
        uploader=tools.kinescope.uploader,
        kinescope=tools.kinescope.api,
        database=tools.database,
        progress=tools.progress,
        disk=tools.disk,
        looks=tools.looks,
    )


def _options(settings: Settings) -> UploadOptions:
    return UploadOptions(
        project_id=settings.needed_project_id(),
        dialect=settings.dialect,
        chunks=chunk_sizing(settings.chunk_size),
        retry=RetryPolicy(retries=settings.retries, base=settings.retry_base),
        orphan_wait=settings.orphan_wait,
        longest_wait=settings.max_outage,
        settle=settings.settle,
        replace_wait=settings.replace_wait,
        with_checksum=not settings.no_checksum,
        bwlimit=settings.bwlimit,
        sends_broken=settings.send_broken,
    )
