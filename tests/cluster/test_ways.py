"""How commands work across machines: one library of this machine or each, with the records of all of them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import typer

from kinescope_upload.cli.app import app
from kinescope_upload.cli.outcome import run_command
from kinescope_upload.cluster.all_progress import AllClusterProgress
from kinescope_upload.cluster.ways import across
from kinescope_upload.commands.check import check
from kinescope_upload.config import load_settings
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.text.hints import Hint, TypedOptions, command_line, remember, shown
from kinescope_upload.upload import Stage
from support.clusters import a_machine, enqueue, line
from support.progress_cases import a_record

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.cluster.line import Line

__all__ = ["line"]
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_TWO = "libraries = { nas = 'nas', disk2 = 'disk' }"


def _typed(folder: Path, monkeypatch: pytest.MonkeyPatch, toml: str, *words: str) -> int:
    for name in ("nas", "disk"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "kupload.toml").write_text(toml, "utf-8")
    monkeypatch.chdir(folder)
    return run_command(lambda: app(list(words), standalone_mode=False))


def test_check_knows_what_all_machines_have_sent(line: Line, tmp_path: Path) -> None:
    (tmp_path / "nas" / "c").mkdir(parents=True)
    machine = a_machine(line)
    for name, lesson_id, library in (("1", "a", "nas"), ("2", "b", "nas"), ("3", "c", "disk2")):
        file = tmp_path / "nas" / "c" / f"{name}.mp4"
        file.write_bytes(b"the same")
        enqueue(line, lesson_id, library=library)
        assert machine.holds.take(lesson_id)
        seen = replace(a_record(lesson_id), path=f"c/{name}.mp4", size=8, modified_ns=file.stat().st_mtime_ns)
        machine.save(replace(seen, stage=Stage.UPLOADED, attempted_at=_NOW, offset=8, md5="0" * 32))
        machine.give(lesson_id)
    settings = load_settings({"library": str(tmp_path / "nas")}, directory=tmp_path, environment={})
    out, options = io.StringIO(), DisplayOptions(as_json=True)
    every = AllClusterProgress(machine.holds, "nas")
    check(settings, every, options=options, is_deep=False, stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue())["same"] == [["c/1.mp4", "c/2.mp4"]]


def test_the_libraries_of_the_cluster_are_all_that_is_needed(tmp_path: Path) -> None:
    (tmp_path / "kupload.toml").write_text(f"[cluster]\n{_TWO}", "utf-8")
    settings = load_settings({}, directory=tmp_path, environment={})
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="verify", parent=typer.Context(command))
    assert across(context, settings).library == tmp_path / "nas"
    context.params["library"] = "disk2"
    assert across(context, settings).library == tmp_path / "disk"


def test_advice_that_is_refused_here_says_what_has_to_be_done_first(tmp_path: Path) -> None:
    (tmp_path / "kupload.toml").write_text(f"[cluster]\n{_TWO}", "utf-8")
    command = typer.main.get_command(app)
    remember(TypedOptions())
    try:
        across(
            typer.Context(command, info_name="verify", parent=typer.Context(command)),
            load_settings({}, directory=tmp_path, environment={}),
        )
        first = "(first `kupload stop`, then `kupload cluster export`, then take [cluster] out of kupload.toml)"
        assert shown(Hint(("unlink", "a"), " empties the row.")) == f"`kupload unlink a` {first} empties the row."
        assert command_line(("replace", "a")) == f"kupload replace a {first}"
        assert command_line(("verify",)) == "kupload verify"
    finally:
        remember(TypedOptions())


_SLOW = (
    "cluster enqueue",
    "cluster cancel",
    "cluster export",
    "",
    "--status",
    "--dry-run",
    "verify",
    "stop",
    "pause 5m",
)


@pytest.mark.parametrize(
    ("command", "has_table"),
    [
        ("cluster init", False),
        ("cluster worker", True),
        *(pytest.param(command, True, marks=pytest.mark.slow) for command in _SLOW),
    ],
)
def test_without_the_extra_every_command_says_what_installs_it(
    tmp_path: Path, command: str, *, has_table: bool
) -> None:
    (tmp_path / "kupload.toml").write_text(f"[cluster]\n{_TWO}" if has_table else "", "utf-8")
    hidden = "import sys; sys.modules['procrastinate'] = None"
    program = f"{hidden}; from kinescope_upload.__main__ import main; main()"
    words = [sys.executable, "-c", program, *command.split()]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "not installed" in done.stderr) == (2, True), done.stderr
    assert "[cluster]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("toml", "words", "told"),
    [
        (f"[cluster]\n{_TWO}", ("map", "--write", "pairs.json"), "kupload map --write pairs.json --library nas"),
        (f"[cluster]\n{_TWO}", ("repair", "--delete-unknown"), "kupload repair --delete-unknown --library nas"),
        (f"[cluster]\n{_TWO}", ("repair", "--by-file", "a"), "records are in the cluster's database"),
        (f"[cluster]\n{_TWO}", ("map", "--library", "tape"), "Known are nas, disk2"),
        (f"[cluster]\n{_TWO}", ("replace", "--changed", "--yes"), "then take [cluster] out of kupload.toml"),
        (f"[cluster]\n{_TWO}", ("--order", "mixed"), "--order means nothing where machines share the work"),
        ("[cluster]\nlibraries = { nas = 'none' }", ("--dry-run",), "correct [cluster] libraries in kupload.toml"),
        (f"[cluster]\n{_TWO}\nlease = 'soon'", ("history",), "kupload.toml line 3"),
        (f"[cluster]\n{_TWO}\nmachines = 'm'", ("stop",), "Did you mean machine?"),
        ("", ("stop", "--drain"), "--drain means something only with [cluster]"),
        ("", ("jobs", "2", "--machine", "one"), "--machine means something only with [cluster]"),
        ("", ("cluster", "enqueue"), "kupload.toml has no [cluster]"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_way_out(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    toml: str,
    words: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    assert _typed(tmp_path, monkeypatch, toml, *words) == 2
    assert told in capfd.readouterr().err
