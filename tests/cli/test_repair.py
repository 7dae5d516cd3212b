"""`kupload repair`: what it is told to keep or to go by is named, and a dry run writes nothing."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from support import kupload

if TYPE_CHECKING:
    from pathlib import Path

NAMED = ("--by-file", "--by-journal", "--set-aside")


def _repair(folder: Path, *options: str) -> tuple[int, str]:
    process = kupload.start(
        ["repair", *options, "--progress", str(folder)],
        cwd=folder,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("option", NAMED)
def test_an_option_that_is_given_and_empty_is_no_plain_repair(option: str, tmp_path: Path) -> None:
    code, said = _repair(tmp_path, option, "", "--yes")
    assert (code, f"{option} is empty" in said) == (2, True), said


@pytest.mark.parametrize("option", NAMED[:2])
def test_a_side_is_not_chosen_in_a_dry_run(option: str, tmp_path: Path) -> None:
    code, said = _repair(tmp_path, option, "c_001", "--dry-run")
    assert (code, f"{option} has no --dry-run" in said) == (2, True), said
