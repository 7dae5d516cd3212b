"""Lists the commands that a person chooses from where kupload must not decide. Pure."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare.kinds import Kind
from kinescope_upload.kinescope.video import embed_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.audit.compare.facts import Finding
    from kinescope_upload.model import LessonTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice: what it does, and the command that does it."""

    explanation: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Makes the commands for this workspace and this table.

    Attributes:
        api_url: The management API's address.
        table: The names of the lessons' table and its columns.
    """

    api_url: str
    table: LessonTable

    def delete(self, video_id: str | None, explanation: str) -> Choice:
        """Deletes a video on Kinescope."""
        return Choice(
            explanation=explanation, command=f"curl -X DELETE {_WITH_RIGHT} {self.api_url}/v1/videos/{video_id}"
        )

    def point(self, lesson_id: str | None, video_id: str | None, explanation: str) -> Choice:
        """Points a row at a video; None empties it."""
        names = self.table
        url = None if video_id is None else embed_url(video_id)
        table = ".".join(_quoted(name) for name in (names.schema, names.table) if name)
        statement = (  # a person reads and types it
            f"UPDATE {table} SET {_quoted(names.video_id)} = {_literal(video_id)}, "  # noqa: S608
            f"{_quoted(names.video_url)} = {_literal(url)} WHERE {_quoted(names.lesson_id)} = {_literal(lesson_id)}"
        )
        return Choice(explanation=explanation, command=f'psql "$DATABASE_URL" -c "{_in_double_quotes(statement)}"')

    def delete_unknown(self, course: str, video_id: str | None, explanation: str) -> Choice:
        """Deletes a video of a course's folder that no lesson has."""
        words = ("kupload", "repair", "--delete-unknown", "--course", course, "--video", video_id or "")
        return Choice(explanation=explanation, command=shlex.join(words))

    def replace(self, lesson_id: str | None, explanation: str) -> Choice:
        """Uploads a lesson's file beside its video, and replaces that."""
        return Choice(explanation=explanation, command=shlex.join(("kupload", "replace", lesson_id or "")))

    def verify(self, course: str, explanation: str, *options: str) -> Choice:
        """Runs `verify` again for one course."""
        return Choice(explanation=explanation, command=shlex.join(("kupload", "verify", "--course", course, *options)))


_WITH_RIGHT: Final = '-H "Authorization: Bearer $KINESCOPE_API_KEY"'
_LESSON, _VIDEO = "LESSON", "VIDEO"


def choices_of(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
    """The two choices that a finding leaves to a person; none where its own hint says what to do."""
    choose = _CHOICES.get(finding.kind)
    return choose(finding, commands) if choose else ()


def has_choices(kind: Kind) -> bool:
    """Whether `kupload repair` lists choices for findings of this kind that it cannot fix."""
    return kind in _CHOICES


def _reupload_or(option: str, explanation: str) -> Callable[[Finding, Commands], tuple[Choice, ...]]:
    """Makes the choices between a new upload and another `kupload verify` with this option."""

    def choose(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
        again = "upload the file again: delete the video, then run `kupload repair` and `kupload`"
        return commands.delete(finding.video_id, again), commands.verify(finding.course, explanation, option)

    return choose


def _replace_or(option: str, explanation: str) -> Callable[[Finding, Commands], tuple[Choice, ...]]:
    """Makes the choices between a replacement and another `kupload verify` with this option."""

    def choose(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
        again = "upload the file beside the video, and replace that when the new one is done"
        return commands.replace(finding.lesson_id, again), commands.verify(finding.course, explanation, option)

    return choose


_replace_or_wait: Final = _replace_or("--wait", "wait and check again")
_replace_or_read: Final = _replace_or("--deep", "check again once the right file is in place")
_reupload_or_wait: Final = _reupload_or("--wait", "wait and check again")


def _keep_one(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
    return (
        commands.delete(finding.other_id, f"keep {finding.video_id}: delete the other video"),
        commands.point(finding.lesson_id, finding.other_id, f"keep {finding.other_id}: point the row at it"),
    )


def _empty_or_compare(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
    return (
        commands.point(finding.lesson_id, None, "upload the file again: empty the row, then run `kupload repair`"),
        commands.verify(finding.course, "read the file and compare it with the video", "--deep"),
    )


def _empty_or_point(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
    return (
        commands.point(finding.lesson_id, None, "empty the row"),
        commands.point(finding.lesson_id, _VIDEO, "point it at the right video"),
    )


def _doctor_or_empty(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
    return (
        Choice(explanation="check the token and the project", command="kupload doctor"),
        commands.point(finding.lesson_id, None, "empty the row so that the file is uploaded again"),
    )


def _delete_or_use(finding: Finding, commands: Commands) -> tuple[Choice, ...]:
    return (
        commands.delete_unknown(finding.course, finding.video_id, "delete it"),
        commands.point(_LESSON, finding.video_id, "point a lesson's row at it"),
    )


_CHOICES: Final[dict[Kind, Callable[[Finding, Commands], tuple[Choice, ...]]]] = {
    Kind.ROW_POINTS_NOWHERE: _doctor_or_empty,
    Kind.ROW_EMPTY: _reupload_or_wait,
    Kind.ROW_STRANGE: _empty_or_point,
    Kind.TWO_VIDEOS: _keep_one,
    Kind.SHARED_VIDEO: _empty_or_point,
    Kind.VIDEO_GONE: _empty_or_compare,
    Kind.STATUS_ERROR: _replace_or_wait,
    Kind.STATUS_ABORTED: _replace_or_wait,
    Kind.STATUS_STUCK: _reupload_or_wait,
    Kind.STATUS_UNKNOWN: _reupload_or_wait,
    Kind.SIZE_DIFFERS: _replace_or_read,
    Kind.MD5_DIFFERS: _replace_or_read,
    Kind.DURATION_DIFFERS: _reupload_or_wait,
    Kind.FILE_CHANGED: _replace_or_read,
    Kind.WRONG_FOLDER: _empty_or_point,
    Kind.PROJECT_ROOT: _empty_or_point,
    Kind.TITLE_DIFFERS: _empty_or_point,
    Kind.UNKNOWN_VIDEO: _delete_or_use,
}


def _in_double_quotes(text: str) -> str:
    """Escapes the text for a shell's double quotes, which leave apostrophes as they are."""
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _literal(text: str | None) -> str:
    if text is None:
        return "NULL"
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
