"""Runs a whole batch, from the plan to the way it ended."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from kinescope_upload.batch.chunk_limits import ChunkLimits
from kinescope_upload.batch.control import Control, Levers
from kinescope_upload.batch.descriptors import affordable_jobs, open_files_limit
from kinescope_upload.batch.file_changes import warn_of_changes
from kinescope_upload.batch.folders import FolderOptions, Parents, folders_for, parents_of
from kinescope_upload.batch.jobs import Jobs
from kinescope_upload.batch.library_gate import LibraryGate
from kinescope_upload.batch.linker import Linker
from kinescope_upload.batch.old_videos import delete_old_videos
from kinescope_upload.batch.rows import PlannedRows
from kinescope_upload.batch.run import Backends, Randomness, Run, UploadOptions
from kinescope_upload.batch.signals import graceful_signals
from kinescope_upload.batch.workers import Work, Workers
from kinescope_upload.errors import (
    TRY_LATER,
    BatchStoppedError,
    InterruptedRunError,
    ThrottledError,
    TryAgainError,
    UnreachableError,
)
from kinescope_upload.events import (
    Emit,
    RunEnded,
    RunStarted,
    WaitEnded,
    WaitKind,
    WaitStarted,
    Warned,
)
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library_paths import folder_of
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.plan.order import Order
from kinescope_upload.policy.jobs import JobsSearch
from kinescope_upload.retries.gates import NetworkGate, PaceGate, ThrottleGate
from kinescope_upload.retries.pause import PauseGate
from kinescope_upload.retries.places import Places
from kinescope_upload.retries.retrier import Retrier, Waits
from kinescope_upload.retries.stop import Ending, Stop
from kinescope_upload.retries.watch import LAST_MOMENT, Watch
from kinescope_upload.side_by_side import SideBySide, begun, is_done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kinescope_upload.kinescope.http_client import HttpClient
    from kinescope_upload.kinescope.video import Folder
    from kinescope_upload.model import VideoFile
    from kinescope_upload.plan import Plan


_USUAL_SEARCH: Final = JobsSearch()


class Crew(Protocol):
    """What brings lessons to their ends; `Workers` are the crew for the lessons of a plan."""

    @property
    def left(self) -> int:
        """How many lessons it should have done and has not."""

    @property
    def bug(self) -> BaseException | None:
        """The error that nobody expects and that ended it; None where none did."""

    def start(self) -> None:
        """Begins."""

    def join(self, seconds: float) -> bool:
        """Waits that long at most; whether all is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The work of a batch.

    Attributes:
        plan: The decisions.
        folders: How the courses' folders are found.
        jobs: How many lessons at a time, or the search for the best number.
        order: How the plan's work is ordered.
        wishes: Gives what people want of the run, in mid-run.
        auto: The search for the best number, where somebody wants that in mid-run.
        checks: Called side by side before the work begins, and again while they raise `TryAgainError`; other errors end
            the run. Where several raise, the first counts.
        take_over: Called when the folders are known; returns the plan, perhaps with less to send. None leaves it.
        crew: Makes what brings lessons to their ends, with their folders, from elsewhere; the plan is only shown then.
            None does what the plan says.
    """

    plan: Plan
    folders: FolderOptions
    jobs: int | JobsSearch
    order: Order = Order.SIZE
    wishes: Callable[[], Wishes] = Wishes
    auto: JobsSearch = _USUAL_SEARCH
    checks: Sequence[Callable[[], None]] = ()
    take_over: Callable[[Parents], Plan] | None = None
    crew: Callable[[Run, Linker], Crew] | None = None


def upload_batch(batch: Batch, backends: Backends, options: UploadOptions, emit: Emit) -> Ending:
    """Uploads and links what the plan says.

    Returns:
        How it ended; the exit code is 0 when every selected lesson is as far as this run can bring it.

    Raises:
        UsageError: A setting that only Kinescope could check is wrong; nothing was begun.
    """
    plan, began = batch.plan, time.monotonic()
    left = len(plan.work)
    stop = Stop(backends.service.cut)
    stop.listen(backends.progress)
    jobs = _jobs(batch, emit)
    emit = jobs.emit
    run = _new_run(batch, backends, options, stop, jobs)
    levers = Levers(pause=run.pause, pace=run.pace, jobs=jobs, auto=batch.auto, stop=stop)
    control = Control(batch.wishes, levers, emit=emit, clock=time.monotonic)
    watch = Watch(stop=stop, cut=backends.service.cut, emit=emit, look=control.look)
    linker = Linker(run, backends.database, PlannedRows.of(plan))
    _hold_pace(backends.service, stop, emit)
    with graceful_signals(stop):
        try:
            parents = watch.during(partial(_checked_parents, batch, run))
            stop.check()
            plan = parents.plan
            emit(RunStarted(plan=plan, jobs=jobs.number, is_auto=jobs.is_auto))
            make = batch.crew or partial(Workers, parents=parents.ids, work=Work(plan.work, batch.order))
            crew = make(run, linker)
            crew.start()
            _work(watch, linker, crew)
            left = crew.left
            if stop.ending is None and batch.crew is None:
                delete_old_videos(run)
                warn_of_changes(run, plan)
        except InterruptedRunError:
            pass  # the ending is known
        except BatchStoppedError as error:
            stop.request(Ending.of(error))
        except TryAgainError as error:
            stop.request(Ending(exit_code=ExitCode.STOPPED, reason=str(error), hint=TRY_LATER))
    ending = stop.ending or _natural_ending(plan, left)
    seconds = time.monotonic() - began
    reason = ending.reason or None
    emit(RunEnded(exit_code=ending.exit_code, seconds=seconds, reason=reason, hint=ending.hint))
    return ending


def _checked_parents(batch: Batch, run: Run) -> Parents:
    """Checks what would fail every lesson, then finds the folder of each course."""
    retrier = Retrier(run.waits, tell=lambda error, _: run.emit(Warned(message=str(error))))
    kinescope = run.backends.kinescope
    if batch.crew is not None:
        retrier.call(SideBySide(batch.checks).results)
        return Parents(ids={}, plan=batch.plan)
    first: list[Callable[[], tuple[Folder, ...] | None]] = [
        *batch.checks,
        partial(folders_for, batch.plan, batch.folders, kinescope),
    ]
    *_, listed = retrier.call(SideBySide(first).results)
    parents = parents_of(batch.plan, batch.folders, listed or (), kinescope, retrier)
    for folder_id in parents.made:
        run.note_new_folder(folder_id)
    return parents if batch.take_over is None else _after_take_over(parents, batch.take_over, run, retrier)


def _after_take_over(parents: Parents, take_over: Callable[[Parents], Plan], run: Run, retrier: Retrier) -> Parents:
    """The same with what is left to send; as planned where Kinescope is there and does not list its videos."""
    try:
        return replace(parents, plan=retrier.call(partial(take_over, parents)))
    except (UnreachableError, ThrottledError):
        raise  # the next request would fail in the same way
    except TryAgainError as error:
        run.emit(Warned(message=f"Whether complete videos of before are there is not known: {error.what}"))
        return parents


def _most(jobs: int | JobsSearch) -> int:
    return jobs if isinstance(jobs, int) else jobs.most


def _jobs(batch: Batch, emit: Emit) -> Jobs:
    """As many workers as the open files allow; says so where that is fewer than wished."""
    jobs = _most(batch.jobs)
    limit = open_files_limit(jobs)
    affordable = affordable_jobs(jobs, limit)
    if affordable < jobs:
        emit(
            Warned(
                message=f"The system allows this process {limit} open files: uploads run {affordable} at a time, not "
                f"{jobs}. Raise the limit (`ulimit -n 1024`) for more."
            )
        )
    return Jobs(batch.jobs, most=affordable, clock=time.monotonic, emit=emit)


def _new_run(batch: Batch, backends: Backends, options: UploadOptions, stop: Stop, jobs: Jobs) -> Run:
    return Run(
        backends=backends,
        options=options,
        stop=stop,
        waits=_waits(batch.plan, backends, options, stop, jobs.emit),
        pace=PaceGate(options.bwlimit, stop=stop),
        pause=PauseGate(stop=stop, emit=jobs.emit, grace=options.pause_grace),
        jobs=jobs,
        emit=jobs.emit,
        planned_in=partial(_planned_in, batch.plan),
        randomness=Randomness(new_id=lambda: str(uuid.uuid4()), jitter=random.random),
        chunk_limits=ChunkLimits(
            min(_most(batch.jobs), len(batch.plan.work)) if batch.crew is None else _most(batch.jobs)
        ),
    )


def _planned_in(plan: Plan, folder: str) -> list[VideoFile]:
    """The files of lessons that are planned in this folder itself."""
    return [lesson.file for lesson in plan.lessons if folder_of(lesson.file.path) == folder]


def _waits(plan: Plan, backends: Backends, options: UploadOptions, stop: Stop, emit: Emit) -> Waits:
    library = LibraryGate(
        backends.disk,
        backends.library,
        _files_of(plan),
        stop=stop,
        emit=emit,
        longest=options.longest_wait,
        base=options.retry.base,
    )
    return Waits(
        stop=stop,
        network=NetworkGate(stop=stop, emit=emit, base=options.retry.base),
        throttle=ThrottleGate(stop=stop, emit=emit, longest=options.longest_wait),
        places=Places(
            service=backends.service,
            api_url=backends.kinescope.api_url,
            usual_url=backends.uploader.probe_url,
            longest=options.longest_wait,
            first_patience=options.first_patience,
        ),
        policy=options.retry,
        lock_patience=options.lock_patience,
        library=library.wait_until_readable,
    )


def _files_of(plan: Plan) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for lesson in plan.lessons:
        files.setdefault(lesson.file.path.partition("/")[0], []).append(lesson.file.path)
    return files


def _hold_pace(service: HttpClient, stop: Stop, emit: Emit) -> None:
    """Shows long waits for a turn, and ends every one with the batch."""
    reason = "Requests would come faster than Kinescope allows."
    service.pace.listen(
        lambda seconds: emit(WaitStarted(kind=WaitKind.PACE, reason=reason, longest=seconds)),
        lambda seconds: emit(WaitEnded(kind=WaitKind.PACE, seconds=seconds)),
        check=stop.check,
    )


def _work(watch: Watch, linker: Linker, crew: Crew) -> None:
    linking = begun(linker.work, "kupload-linker")
    watch.until(crew.join)
    linker.finish()
    watch.until(partial(is_done, linking))
    if watch.stop.ending is not None:
        crew.join(LAST_MOMENT)
    if (bug := crew.bug or linker.bug) is not None:
        raise bug


def _natural_ending(plan: Plan, left: int) -> Ending:
    is_done = left == 0 and not plan.is_in_doubt
    return Ending(exit_code=ExitCode.DONE if is_done else ExitCode.NOT_DONE, reason="")
