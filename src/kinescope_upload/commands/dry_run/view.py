"""Shows a plan: as text with its totals, or as one JSON object."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.dry_run.sections import plan_sections
from kinescope_upload.commands.dry_run.unread import unread_sentence
from kinescope_upload.display.json_events import decided, doubted, proposed
from kinescope_upload.output.json_text import object_of
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.output.terminal_output import is_live_terminal, surface_of
from kinescope_upload.plan import Decision
from kinescope_upload.plan.changes import FileChange, changes_sentence
from kinescope_upload.plan.retitled import retitled_sentences
from kinescope_upload.text import count, format_bytes, format_duration, format_rate
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from kinescope_upload.commands.dry_run.answer import PlanAnswer
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions

_NOTHING_WRITTEN: Final = "Nothing was written."


def plan_totals(answer: PlanAnswer) -> list[str]:
    """What the plan comes to, how long it takes, and what it will take on Kinescope."""
    plan = answer.plan
    uploads = [one for one in plan.work if one.decision is not Decision.LINK]
    totals = [f"{count(len(uploads), 'video', 'videos')} to upload, {format_bytes(plan.bytes_to_send)} to send."]
    if uploads:
        totals += [time_sentence(answer), size_sentence(answer)]
    if links := len(plan.work) - len(uploads):
        totals.append(f"{count(links, 'row', 'rows')} to write for videos that are uploaded.")
    changed = changes_sentence([one for one in answer.changes if one.size != one.sent_size or one.is_other])
    left = (unread_sentence(answer.unread), _unseen(answer.unseen))
    told = (changed, *retitled_sentences(plan.retitled), *left, answer.not_asked)
    return [*totals, *filter(None, told), _NOTHING_WRITTEN]


def time_sentence(answer: PlanAnswer) -> str:
    """How long the bytes take at the last known rate."""
    if answer.rate is None or answer.seconds is None:
        least = (
            f"at least {format_duration(answer.least_seconds)} with --bwlimit" if answer.least_seconds else "not known"
        )
        return f"Time: {least}; no run from here has measured it yet."
    when = f"{answer.rate.at:%Y-%m-%d}"
    limited = " and with --bwlimit" if answer.is_limited else ""
    rate = format_rate(answer.rate.rate)
    time = f"Time: about {format_duration(answer.seconds)} at the last run's {rate} ({when}){limited}."
    if (saved := answer.mixed_saves) is None:
        return time
    return f"{time} With --order mixed up to {format_duration(saved)} less: no large file is left for the end."


def size_sentence(answer: PlanAnswer) -> str:
    """What the videos will take on Kinescope."""
    low, high = answer.kinescope_bytes
    return f"Will take about {format_bytes(low)} to {format_bytes(high)} on Kinescope (1.8 to 2 times the originals)."


def _unseen(files: int) -> str:
    if not files:
        return ""
    words = count(files, "file was", "files were")
    return Hint(f"{words} not looked into: ", ("check",), " does that, a run does it before it sends each.")


def plan_object(answer: PlanAnswer) -> JsonFields:
    """The plan as the fields of the JSON output."""
    plan, rate = answer.plan, answer.rate
    low, high = answer.kinescope_bytes
    return {
        "lessons": [{**decided(one), "hint": one.hint, "to_send_bytes": one.bytes_to_send} for one in plan.lessons],
        "doubts": [doubted(one) for one in plan.doubts],
        "ignored": [object_of(one) for one in plan.ignored],
        "proposals": [proposed(one) for one in plan.proposals],
        "changed": [_change_fields(one) for one in answer.changes],
        "folders": [
            {"course": one.course, "state": one.state.replace(" ", "_"), "folder_ids": list(one.folder_ids)}
            for one in answer.folders
        ],
        "counts": {decision.replace(" ", "_"): plan.counts[decision] for decision in Decision},
        "to_send_bytes": plan.bytes_to_send,
        "kinescope_min_bytes": low,
        "kinescope_max_bytes": high,
        "last_rate_bytes_per_second": rate.rate if rate else None,
        "run_seconds": None if answer.seconds is None else round(answer.seconds),
        "mixed_saves_seconds": None if answer.mixed_saves is None else round(answer.mixed_saves),
        "is_in_doubt": plan.is_in_doubt,
        "unseen_files": answer.unseen,
        "unread_files": answer.unread,
        "not_asked": answer.not_asked or None,
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
    surface = surface_of(stream)
    width = surface.width if is_live_terminal(stream) else None
    sections = plan_sections(answer, surface, width=width, verbose=options.verbose)
    show_sections(sections, plan_totals(answer), stream)


print_plan: Final = partial(show, View(event="plan", fields=plan_object, text=_text))
