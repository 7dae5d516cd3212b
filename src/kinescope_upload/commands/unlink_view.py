"""Shows what `kupload unlink` is about to do, and what it did."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.text import count, first_few, joined
from kinescope_upload.text.hints import Hint, both

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.commands.unlink import Unlinking, UnlinkResult
    from kinescope_upload.model import LessonRow
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions


def _object(found: Sequence[Unlinking]) -> JsonFields:
    return {
        "lessons": [
            {
                "lesson_id": one.row.lesson_id,
                "course": one.row.course,
                "title": one.row.title,
                "video_id": one.row.video_id,
                "is_ours": one.is_ours,
                "deletes": one.deletes_rows,
                "deletions": list(one.deletions),
            }
            for one in found
        ]
    }


def _text(found: Sequence[Unlinking], _options: DisplayOptions, stream: TextIO) -> None:
    rows = tuple(
        (one.row.lesson_id, one.row.title, video_id or _held(one.row), fate)
        for one in found
        for video_id, fate in one.fates
    )
    total = f"{count(len(found), 'lesson', 'lessons')} to unlink." if found else "Nothing to unlink."
    show_sections(
        [Section(title="To unlink", columns=("Lesson", "Title", "Video", "It will be"), rows=rows)], [total], stream
    )


def _held(row: LessonRow) -> str:
    """What the row holds, and is emptied."""
    another = f", address {row.address}" if row.address and not row.has_address_only else ""
    return f"{row.video_id or '–'}{another}"


def _end_object(result: UnlinkResult) -> JsonFields:
    return {
        "exit_code": exit_code_of(result),
        "unlinked": list(result.unlinked),
        "deleted": list(result.deleted),
        "failed": [
            {"lesson_id": lesson_id, "reason": error.reason, "hint": error.hint} for lesson_id, error in result.failed
        ],
    }


def _end_text(result: UnlinkResult, _options: DisplayOptions, stream: TextIO) -> None:
    failed = tuple((lesson_id, joined(error.reason, error.hint)) for lesson_id, error in result.failed)
    lessons = count(len(result.unlinked), "lesson", "lessons")
    deleted = f"; {count(len(result.deleted), 'video', 'videos')} deleted" if result.deleted else ""
    total = f"{lessons} unlinked{deleted}."
    show_sections(
        [Section(title="Not done", columns=("Lesson", "Why"), rows=failed)], [both(total, _next(result))], stream
    )


def _next(result: UnlinkResult) -> str:
    """What the next run does with the lessons of which all is done."""
    left = {lesson_id for lesson_id, _ in result.failed}
    done = [lesson_id for lesson_id in result.unlinked if lesson_id not in left]
    if not done:
        return ""
    them = first_few(done) if left else "it" if len(done) == 1 else "them"
    return Hint((), f" uploads {them} again.")


def exit_code_of(result: UnlinkResult) -> ExitCode:
    """The exit code after it was done."""
    return ExitCode.NOT_DONE if result.failed else ExitCode.DONE


show_unlinking: Final = partial(show, View(event="unlinking", fields=_object, text=_text))
show_unlinked: Final = partial(show, View(event="unlinked", fields=_end_object, text=_end_text))
