"""`kupload replace`, step by step."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.audit.inspection import open_tools
from kinescope_upload.commands.files_back import md5s_of_files
from kinescope_upload.commands.replace.begin import records_of_begun
from kinescope_upload.commands.replace.choice import courses_of, plan_again, plan_of
from kinescope_upload.commands.replace.content import is_as_sent, is_of_no_use, is_sent
from kinescope_upload.commands.replace.takeover import is_taken_over, taken_over
from kinescope_upload.commands.upload import RunTools, map_files, records_of_others, upload_plan
from kinescope_upload.connect import open_kinescope
from kinescope_upload.display.printers import make_printer
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library.checksums import md5_now
from kinescope_upload.library.look import look_at_files
from kinescope_upload.library.scan import stat_file
from kinescope_upload.media.verdict import Broken
from kinescope_upload.monitor.open_monitor import begin_run, open_monitor
from kinescope_upload.plan import Decision
from kinescope_upload.plan.replacing import Refused, ReplaceStep, call_off_step, replacement_of
from kinescope_upload.progress import ProgressStore, read_looks, read_records, remember_looks
from kinescope_upload.survey import survey_library
from kinescope_upload.survey.pairs import correct_pairs
from kinescope_upload.survey.rows import check_alone
from kinescope_upload.survey.unfinished import EMPTY_LIBRARY, MOUNT, PUT_BACK
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Record, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kinescope_upload.audit.compare.events import Emit
    from kinescope_upload.audit.inspection import Tools
    from kinescope_upload.commands.replace.choice import ReplaceOptions
    from kinescope_upload.commands.upload import Screen
    from kinescope_upload.config import Settings
    from kinescope_upload.media.verdict import Look
    from kinescope_upload.model import MappedLibrary, VideoFile
    from kinescope_upload.plan import PlannedLesson
    from kinescope_upload.progress import RememberedLooks
    from kinescope_upload.survey import Survey

USUAL_KEEP: Final = 7 * 24 * 3600
"""Seconds for which an old video is kept, unless the user says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What is done with one lesson.

    Attributes:
        lesson: The lesson, with the file that is to be published.
        step: What is done, or why nothing can be.
        keep: Seconds for which its old video is kept; None keeps it: it may be somebody else's.
        look: What is in the file; None where nobody looked into it.
    """

    lesson: PlannedLesson
    step: ReplaceStep | Refused
    keep: int | None
    look: Look | None = None

    @property
    def is_work(self) -> bool:
        """Whether something is to be done."""
        return self.step in {ReplaceStep.BEGIN, ReplaceStep.GO_ON, ReplaceStep.CALL_OFF}

    @property
    def old_video_id(self) -> str | None:
        """The video that viewers see now; None where they see none."""
        record = self.lesson.record
        if record is None:
            return None
        serving = record.serving
        return serving.video_id if serving else record.video_id


def replace_lessons(
    settings: Settings,
    options: ReplaceOptions,
    screen: Screen,
    agree: Callable[[Sequence[Replacement]], bool],
    tell: Emit,
) -> int:
    """Publishes the files of lessons that have a video.

    Args:
        settings: The settings; the database is needed.
        options: Which lessons.
        screen: Where the run is shown.
        agree: Shows what is to be done, and returns whether to do it.
        tell: Takes what happens before the run begins.

    Returns:
        The exit code.

    Raises:
        UsageError: A lesson or file is unknown, or another run is at work on a course.
        KuploadError: A side cannot be read.
    """
    with open_tools(settings, tell) as tools:
        survey = survey_library(settings, tools.database)
        with ProgressStore(settings.progress, _courses(settings, options, survey)) as progress:
            tools.client.listen(progress)
            check_alone(settings, progress.courses, tools.database)
            looks = read_looks(settings.progress)
            others = records_of_others(settings, progress)
            survey = survey.knowing({**others, **progress.records})
            taken = taken_over(options, survey, progress.records, tools.api)
            chooser = _Chooser(tools, options, survey, progress.records | taken, others, looks, progress.save)
            mapped = chooser.map_files()
            found = chooser.replacements(mapped)
            with suppress(OSError):  # the next command looks again
                remember_looks(settings.progress, looks.found)
            is_agreed = agree(found)
            refused = any(isinstance(one.step, Refused) for one in found)
            work = [one for one in found if one.is_work]
            if options.file is not None and not (work or refused):
                _correct_pairs(settings, survey, found)
            if not is_agreed and (work or not _has_due(progress, tools)):
                return ExitCode.NOT_DONE if refused or work else ExitCode.DONE
            if tools.database is not None:
                rows = [one.lesson.lesson_id for one in work]
                tools.database.check_writable(rows, so_far="Nothing was begun.")
            if options.file is not None:
                _correct_pairs(settings, survey, work)
            progress.save_all(records_of_begun(settings, work, survey, chooser.records))
            plan = plan_again([one.lesson for one in work], survey, progress.records)
            del survey, chooser, mapped
            with (
                make_printer(screen.options, stdout=screen.stdout, stderr=screen.stderr) as printer,
                open_kinescope(settings) as kinescope,
                begin_run(settings, command="replace") as begun,
                open_monitor(settings, begun, progress.courses, printer, screen.options.command) as told,
            ):
                ready = RunTools(progress, tools.database, kinescope, looks, told.emit, screen.disk, told.wishes)
                code = upload_plan(plan, ready, settings)
            return ExitCode.NOT_DONE if code == ExitCode.DONE and refused else code


def _correct_pairs(settings: Settings, survey: Survey, named: Sequence[Replacement]) -> None:
    """Corrects what the map file of confirmed pairs says of lessons whose files were named."""
    correct_pairs(settings.map_of_pairs(), survey, {one.lesson.lesson_id: one.lesson.file for one in named})


def _has_due(progress: ProgressStore, tools: Tools) -> bool:
    """Whether the time of old videos has come: a replacement may have ended between the row's switch and that."""
    now = tools.client.now()
    return any(old.is_due(now) for record in progress.records.values() for old in record.old_videos)


def preview_replacements(
    settings: Settings, options: ReplaceOptions, show: Callable[[Sequence[Replacement]], object], tell: Emit
) -> int:
    """Shows what `replace_lessons` would do; writes nothing anywhere.

    Args:
        settings: The settings; the database is needed.
        options: Which lessons.
        show: Shows what would be done.
        tell: Takes what happens meanwhile.

    Returns:
        0 when all of it could be done, 1 when a lesson cannot be replaced.

    Raises:
        UsageError: A lesson or file is unknown.
        KuploadError: A side cannot be read.
    """
    with open_tools(settings, tell) as tools:
        survey, records = survey_library(settings, tools.database), read_records(settings.progress)
        courses_of(options, survey, records.values())
        survey = survey.knowing(records)
        looks = read_looks(settings.progress)
        records |= taken_over(options, survey, records, tools.api)
        chooser = _Chooser(tools, options, survey, records, {}, looks, lambda _record: None)
        found = chooser.replacements(chooser.map_files())
    show(found)
    return ExitCode.NOT_DONE if any(isinstance(one.step, Refused) for one in found) else ExitCode.DONE


def _courses(settings: Settings, options: ReplaceOptions, survey: Survey) -> tuple[str, ...]:
    return courses_of(options, survey, read_records(settings.progress).values() if options.changed else ())


class _Chooser(NamedTuple):
    """Decides about each lesson in question: what size and time leave open is told by the file and by Kinescope."""

    tools: Tools
    options: ReplaceOptions
    survey: Survey
    records: Mapping[str, Record]
    others: Mapping[str, Record]
    looks: RememberedLooks
    save: Callable[[Record], object]

    def map_files(self) -> MappedLibrary:
        """Which file belongs to which lesson."""
        return map_files(self.tools.settings, self.survey, {**self.others, **self.records}, self.tools.api)

    def replacements(self, mapped: MappedLibrary) -> tuple[Replacement, ...]:
        """The lessons in question, by id, each with what is done."""
        settings = self.tools.settings
        library = settings.needed_library(), md5s_of_files(settings)
        plan = plan_of(self.options, self.survey, mapped, self.records, library)
        found = (self._replacement(lesson) for lesson in plan.lessons)
        return tuple(sorted(found, key=lambda one: one.lesson.lesson_id))

    def _replacement(self, lesson: PlannedLesson) -> Replacement:
        step, keep = self._step(lesson), self.options.keep
        look = self._look(lesson.file) if step in {ReplaceStep.BEGIN, ReplaceStep.GO_ON} else None
        if isinstance(look, Broken) and not self.tools.settings.send_broken and is_sent(lesson, step):
            send = ("replace", lesson.lesson_id, "--send-broken")
            hint = Hint("Put a whole file in its place; ", send, " sends it as it is.")
            step = Refused(reason=f'its file "{lesson.file.path}" {look.reason}', hint=hint)
        record = lesson.record
        serving = record.serving if record else None
        if (serving and serving.keep is None) or (record and is_taken_over(record)):
            keep = None
        elif keep is None:
            keep = serving.keep if serving else USUAL_KEEP
        return Replacement(lesson=lesson, step=step, keep=keep, look=look)

    def _look(self, file: VideoFile) -> Look | None:
        """What is in the file; None where that cannot be told now: the run looks again, before it sends anything."""
        if (known := self.looks.sure(file)) is not None:
            return known
        settings = self.tools.settings
        found = look_at_files([file], settings.needed_library(), settle=settings.settle).found.get(file)
        if found is not None:
            self.looks.note(file, found)
        return found

    def _step(self, lesson: PlannedLesson) -> ReplaceStep | Refused:
        if self.options.drop:
            row = (self.survey.rows or {}).get(lesson.lesson_id)
            return call_off_step(lesson.record, row)
        if lesson.calls_off:
            return ReplaceStep.CALL_OFF
        refused = self._refused_row(lesson)
        step, record = refused or replacement_of(lesson), lesson.record
        is_final = refused is not None or (isinstance(step, Refused) and lesson.decision is Decision.IN_DOUBT)
        if record is None or is_final:
            return step
        if stat_file(self.tools.settings.needed_library(), lesson.file.path) is None:
            return self._absent(lesson.file)
        if isinstance(step, Refused):
            return step
        if not record.stage.has_all_bytes:
            return step
        step = self._by_content(step, record, lesson.file)
        is_asked = not self.options.changed or record.serving
        if step is not ReplaceStep.BEGIN and is_asked and is_of_no_use(self.tools, record, self._look(lesson.file)):
            return ReplaceStep.BEGIN
        return step

    def _by_content(self, step: ReplaceStep, record: Record, file: VideoFile) -> ReplaceStep:
        """The step for a file of which every byte was sent, or another with its size, as its content tells.

        A lesson that a person names is no more believed to be unchanged because of its file's size and time.
        """
        library = self.tools.settings.needed_library()
        if step is ReplaceStep.UNCHANGED and not self.options.changed and record.md5 is not None:
            md5 = md5_now(library, file)
            if md5 not in {None, record.md5}:
                return ReplaceStep.BEGIN
            self._note_place(record, file, is_read=md5 is not None)
            return step
        if step is ReplaceStep.UNCHANGED:
            self._note_place(record, file, is_read=record.md5 is None)
        is_alike = step is ReplaceStep.BEGIN and record.size == file.size and record.md5 is not None
        if is_alike and record.md5 == md5_now(library, file):
            self.save(replace(record, path=file.path, modified_ns=file.modified_ns))
            return ReplaceStep.UNCHANGED if record.stage.is_linked else ReplaceStep.GO_ON
        is_linkable = step is ReplaceStep.GO_ON and record.stage is Stage.UPLOADED and record.serving is None
        return ReplaceStep.BEGIN if is_linkable and not is_as_sent(record, library) else step

    def _note_place(self, record: Record, file: VideoFile, *, is_read: bool) -> None:
        """Notes where the file stands that a person named: no other of its size and time is the lesson's then."""
        if self.options.file is not None and is_read and record.path != file.path:
            self.save(replace(record, path=file.path, modified_ns=file.modified_ns))

    def _refused_row(self, lesson: PlannedLesson) -> Refused | None:
        """Refuses a row whose address somebody else has written beside the id: it would be lost."""
        row = (self.survey.rows or {}).get(lesson.lesson_id)
        if row is None or row.address is None or row.has_address_only:
            return None
        hint = Hint(("unlink", lesson.lesson_id), " empties both; ", (), " then uploads the file.")
        return Refused(reason=f'its row holds video {row.video_id} and the address "{row.address}"', hint=hint)

    def _absent(self, file: VideoFile) -> Refused:
        reason = f'its recorded file "{file.path}" is not there'
        if not self.survey.files:
            return Refused(reason=f"{reason}: {EMPTY_LIBRARY}", hint=MOUNT)
        return Refused(reason=reason, hint=f"{PUT_BACK}, or name the lesson's new file after the lesson.")
