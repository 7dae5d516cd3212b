"""What ends a command becomes one sentence and one exit code."""

from __future__ import annotations

import errno
import os
from typing import Final, NoReturn

import pytest

from kinescope_upload.cli.outcome import run_command
from kinescope_upload.exit_codes import ExitCode

NAMED: Final = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "lessons.json")


def failing(error: BaseException) -> int:
    def command() -> NoReturn:
        raise error

    return run_command(command)


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EINVAL], ids=["Linux, macOS", "Windows"])
def test_a_reader_that_went_away_is_no_news(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(OSError(number, os.strerror(number))) == ExitCode.NOT_DONE
    assert capsys.readouterr() == ("", "")


def test_output_that_takes_no_more_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) == ExitCode.NOT_DONE
    assert "The answer cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("error", [NAMED, OSError(errno.ENOSPC, "full", "lessons.json"), ValueError("x")])
def test_what_nobody_thought_of_is_a_bug(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(error) == ExitCode.BUG
    assert "This is a bug in kupload" in capsys.readouterr().err
