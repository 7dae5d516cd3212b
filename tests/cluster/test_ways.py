"""How commands work across machines: one library of this machine or each, with the records of all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.cli.app import app
from kinescope_upload.cli.outcome import run_command
from support.clusters import line

if TYPE_CHECKING:
    from pathlib import Path


__all__ = ["line"]
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_TWO = "libraries = { nas = 'nas', disk2 = 'disk' }"


def _typed(folder: Path, monkeypatch: pytest.MonkeyPatch, toml: str, *words: str) -> int:
    for name in ("nas", "disk"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "kupload.toml").write_text(toml, "utf-8")
    monkeypatch.chdir(folder)
    return run_command(lambda: app(list(words), standalone_mode=False))


@pytest.mark.parametrize(
    ("toml", "words", "told"),
    [
        (f"[cluster]\n{_TWO}", ("map", "--write", "pairs.json"), "kupload map --library nas --write pairs.json"),
        (f"[cluster]\n{_TWO}", ("map", "--library", "tape"), "Known are nas, disk2"),
        (f"[cluster]\n{_TWO}", ("replace", "--changed", "--yes"), "kupload cluster export"),
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
