"""The documents say what the code does, and the code keeps to its own rules."""

from __future__ import annotations

import ast
import re
import runpy
import tomllib
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.upload.table import TRANSITIONS
from support.faults import ROWS
from support.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = ROOT / "src" / "kinescope_upload"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PYPROJECT["tool"]["importlinter"]["contracts"]
LAYERS = next(one["layers"] for one in CONTRACTS if one["type"] == "layers")
PURE = next(one["source_modules"] for one in CONTRACTS if "pure core" in one["name"])
MODULES = sorted(SOURCE.rglob("*.py"))


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_architecture_draws_the_layers_as_they_are() -> None:
    drawn = "\n".join(("```", *(layer.replace(" | ", " · ") for layer in LAYERS), "```"))
    assert drawn in _text("docs/architecture.md")


def test_the_architecture_shows_the_transitions_as_they_are() -> None:
    rows = [f"| `{stage}` | {event.__name__} | `{after}` |" for (stage, event), after in TRANSITIONS.items()]
    drawn = "\n".join(("| stage | event | next |", "|---|---|---|", *rows))
    assert drawn in _text("docs/architecture.md")


def test_every_line_of_what_happens_when_names_a_test_that_there_is() -> None:
    document = _text("docs/faults.md")
    named = re.findall(r"\| (matrix: )?`([^`]+)` \|$", document, re.MULTILINE)
    lines = [line for line in document.splitlines() if line.startswith("| ") and not line.startswith("| what ")]
    assert len(named) == len(lines) > 30
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    rows = {row.name for row in ROWS}
    for matrix, name in named:
        assert (name in rows) if matrix else (f"def {name}(" in tests), name


def test_every_file_that_the_architecture_names_is_there() -> None:
    named = set(re.findall(r"`([a-z_/]+\.py)`", _text("docs/architecture.md")))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (SOURCE / name).is_file()] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_room_is_crowded(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def _is_pure(path: Path) -> bool:
    name = ".".join(("kinescope_upload", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    return any(name == pure or name.startswith(f"{pure}.") for pure in PURE)


@pytest.mark.parametrize(
    "path", [path for path in MODULES if _is_pure(path)], ids=lambda path: str(path.relative_to(SOURCE))
)
def test_the_pure_core_touches_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    called = {_name_of(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert imported.isdisjoint({"os", "time", "random", "pathlib", "socket", "threading"})
    assert called.isdisjoint({"open", "print", "input", "now", "stat", "read_text", "write_text", "uuid4", "sleep"})


def _name_of(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def test_each_check_that_sabotage_removes_stands_once_in_its_module() -> None:
    sabotages = runpy.run_path(str(ROOT / ".ci" / "sabotage.py"))["SABOTAGES"]
    texts = {one.module: (SOURCE / "upload" / one.module).read_text(encoding="utf-8") for one in sabotages}
    assert [one.name for one in sabotages if texts[one.module].count(one.text) != 1] == []
