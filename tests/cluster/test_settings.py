"""[cluster] in kupload.toml: this machine's name, and where each library lies here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinescope_upload import ask_to_stop, make_plan, read_settings, read_status, run, verify
from kinescope_upload.cluster.settings import cluster_of, libraries_of
from kinescope_upload.config import load_settings
from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.config import Settings

_LIBRARIES = "libraries = { nas = 'courses' }"


def _loaded(folder: Path, text: str, **options: str) -> Settings:
    (folder / "kupload.toml").write_text(text, encoding="utf-8")
    return load_settings(options, directory=folder, environment={})


def test_without_the_table_a_machine_works_alone(tmp_path: Path) -> None:
    settings = _loaded(tmp_path, "jobs = 2")
    assert settings.cluster is None
    with pytest.raises(UsageError, match="shares no work"):
        cluster_of(settings)


def test_a_machine_is_called_as_its_host_unless_it_has_a_name(tmp_path: Path) -> None:
    cluster = cluster_of(_loaded(tmp_path, f"[cluster]\n{_LIBRARIES}"))
    assert cluster.machine
    assert (cluster.schema, cluster.lease, cluster.poll) == ("kupload", 60.0, 5.0)
    text = f"[cluster]\n{_LIBRARIES}\nmachine = 'studio-2'\nschema = 'shared'\nlease = '2m'\npoll = 1"
    cluster = cluster_of(_loaded(tmp_path, text))
    assert (cluster.machine, cluster.schema, cluster.lease, cluster.poll) == ("studio-2", "shared", 120.0, 1.0)
    assert cluster.libraries == {"nas": tmp_path / "courses"}


def test_all_libraries_are_meant_unless_some_are_named(tmp_path: Path) -> None:
    text = "library = 'mine'\n[cluster]\nlibraries = { a = 'x', b = 'y' }"
    assert libraries_of(_loaded(tmp_path, text)) == {"a": tmp_path / "x", "b": tmp_path / "y"}
    assert libraries_of(_loaded(tmp_path, text), ["b"]) == {"b": tmp_path / "y"}
    assert libraries_of(_loaded(tmp_path, text, library="y")) == {"b": tmp_path / "y"}
    with pytest.raises(UsageError, match="Known are a, b"):
        libraries_of(_loaded(tmp_path, text), ["c"])
    with pytest.raises(UsageError, match="Known are a, b"):
        libraries_of(_loaded(tmp_path, text, library="z"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cluster = 1", "must be a table"),
        ("[cluster]\nmachine = 'm'", "names no library"),
        ("[cluster]\nlibraries = 'nas'", "a table of names and folders"),
        ("[cluster]\nlibraries = { 'a b' = 'x' }", ': "a b" is no name of a library. Use Latin letters'),
        ("[cluster]\nlibraries = { 'нас' = 'x' }", "no name of a library"),
        ("[cluster]\nlibraries = { nas = 5 }", "nas must be a folder"),
        ("[cluster]\nlibraries = { nas = '' }", "nas must be a folder"),
        ("[cluster]\nlibraries = { nas = ['/a'] }", "nas must be a folder"),
        (f"[cluster]\n{_LIBRARIES}\nmachine = 'a b'", "no name of a machine"),
        (f"[cluster]\n{_LIBRARIES}\nschema = 'public'", "in public"),
        (f"[cluster]\n{_LIBRARIES}\nschema = 'Big'", "small letters"),
        (f"[cluster]\n{_LIBRARIES}\nlease = 'soon'", "not a duration"),
        (f"[cluster]\n{_LIBRARIES}\nmachines = 'm'", "Did you mean machine?"),
        ("[cluster]\npassword = 'x'", "a secret does not belong here"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        cluster_of(_loaded(tmp_path, text))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("function", "command"),
    [
        (make_plan, "kupload --dry-run"),
        (run, "kupload"),
        (read_status, "kupload --status"),
        (verify, "kupload verify"),
        (ask_to_stop, "kupload stop"),
    ],
)
def test_the_api_refuses_and_names_the_command_that_works_across_machines(
    tmp_path: Path, function: Callable[[Settings], object], command: str
) -> None:
    (tmp_path / "kupload.toml").write_text("[cluster]\nlibraries = { nas = 'nas' }", "utf-8")
    with pytest.raises(UsageError, match="one machine alone") as told:
        function(read_settings(tmp_path, environment={}))
    assert f"`{command}` works across machines" in told.value.hint
