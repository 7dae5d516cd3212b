"""Lists the commands that a person chooses from where kupload must not decide. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.audit.compare.strays import KNOWN_ELSEWHERE
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.audit.compare.facts import Finding
    from kinescope_upload.text.hints import Command


_CONFIRM: Final = ("map", "--confirm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice: what it does, and the command of kupload that does it."""

    explanation: str
    command: Command


def choices_of(finding: Finding, *, is_recorded: bool = True) -> tuple[Choice, ...]:
    """The choices that a finding leaves to a person; none where its own hint says what to do.

    Args:
        finding: The finding.
        is_recorded: Whether the progress names the lesson's video; no other can be replaced.
    """
    choose = (None if is_recorded else _UNRECORDED.get(finding.kind)) or _CHOICES.get(finding.kind)
    return choose(finding) if choose else ()


def has_choices(kind: Kind) -> bool:
    """Whether `kupload repair` lists choices for findings of this kind that it cannot fix."""
    return kind in _CHOICES


def _unlink(finding: Finding, explanation: str, *options: str) -> Choice:
    return Choice(explanation=explanation, command=("unlink", finding.lesson_id or "", *options))


def check_again(finding: Finding, explanation: str, *options: str) -> Choice:
    """The choice to look again, after a person has done what the explanation says."""
    return Choice(explanation=explanation, command=("verify", "--course", finding.course, *options))


def _replace(finding: Finding) -> Choice:
    """The choice to publish the lesson's file, as the finding's hint names it, or to say whose it is."""
    commands = finding.hint.commands if isinstance(finding.hint, Hint) else ()
    if _CONFIRM in commands:
        return Choice(explanation="say whose the file is", command=_CONFIRM)
    told = next((one for one in commands if one[:1] == ("replace",)), ("replace", finding.lesson_id or ""))
    return Choice(
        explanation="upload the file beside the video, and replace that when the new one is done", command=told
    )


def _replace_or_wait(finding: Finding) -> tuple[Choice, ...]:
    return _replace(finding), check_again(finding, "wait and check again", "--wait")


def _replace_or_read(finding: Finding) -> tuple[Choice, ...]:
    return _replace(finding), check_again(finding, "check again once the right file is in place", "--deep")


def _replace_or_look(finding: Finding) -> tuple[Choice, ...]:
    return _replace(finding), check_again(finding, "look again how long the file lasts", "--deep")


def _restart_or_wait(finding: Finding) -> tuple[Choice, ...]:
    again = "delete the video, so that the next run uploads the file again"
    return _unlink(finding, again, "--delete"), check_again(finding, "wait and check again", "--wait")


def _delete_other_or_restart(finding: Finding) -> tuple[Choice, ...]:
    if isinstance(finding.hint, Hint):
        return tuple(Choice(explanation="delete the other video", command=one) for one in finding.hint.commands)
    again = "empty the row and delete what kupload uploaded, so that the next run uploads the file again"
    return (_unlink(finding, again, "--delete"),)


def _empty(finding: Finding) -> tuple[Choice, ...]:
    return (_unlink(finding, "empty the row, so that the next run uploads the lesson's own file"),)


def _empty_or_compare(finding: Finding) -> tuple[Choice, ...]:
    return (*_empty(finding), check_again(finding, "read the file and compare it with the video", "--deep"))


def _doctor_or_empty(finding: Finding) -> tuple[Choice, ...]:
    return Choice(explanation="check the token and the project", command=("doctor",)), *_empty(finding)


def _delete(finding: Finding) -> tuple[Choice, ...]:
    if finding.hint == KNOWN_ELSEWHERE:
        return ()
    command = ("repair", "--delete-unknown", "--course", finding.course, "--video", finding.video_id or "")
    return (Choice(explanation="delete it", command=command),)


def _confirm_or_empty(finding: Finding) -> tuple[Choice, ...]:
    keep = Choice(explanation="say that the file is the lesson's all the same", command=("map", "--confirm"))
    return keep, *_empty(finding)


def _confirm_or_end(finding: Finding) -> tuple[Choice, ...]:
    commands = finding.hint.commands if isinstance(finding.hint, Hint) else ()
    words = {"map": "say whose the file is", "unlink": "let the lesson start over with its new file"}
    if "--delete" in (commands[-1] if commands else ()):
        words["unlink"] = "delete what was uploaded for the lesson of that title"
    return tuple(Choice(explanation=words[command[0]], command=command) for command in commands if command[0] in words)


def _unlink_or_read(finding: Finding) -> tuple[Choice, ...]:
    again = (
        "empty the row, so that a run uploads the file, or says what proves first that it is the lesson's; "
        "viewers see no video until then"
    )
    return _unlink(finding, again), check_again(finding, "check again once the right file is in place", "--deep")


def _name_or_read(finding: Finding) -> tuple[Choice, ...]:
    if finding.path is None:
        return _unlink_or_read(finding)
    what = "say that the file is the lesson's: it goes up beside the video, and replaces that when it is done"
    named = Choice(explanation=what, command=("replace", finding.lesson_id or "", finding.path))
    return named, check_again(finding, "check again once the right file is in place", "--deep")


_UNRECORDED: Final[dict[Kind, Callable[[Finding], tuple[Choice, ...]]]] = {
    **dict.fromkeys((Kind.STATUS_ERROR, Kind.STATUS_ABORTED), _unlink_or_read),
    **dict.fromkeys((Kind.SIZE_DIFFERS, Kind.MD5_DIFFERS, Kind.FILE_CHANGED), _name_or_read),
    Kind.TITLE_DIFFERS: _empty,
}
_CHOICES: Final[dict[Kind, Callable[[Finding], tuple[Choice, ...]]]] = {
    Kind.RENUMBERED: _confirm_or_end,
    Kind.ROW_POINTS_NOWHERE: _doctor_or_empty,
    Kind.ROW_EMPTY: _restart_or_wait,
    Kind.ROW_STRANGE: _empty,
    Kind.TWO_VIDEOS: _delete_other_or_restart,
    Kind.SHARED_VIDEO: _empty,
    Kind.VIDEO_GONE: _empty_or_compare,
    Kind.STATUS_ERROR: _replace_or_wait,
    Kind.STATUS_ABORTED: _replace_or_wait,
    Kind.STATUS_STUCK: _restart_or_wait,
    Kind.STATUS_UNKNOWN: _restart_or_wait,
    Kind.SIZE_DIFFERS: _replace_or_read,
    Kind.MD5_DIFFERS: _replace_or_read,
    Kind.DURATION_DIFFERS: _replace_or_look,
    Kind.FILE_CHANGED: _replace_or_read,
    Kind.WRONG_FOLDER: _empty,
    Kind.PROJECT_ROOT: _empty,
    Kind.TITLE_DIFFERS: _confirm_or_empty,
    Kind.UNKNOWN_VIDEO: _delete,
}
