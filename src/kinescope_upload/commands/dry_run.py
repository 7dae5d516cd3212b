"""`kupload --dry-run`: what a run would do, in its order, and why the rest would not be done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.connect import ask_originals, database_of
from kinescope_upload.display.json_events import decided, doubted, proposed
from kinescope_upload.display.printers import waits_on_stderr
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library.look import look_at_files
from kinescope_upload.media.verdict import Broken
from kinescope_upload.output.json_text import object_of
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.plan import Decision
from kinescope_upload.plan.changes import FileChange, change_of, changes_sentence
from kinescope_upload.progress import RememberedLooks, read_looks, read_records
from kinescope_upload.survey import survey_library
from kinescope_upload.text import count, format_bytes, joined
from kinescope_upload.upload.titles import LONGEST_TITLE, fit_title, is_too_long

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kinescope_upload.config import Settings
    from kinescope_upload.model import Proposal
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.plan import Plan, PlannedLesson

_LOOKING: Final = 5.0
_NOTHING_WRITTEN: Final = "Nothing was written."
_LESSON_COLUMNS: Final = ("Lesson", "Size", "What", "Why")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAnswer:
    """What a run would do, and how many of the files that it would send were not looked into.

    `looks` knows what is in the files.
    """

    plan: Plan
    unseen: int = 0
    looks: RememberedLooks = field(default_factory=RememberedLooks)

    @property
    def changes(self) -> tuple[FileChange, ...]:
        """The linked lessons that were shot again since their upload."""
        return tuple(change_of(lesson, self.looks.of(lesson.file)) for lesson in self.plan.changed)


def dry_run(settings: Settings, options: DisplayOptions, stdout: TextIO, *, seconds: float = _LOOKING) -> int:
    """Prints what a run would do, and why the rest would not be done; writes nothing anywhere.

    Args:
        settings: The settings.
        options: How the plan is shown.
        stdout: Takes it.
        seconds: For how long files are looked into that were not looked into before.
    """
    survey = survey_library(settings, database_of(settings), waits_on_stderr(options))
    survey.check_proven(trusts_scan=settings.trust_scan)
    records, looks = read_records(settings.progress), read_looks(settings.progress)
    mapped = survey.resolve(records, ask=partial(ask_originals, settings))
    broken = None if settings.send_broken else looks.broken
    plan = survey.plan(records, mapped, broken)
    changed = (lesson.file for lesson in plan.changed)
    new = [file for file in (*changed, *plan.files_to_send) if not looks.has(file)]
    found = look_at_files(new, settings.needed_library(), settle=settings.settle, seconds=seconds).found
    looks.found.update(found)
    if any(isinstance(look, Broken) for look in found.values()):
        plan = survey.plan(records, mapped, broken)
    unseen = sum(not looks.has(file) for file in plan.files_to_send)
    print_plan(PlanAnswer(plan=plan, unseen=unseen, looks=looks), options, stdout)
    return ExitCode.NOT_DONE if plan.is_in_doubt else ExitCode.DONE


def cut_titles_warning(plan: Plan) -> str:
    """Says how many videos get a cut title; empty when none does."""
    if not (lessons := _with_cut_titles(plan)):
        return ""
    titles = count(len(lessons), "title has", "titles have")
    first = f'the video of {lessons[0].lesson_id} is called "{fit_title(lessons[0].title)}"'
    return f"{titles} more than {LONGEST_TITLE} characters and are sent cut: {first}. `kupload --dry-run` shows all."


def _with_cut_titles(plan: Plan) -> list[PlannedLesson]:
    """The lessons whose videos are yet to be created and get only the beginning of the lesson's title."""
    new = (one for one in plan.work if one.decision is Decision.UPLOAD)
    return [one for one in new if is_too_long(one.title)]


def plan_sections(plan: Plan, *, verbose: bool) -> list[Section]:
    """The parts of the plan that are not empty: the work, what is skipped, what is in doubt, what is ignored."""
    later = [one for one in plan.lessons if one.decision is Decision.LATER]
    skipped = [one for one in plan.lessons if one.decision is Decision.SKIP]
    sections = [
        Section(title="To do, in this order", columns=_LESSON_COLUMNS, rows=tuple(map(_lesson_row, plan.work))),
        Section(
            title=f"Titles over {LONGEST_TITLE} characters, which Kinescope may refuse or cut: these are sent",
            columns=("Lesson", "Title of its video"),
            rows=tuple((one.lesson_id, fit_title(one.title)) for one in _with_cut_titles(plan)),
        ),
        _counted_or_named("Skipped", skipped, verbose=verbose),
        _counted_or_named("Later", later, verbose=verbose),
        Section(
            title="In doubt",
            columns=("Lesson", "Why, and what to do"),
            rows=tuple((one.lesson_id, joined(one.reason, one.hint)) for one in plan.in_doubt),
        ),
        Section(
            title="Belongs to no lesson, or to no file",
            columns=("What", "Why, and what to do"),
            rows=tuple((one.subject, joined(one.reason, one.hint)) for one in plan.doubts),
        ),
        proposals_section(plan.proposals),
        Section(
            title="Ignored files",
            columns=("File", "Why"),
            rows=tuple((one.path, one.reason) for one in plan.ignored),
        ),
    ]
    return [section for section in sections if section.rows]


def proposals_section(proposals: Iterable[Proposal]) -> Section:
    """The files that wait for a person to say whose they are."""
    return Section(
        title="Whose are they? `kupload map --confirm` asks",
        columns=("File", "Perhaps the lesson", "Title"),
        rows=tuple((one.file.path, one.lesson_id or "–", one.title) for one in proposals),
    )


def _lesson_row(lesson: PlannedLesson) -> tuple[str, ...]:
    return lesson.lesson_id, format_bytes(lesson.file.size), lesson.decision, lesson.reason


def _counted_or_named(title: str, lessons: Iterable[PlannedLesson], *, verbose: bool) -> Section:
    if verbose:
        rows = tuple((one.lesson_id, one.reason) for one in lessons)
        return Section(title=title, columns=("Lesson", "Why"), rows=rows)
    counts = Counter(_kind_of_reason(one.reason) for one in lessons)
    return Section(
        title=title,
        columns=("Lessons", "Why"),
        rows=tuple((f"{number:,}", reason) for reason, number in counts.most_common()),
    )


def _kind_of_reason(reason: str) -> str:
    """The reason without the id in brackets at its end."""
    return reason.partition(" (")[0]


def plan_totals(answer: PlanAnswer) -> list[str]:
    """What the plan comes to, and what it will take on Kinescope."""
    plan = answer.plan
    uploads = [one for one in plan.work if one.decision is not Decision.LINK]
    low, high = _kinescope_bytes(plan)
    totals = [f"{count(len(uploads), 'video', 'videos')} to upload, {format_bytes(plan.bytes_to_send)} to send."]
    if links := len(plan.work) - len(uploads):
        totals.append(f"{count(links, 'row', 'rows')} to write for videos that are uploaded.")
    if uploads:
        between = f"{format_bytes(low)} to {format_bytes(high)}"
        totals.append(f"Will take about {between} on Kinescope (1.8 to 2 times the originals).")
    if changed := changes_sentence([change for change in answer.changes if change.size != change.sent_size]):
        totals.append(changed)
    return [*totals, *_unseen(answer.unseen), _NOTHING_WRITTEN]


def _unseen(files: int) -> list[str]:
    words = count(files, "file was", "files were")
    return [f"{words} not looked into: `kupload check` does that, a run does it before it sends each."] if files else []


def _kinescope_bytes(plan: Plan) -> tuple[int, int]:
    originals = sum(one.file.size for one in plan.work if one.decision is not Decision.LINK)
    return originals * 9 // 5, originals * 2


def plan_object(answer: PlanAnswer) -> JsonFields:
    """The plan as the fields of the JSON output."""
    plan = answer.plan
    low, high = _kinescope_bytes(plan)
    return {
        "lessons": [{**decided(one), "hint": one.hint, "to_send_bytes": one.bytes_to_send} for one in plan.lessons],
        "doubts": [doubted(one) for one in plan.doubts],
        "ignored": [object_of(one) for one in plan.ignored],
        "proposals": [proposed(one) for one in plan.proposals],
        "changed": [_change_fields(one) for one in answer.changes],
        "counts": {decision.replace(" ", "_"): plan.counts[decision] for decision in Decision},
        "to_send_bytes": plan.bytes_to_send,
        "kinescope_min_bytes": low,
        "kinescope_max_bytes": high,
        "is_in_doubt": plan.is_in_doubt,
        "unseen_files": answer.unseen,
    }


def _change_fields(change: FileChange) -> JsonFields:
    names = {
        "sent_size": "sent_size_bytes",
        "size": "size_bytes",
        "sent_seconds": "sent_duration_seconds",
        "seconds": "duration_seconds",
    }
    return object_of(change, **names)


def _text(answer: PlanAnswer, options: DisplayOptions, stream: TextIO) -> None:
    show_sections(plan_sections(answer.plan, verbose=options.verbose), plan_totals(answer), stream)


print_plan: Final = partial(show, View(event="plan", fields=plan_object, text=_text))
