"""`kupload import-progress`: what became of the replaced system's progress."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.output.json_text import plain
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.text import count, joined

if TYPE_CHECKING:
    from kinescope_upload.commands.import_progress.takeover import Takeover
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions

__all__ = ["print_takeover", "takeover_object"]


def _text(takeover: Takeover, options: DisplayOptions, stream: TextIO) -> None:
    show_sections(_sections(takeover, options), _totals(takeover), stream)


def _sections(takeover: Takeover, options: DisplayOptions) -> list[Section]:
    taken = takeover.taken if options.verbose else ()
    return [
        Section(
            title="Taken over as linked",
            columns=("Lesson", "Video", "File"),
            rows=tuple((one.record.lesson_id, one.record.video_id or "", one.record.path) for one in taken),
        ),
        Section(
            title="Taken over, but the file is not known",
            columns=("Lesson", "Why"),
            rows=tuple((one.record.lesson_id, one.doubt) for one in takeover.taken if one.doubt),
        ),
        Section(
            title="Failed there, left to be done",
            columns=("Lesson",),
            rows=tuple((lesson_id,) for lesson_id in takeover.failed),
        ),
        Section(
            title="Not taken",
            columns=("Lesson", "Why, and what to do"),
            rows=tuple((one.lesson_id, joined(one.reason, one.hint)) for one in takeover.not_taken),
        ),
    ]


def _totals(takeover: Takeover) -> list[str]:
    totals = [f"{count(len(takeover.taken), 'lesson', 'lessons')} taken over as linked."]
    if takeover.known:
        totals.append(f"{count(len(takeover.known), 'lesson was', 'lessons were')} known already; nothing was changed.")
    if takeover.failed:
        totals.append(f"{count(len(takeover.failed), 'lesson', 'lessons')} failed there; the next run does them.")
    if takeover.not_taken:
        totals.append(f"{count(len(takeover.not_taken), 'entry was', 'entries were')} not taken.")
    return [*totals, "Next: kupload --dry-run"]


def takeover_object(takeover: Takeover) -> JsonFields:
    """What became of it as the fields of the JSON output."""
    return {
        "taken": [
            {
                "lesson_id": plain(one.record.lesson_id),
                "course": plain(one.course),
                "video_id": plain(one.record.video_id or ""),
                "path": plain(one.record.path) if one.record.names_file else None,
                "doubt": plain(one.doubt),
            }
            for one in takeover.taken
        ],
        "known": [plain(lesson_id) for lesson_id in takeover.known],
        "failed": [plain(lesson_id) for lesson_id in takeover.failed],
        "not_taken": [
            {"lesson_id": plain(one.lesson_id), "reason": plain(one.reason), "way_out": plain(one.hint)}
            for one in takeover.not_taken
        ],
    }


print_takeover: Final = partial(show, View(event="import", fields=takeover_object, text=_text))
