"""The commands to choose from are what a shell and PostgreSQL take, whatever ids are made of."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Finding, Kind
from kinescope_upload.audit.fixes import Commands
from kinescope_upload.audit.fixes.choices import choices_of
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.model import LessonTable

if TYPE_CHECKING:
    from support.postgres import Database

VIDEO, OTHER = "0f0e0d0c-0000-4000-8000-000000000001", "0f0e0d0c-0000-4000-8000-000000000002"
HOSTILE = '01_o\'hara "$HOME" `id` \\ %s'


def _finding(kind: Kind, lesson_id: str = HOSTILE) -> Finding:
    return Finding(kind=kind, course="c", reason="r", lesson_id=lesson_id, video_id=VIDEO, other_id=OTHER)


def _as_a_shell_reads(command: str) -> str:
    """The statement that psql would be given."""
    script = f"psql() {{ printf '%s' \"$3\"; }}; {command}"
    return subprocess.run(["sh", "-c", script], check=True, capture_output=True, encoding="utf-8").stdout


@pytest.mark.parametrize("kind", [Kind.TWO_VIDEOS, Kind.ROW_POINTS_NOWHERE])
def test_the_statement_changes_the_lessons_row_and_no_other(kind: Kind, database: Database) -> None:
    database.add_lessons([(HOSTILE, "c", "t"), ("c_002", "c", "t")])
    for lesson_id in (HOSTILE, "c_002"):
        database.set_video(lesson_id, VIDEO, embed_url(VIDEO))
    commands = Commands(api_url="https://api.kinescope.io", table=LessonTable())
    [command] = [one.command for one in choices_of(_finding(kind), commands) if one.command.startswith("psql")]
    database.execute(_as_a_shell_reads(command))
    after = (OTHER, embed_url(OTHER)) if kind is Kind.TWO_VIDEOS else (None, None)
    assert database.videos() == {HOSTILE: after, "c_002": (VIDEO, embed_url(VIDEO))}


def test_the_tables_own_names_are_used() -> None:
    table = LessonTable(schema="app", table='les"sons', lesson_id="key", video_id="vid", video_url="url")
    commands = Commands(api_url="https://api.kinescope.io", table=table)
    [_, choice] = choices_of(_finding(Kind.TWO_VIDEOS, "c_001"), commands)
    statement = _as_a_shell_reads(choice.command)
    assert statement.startswith(f'UPDATE "app"."les""sons" SET "vid" = \'{OTHER}\', "url" = ')
    assert statement.endswith("WHERE \"key\" = 'c_001'")


def test_the_token_is_named_and_not_shown() -> None:
    commands = Commands(api_url="https://api.kinescope.io", table=LessonTable())
    [choice, again] = choices_of(_finding(Kind.STATUS_UNKNOWN), commands)
    assert choice.command == (
        f'curl -X DELETE -H "Authorization: Bearer $KINESCOPE_API_KEY" https://api.kinescope.io/v1/videos/{VIDEO}'
    )
    assert again.command == "kupload verify --course c --wait"


@pytest.mark.parametrize("kind", list(Kind))
def test_a_finding_has_two_choices_or_none(kind: Kind) -> None:
    assert len(choices_of(_finding(kind), Commands(api_url="https://api", table=LessonTable()))) in {0, 2}
