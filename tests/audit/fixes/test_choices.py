"""Every command to choose from is one of kupload's own, and names the lesson or the course."""

from __future__ import annotations

import shlex

import pytest

from kinescope_upload.audit.compare import Finding, Kind
from kinescope_upload.audit.fixes.choices import choices_of
from kinescope_upload.text.hints import command_line

VIDEO, OTHER = "0f0e0d0c-0000-4000-8000-000000000001", "0f0e0d0c-0000-4000-8000-000000000002"
HOSTILE = '01_o\'hara "$HOME" `id` \\ %s'


@pytest.mark.parametrize("kind", list(Kind))
def test_choices_are_different_commands(kind: Kind) -> None:
    finding = Finding(kind=kind, course="c d", reason="r", lesson_id="c_001", video_id=VIDEO, other_id=OTHER)
    commands = [choice.command for choice in choices_of(finding)]
    assert len(commands) == len(set(commands))
    assert all("c_001" in command or "c d" in command or len(command) <= 2 for command in commands)


def test_a_lesson_s_id_is_one_word_for_a_shell_whatever_it_is_made_of() -> None:
    finding = Finding(kind=Kind.STATUS_ERROR, course="c", reason="r", lesson_id=HOSTILE)
    [again, wait] = (command_line(choice.command) for choice in choices_of(finding))
    assert shlex.split(again) == ["kupload", "replace", HOSTILE]
    assert wait == "kupload verify --course c --wait"
