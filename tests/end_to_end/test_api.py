"""The interface for programs does what docs/api.md says; its example is run as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from typing import Any

import pytest

import kinescope_upload
from kinescope_upload import Event, UsageError, make_plan, read_settings, read_status, run
from support.project import ROOT
from support.world import KIB, World, WorldMaker

DOCUMENT = (ROOT / "docs" / "api.md").read_text("utf-8")


@pytest.fixture
def small_world(worlds: WorldMaker) -> World:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    return world


def _settings(world: World, **options: Any) -> kinescope_upload.Settings:  # noqa: ANN401 - any option
    return read_settings(world.folder, environment=world.environment, **options)


def test_the_example_of_the_document_runs(small_world: World) -> None:
    example = re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert example is not None
    code = example[1].replace('"/srv/academy"', repr(str(small_world.folder)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=small_world.folder.parent,
        env=small_world.process_environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("2 lessons, ")
    assert done.stdout.count("done: 01_analytics_m01_start_00") == 2
    assert "linked 2 of 2\nall linked: True\nverified 2 with 0 findings\n" in done.stdout


def test_the_document_names_exactly_what_there_is() -> None:
    rows = re.findall(r"^\| (`.*?) \|", DOCUMENT, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)", row)}
    assert named | {"__version__"} == set(kinescope_upload.__all__)


def test_no_name_is_a_modules_which_would_take_its_place() -> None:
    folder = ROOT / "src" / "kinescope_upload"
    assert not {path.stem for path in folder.iterdir()} & set(kinescope_upload.__all__)


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, kinescope_upload; print([n for n in sys.modules if n.startswith('kinescope_upload.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "[]\n"


def test_a_run_in_another_thread_tells_its_events_and_takes_no_signal(small_world: World) -> None:
    heard: list[Event] = []
    ended: list[Event] = []
    worker = threading.Thread(target=lambda: ended.append(run(_settings(small_world), heard.append)))
    worker.start()
    worker.join(60)
    assert ended[0].name == "summary"
    assert ended[0]["exit_code"] == 0
    assert heard[0].name == "run_started"
    assert sum(one.name == "lesson_done" for one in heard) == 2
    assert heard[-1] == ended[0]


def test_a_listener_that_fails_does_not_break_the_run(small_world: World) -> None:
    calls: list[str] = []

    def fail(event: Event) -> None:
        calls.append(event.name)
        raise LookupError(event.name)

    with pytest.raises(LookupError, match="run_started"):
        run(_settings(small_world), fail)
    assert calls == ["run_started"]
    assert read_status(_settings(small_world))["is_done"]


def test_a_plan_writes_nothing_and_wrong_settings_are_named(
    small_world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(small_world.folder.iterdir())
    assert make_plan(_settings(small_world, limit=1), offline=True)["counts"]["upload"] == 1
    assert sorted(small_world.folder.iterdir()) == before
    with pytest.raises(UsageError, match="--jobs"):
        _settings(small_world, jobs=99)
    with pytest.raises(TypeError, match="colour"):
        _settings(small_world, colour="red")
    assert capfd.readouterr() == ("", "")
