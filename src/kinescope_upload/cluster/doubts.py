"""What this machine doubts, and what not: files that are not those that were written down; what is elsewhere. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from kinescope_upload.file_times import COARSE_NS
from kinescope_upload.library_paths import nfc
from kinescope_upload.plan.decision import Decision, PlanDecision
from kinescope_upload.text import distinct_bytes
from kinescope_upload.text.hints import Hint, both

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kinescope_upload.model import Doubt, VideoFile
    from kinescope_upload.upload import Record

_DECIDE_AGAIN: Final = Hint("To decide again whose file is whose: ", ("cluster", "enqueue"), ".")


class WrittenFile(NamedTuple):
    """What a lesson's file is: its size in bytes, its time of change (ns, UTC), and the machine that wrote it down."""

    size: int
    modified_ns: int
    machine: str

    def is_this(self, file: VideoFile) -> bool:
        """Whether the file of another machine is this one, by size and time, wherever it lies there."""
        return file.may_be(None, size=self.size, modified_ns=self.modified_ns)

    def may_be(self, file: VideoFile, record: Record | None) -> bool:
        """Whether the file may be this one: a part of it that was sent tells by its MD5, whatever the time is here."""
        if self.is_this(file) or record is None or record.sent_part is None:
            return self.is_this(file)
        return record.size == self.size and record.may_go_on_with(file)


def doubt_other_file(file: VideoFile, course: str, written: WrittenFile) -> PlanDecision:
    """Decides about a lesson whose file is here another one than a machine wrote down.

    Args:
        file: The file here.
        course: The lesson's course.
        written: What was written down.
    """
    there, here = distinct_bytes(written.size, file.size)
    if file.size == written.size:
        here, there = f"the time {_moment(file.modified_ns)}", _moment(written.modified_ns)
    whose = written.machine
    hint: str = Hint(
        f"Put {whose}'s file in its place here; where {whose} has the wrong one, let any machine write the course's "
        "files down: ",
        ("cluster", "cancel", "--course", course),
        ", then, where they are right, ",
        ("cluster", "enqueue"),
        ".",
    )
    if file.size != written.size and file.modified_ns > written.modified_ns + COARSE_NS:
        changed = Hint(
            "It may have changed since: ", ("cluster", "enqueue"), f" on {whose} writes it down again. Else:"
        )
        hint = both(changed, hint)
    reason = f'its file "{file.path}" has {here} here, and {written.machine} wrote down {there}'
    return PlanDecision(Decision.IN_DOUBT, reason, hint)


def doubt_moved_file(reason: str) -> PlanDecision:
    """Decides about a lesson at whose path another lesson's file may be.

    Args:
        reason: What says so.
    """
    reason = f"since it was enqueued, files were given other names: {reason}"
    return PlanDecision(Decision.IN_DOUBT, reason, _DECIDE_AGAIN)


def doubt_other_title(now: str, written: str) -> PlanDecision:
    """Decides about a lesson whose row has another title than when the lesson was written down.

    Args:
        now: The row's title.
        written: Its title then.
    """
    reason = f'its row is called "{now}" now, and was called "{written}" when it was enqueued'
    return PlanDecision(Decision.IN_DOUBT, reason, _DECIDE_AGAIN)


def _moment(time_ns: int) -> str:
    return f"{datetime.fromtimestamp(time_ns // 10**9, UTC):%Y-%m-%d %H:%M:%S} UTC"


def doubts_here(doubts: Iterable[Doubt], elsewhere: Collection[str], courses: Iterable[str]) -> tuple[Doubt, ...]:
    """The doubts but for those about lessons whose files are elsewhere, and about courses that are not here.

    Args:
        doubts: The doubts.
        elsewhere: The lessons whose files other libraries have.
        courses: The courses that this library has.
    """
    here = {nfc(course) for course in courses}
    told = (doubt for doubt in doubts if doubt.course is None or nfc(doubt.course) in here)
    return without_elsewhere(told, elsewhere)


def without_elsewhere(doubts: Iterable[Doubt], elsewhere: Collection[str]) -> tuple[Doubt, ...]:
    """The doubts but for those about lessons whose files are elsewhere."""
    others = frozenset(elsewhere)
    return tuple(one for one in doubts if not one.lesson_ids or not others.issuperset(one.lesson_ids))
