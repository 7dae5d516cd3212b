"""Shows what `kupload replace` is about to do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.plan.changes import change_of
from kinescope_upload.plan.replacing import Refused, ReplaceStep
from kinescope_upload.text import count, format_duration, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.commands.replace.command import Replacement
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions

_STEPS: Final = {
    ReplaceStep.BEGIN: "begin",
    ReplaceStep.GO_ON: "continue",
    ReplaceStep.UNCHANGED: "unchanged",
    ReplaceStep.CALL_OFF: "call off",
}


def _object(replacements: Sequence[Replacement]) -> JsonFields:
    return {"lessons": [_fields(one) for one in replacements]}


def _fields(one: Replacement) -> JsonFields:
    lesson = one.lesson
    match one.step:
        case Refused(reason=reason, hint=hint):
            step = "refused"
        case step_of_work:
            step, reason, hint = _STEPS[step_of_work], "", ""
    return {
        "lesson_id": lesson.lesson_id,
        "title": lesson.title,
        "path": lesson.file.path,
        "size_bytes": lesson.file.size,
        "old_size_bytes": _old_size(one),
        "old_video_id": one.old_video_id,
        "keep_seconds": one.keep,
        "step": step,
        "reason": reason,
        "hint": hint,
    }


def _old_size(one: Replacement) -> int | None:
    record = one.lesson.record
    if record is None:
        return None
    return record.serving.size if record.serving else record.size


def _text(replacements: Sequence[Replacement], _options: DisplayOptions, stream: TextIO) -> None:
    off = [one for one in replacements if one.step is ReplaceStep.CALL_OFF]
    work = [one for one in replacements if one.is_work and one not in off]
    refused = [(one.lesson.lesson_id, one.step) for one in replacements if isinstance(one.step, Refused)]
    unchanged = tuple((one.lesson.lesson_id,) for one in replacements if one.step is ReplaceStep.UNCHANGED)
    columns = ("Lesson", "Title", "File", "Change", "Old video", "Kept for")
    sections = [
        Section(title="To replace", columns=columns, rows=tuple(map(_row, work))),
        Section(
            title="To be called off",
            columns=("Lesson", "Title", "Was begun from", "Video that stays"),
            rows=tuple(_row_called_off(one) for one in off),
        ),
        Section(title="Unchanged since upload", columns=("Lesson",), rows=unchanged),
        Section(
            title="Cannot be replaced",
            columns=("Lesson", "Why, and what to do"),
            rows=tuple((lesson_id, joined(step.reason, step.hint)) for lesson_id, step in refused),
        ),
    ]
    dropped = f"{count(len(off), 'replacement', 'replacements')} to call off; viewers see what they see now."
    total = f"{count(len(work), 'video', 'videos')} to replace; viewers see the old ones until the new ones are done."
    nothing = "Nothing can be replaced now." if refused else "Nothing to replace."
    totals = [*([total] if work else []), *([dropped] if off else [])]
    show_sections(sections, totals or [nothing], stream)


def _row(one: Replacement) -> tuple[str, ...]:
    lesson = one.lesson
    is_begun = one.step is ReplaceStep.GO_ON
    change = lesson.reason if is_begun else change_of(lesson, one.look).text
    kept = "kept" if one.keep is None else format_duration(one.keep) if one.keep else "deleted at once"
    return lesson.lesson_id, lesson.title, lesson.file.path, change, one.old_video_id or "–", kept


def _row_called_off(one: Replacement) -> tuple[str, ...]:
    lesson = one.lesson
    begun_from = lesson.record.path if lesson.record else None
    return lesson.lesson_id, lesson.title, begun_from or "–", one.old_video_id or "–"


show_replacements: Final = partial(show, View(event="replacements", fields=_object, text=_text))
