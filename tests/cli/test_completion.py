"""Course names are completed by a real bash, from the disk alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer.main

from kinescope_upload.cli.app import app
from kinescope_upload.command_line.completion import complete_courses, complete_order
from kinescope_upload.progress import ProgressStore
from support.progress_cases import a_record

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASK = """
eval "$(kupload --show-completion)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_kupload_completion kupload
printf '%s\\n' "${COMPREPLY[@]}"
"""


def _completed(words: Sequence[str], folder: Path) -> list[str]:
    """What bash offers for the last of these words."""
    bash = shutil.which("bash")
    if bash is None or sys.platform == "win32":
        pytest.skip("there is no bash")
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [bash, "--norc", "-c", _ASK, "bash", "kupload", *words],
        cwd=folder,
        env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1", "HOME": str(folder)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for name in ("01_analytics", "02 второй курс", "02_ads", ".hidden"):
        (tmp_path / "films" / name).mkdir(parents=True)
    (tmp_path / "films" / "01_notes.txt").touch()
    (tmp_path / "kupload.toml").write_text('library = "films"\n', "utf-8")
    return tmp_path


def test_bash_completes_courses_as_they_have_to_be_typed(desk: Path) -> None:
    assert _completed(["verify", "--course", "02"], desk) == ["02\\ второй\\ курс", "02_ads"]


@pytest.mark.slow
def test_bash_completes_what_was_begun_with_a_quoted_space(desk: Path) -> None:
    assert _completed(["verify", "--course", "02\\ "], desk) == ["02\\ второй\\ курс"]


def test_orders_are_completed_and_not_the_files_of_the_folder() -> None:
    assert complete_order("size") == ["size", "size-desc"]
    order = next(one for one in typer.main.get_command(app).params if one.name == "order")
    assert order._custom_shell_complete is not None  # noqa: SLF001 - typer shows it nowhere


def test_powershell_gets_names_in_quotes(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_KUPLOAD_COMPLETE", "complete_powershell")
    found = complete_courses(_Context(library=str(desk / "films")), '"02')  # type: ignore[arg-type]
    assert found == ['"02 второй курс"', "02_ads"]
    assert all(one.startswith('"02') for one in found)


@pytest.mark.slow
def test_bash_completes_commands_and_options(desk: Path) -> None:
    assert _completed(["ver"], desk) == ["verify"]
    assert _completed(["verify", "--wa"], desk) == ["--wait"]


@pytest.mark.slow
def test_bash_completes_the_lessons_that_have_progress_and_the_orders(desk: Path) -> None:
    with ProgressStore(desk / "progress", ["c"]) as progress:
        progress.save_all([a_record(name) for name in ("01_analytics_m01_001", "01_analytics_m01_002", "x")])
    assert _completed(["replace", "01_"], desk) == ["01_analytics_m01_001", "01_analytics_m01_002"]
    assert _completed(["unlink", "x"], desk) == ["x"]
    assert _completed(["--order", "size"], desk) == ["size", "size-desc"]


class _Context:
    def __init__(self, **params: str) -> None:
        self.params = params


def test_courses_are_of_the_library_that_was_typed(desk: Path) -> None:
    (desk / "others" / "03_more").mkdir(parents=True)
    assert complete_courses(_Context(library=str(desk / "others")), "0") == ["03_more"]  # type: ignore[arg-type]


def test_settings_that_cannot_be_read_complete_nothing_and_say_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    env_file = tmp_path / "bad.env"
    env_file.write_text("KUPLOAD_JOBS=many\n", "utf-8")
    assert complete_courses(_Context(env_file=str(env_file)), "") == []  # type: ignore[arg-type]
    assert complete_courses(_Context(library=str(tmp_path / "gone")), "") == []  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")
