"""What installs an extra is this very installation's own source, and never a name that anybody may register."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING, Any

from kinescope_upload.extras import install_hint, requirement_of
from support.project import ROOT
from support.systems import posix_only

if TYPE_CHECKING:
    from pathlib import Path


def _of_folder(path: Path, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"url": path.as_uri(), "dir_info": more}


def test_a_local_folder_is_named_with_the_extra(tmp_path: Path) -> None:
    folder = tmp_path / "моя копия"
    folder.mkdir()
    assert requirement_of("media", _of_folder(folder)) == (f"{folder}[media]",)
    assert requirement_of("demo", _of_folder(folder, editable=True)) == ("-e", f"{folder}[demo]")


def test_a_wheel_is_named_with_the_extra(tmp_path: Path) -> None:
    wheel = tmp_path / "kupload-0.1.0-py3-none-any.whl"
    wheel.touch()
    assert requirement_of("demo", {"url": wheel.as_uri(), "archive_info": {}}) == (f"{wheel}[demo]",)


def test_a_repository_is_named_at_the_installed_commit() -> None:
    origin = {"url": "https://git.example/kupload", "vcs_info": {"vcs": "git", "commit_id": "0a1b"}}
    assert requirement_of("demo", origin) == ("kupload[demo] @ git+https://git.example/kupload@0a1b",)


def test_an_address_is_named_as_it_is() -> None:
    origin = {"url": "https://files.example/kupload.whl", "archive_info": {}}
    assert requirement_of("demo", origin) == ("kupload[demo] @ https://files.example/kupload.whl",)


def test_a_folder_that_is_gone_and_an_unknown_source_name_nothing(tmp_path: Path) -> None:
    assert requirement_of("demo", _of_folder(tmp_path / "gone")) is None
    assert requirement_of("demo", None) is None
    assert requirement_of("demo", {"vcs_info": {}}) is None


@posix_only("Wine's own: the bench installs kupload in another way")
def test_the_hint_of_this_installation_can_be_typed() -> None:
    _, _, line = install_hint("media").partition("Install it: ")
    assert shlex.split(line) == [sys.executable, "-m", "pip", "install", "-e", f"{ROOT}[media]"]


def test_nothing_advises_the_bare_name() -> None:
    bare = re.compile(r"""install\s+\S*["']?kupload""")
    paths = [*(ROOT / "src").rglob("*.py"), *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    assert len(paths) > 100
    assert [path for path in paths if bare.search(path.read_text("utf-8"))] == []
