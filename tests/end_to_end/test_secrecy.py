"""An open upload's URL and the token are in nothing that is said: no log at any level, no `--json`, no message, no file
but the progress files.
"""

from __future__ import annotations

import io
import logging
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.cli.outcome import run_command
from kinescope_upload.commands.upload import Screen, upload
from kinescope_upload.config import load_settings
from kinescope_upload.emulator import Action, Break, Emulator, Fault, Route
from kinescope_upload.monitor.history import read_runs
from kinescope_upload.output.options import DisplayOptions
from support.world import KIB, World, WorldMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FOREIGN = "https://cdn.evil.example"


@contextmanager
def _every_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that any logger but the stand-in's is told, at the lowest level, with the tracebacks."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.addFilter(lambda record: not record.name.startswith(("uvicorn", "asyncio")))
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in tuple(logging.root.manager.loggerDict))]
    for logger in loggers:
        monkeypatch.setattr(logger, "level", logging.DEBUG)
        monkeypatch.setattr(logger, "disabled", False)
        monkeypatch.setattr(logger, "propagate", True)
        logger.manager._clear_cache()  # type: ignore[attr-defined] # noqa: SLF001 - what setLevel does
    logging.getLogger().addHandler(handler)
    try:
        yield text
    finally:
        logging.getLogger().removeHandler(handler)


def _all_that_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two runs, one for people and one for scripts, with every log."""
    out, err = io.StringIO(), io.StringIO()
    world.environment["KUPLOAD_HISTORY"] = str(world.folder / "history.sqlite3")
    monkeypatch.setattr(sys, "stderr", err)
    with _every_log(monkeypatch) as log:
        for options in (DisplayOptions(verbose=True), DisplayOptions(as_json=True)):
            settings = load_settings(
                {**world.options, "retries": 1, "jobs": 2}, directory=world.folder, environment=world.environment
            )
            run_command(partial(upload, settings, Screen(options, out, err)))
    assert "GET, asked to" in log.getvalue() or "POST, asked to" in log.getvalue()
    return out.getvalue() + err.getvalue() + log.getvalue() + _what_others_are_told(world)


def _what_others_are_told(world: World) -> str:
    """The log of the events, the state of the run, and what is remembered of it."""
    files = (world.progress / "log" / "kupload.jsonl", *(world.progress / ".run").glob("*.state"))
    [run, *_] = read_runs(Path(world.environment["KUPLOAD_HISTORY"]), 9)
    return "".join([*(file.read_text() for file in files), repr(run)])


def _upload_ids(emulator: Emulator) -> set[str]:
    """The last part of every upload URL that was spoken to."""
    routes = (Route.HEAD, Route.PATCH, Route.TERMINATE)
    return {record.path.rpartition("/")[2] for route in routes for record in emulator.accounting.records(route)}


def _fault(*faults: Fault) -> Callable[[World], None]:
    return lambda world: world.emulator.faults.add(*faults)


_LOCATION = (("Location", f"{_FOREIGN}/elsewhere"),)

_TROUBLES: dict[str, Callable[[World], None]] = {
    "nothing": lambda _: None,
    "chunks refused": _fault(Fault(route=Route.PATCH, status=400, code=400400, times=None)),
    "chunks in trouble": _fault(Fault(route=Route.PATCH, status=500, times=None)),
    "chunks denied": _fault(Fault(route=Route.PATCH, status=403, times=None)),
    "token refused": _fault(Fault(route=Route.PATCH, status=401, times=None)),
    "no money": _fault(Fault(route=Route.PATCH, status=402, code=400207, times=None)),
    "redirects": _fault(Fault(route=Route.PATCH, status=307, headers=_LOCATION, times=None)),
    "dropped": _fault(Fault(route=Route.PATCH, action=Action.DROP, keep=5 * KIB, times=None)),
    "unpacked": _fault(Fault(route=Route.PATCH, status=200, headers=(("Content-Encoding", "gzip"),), times=None)),
    "slowed down": _fault(Fault(route=Route.PATCH, status=429, headers=(("Retry-After", "0"),), times=3)),
    "no offset told": _fault(
        Fault(route=Route.PATCH, status=409, times=None), Fault(route=Route.HEAD, status=400, times=None)
    ),
    "gone": _fault(Fault(route=Route.PATCH, status=404, times=20)),
    "line cut": lambda world: world.link.cut(after=100 * KIB, by=Break.RST, times=50),
}


@pytest.mark.parametrize(
    "trouble", [one for one in _TROUBLES if one != "dropped"] + [pytest.param("dropped", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_no_upload_url_and_no_token_is_said(
    worlds: WorldMaker, monkeypatch: pytest.MonkeyPatch, dialect: str, trouble: str
) -> None:
    world = worlds(dialect)
    world.fill((20 * KIB, 600 * KIB))
    _TROUBLES[trouble](world)
    said = _all_that_is_said(world, monkeypatch)
    ids = _upload_ids(world.emulator)
    assert ids
    assert not [line for line in said.splitlines() if any(one in line for one in ids)]
    assert world.emulator.token not in said


@pytest.mark.parametrize("base", [_FOREIGN, "http://localhost:1", "http://[nonsense", "http://127.0.0.1:99999999"])
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_an_upload_url_that_leads_elsewhere_is_not_said_either(
    worlds: WorldMaker, monkeypatch: pytest.MonkeyPatch, dialect: str, base: str
) -> None:
    world = worlds(dialect, upload_base=base)
    world.fill((20 * KIB,))
    said = _all_that_is_said(world, monkeypatch)
    urls = {record.upload_url for record in world.records.values() if record.upload_url}
    assert not [url for url in urls if url.rpartition("/")[2] in said]
    assert "Traceback" not in said
    assert world.emulator.token not in said


def test_only_the_progress_files_hold_an_upload_url(worlds: WorldMaker) -> None:
    world = worlds("tus")
    world.fill((600 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, status=403, skip=1, times=None))
    assert world.upload().exit_code == 1
    [record] = world.records.values()
    assert record.upload_url
    assert record.upload_url not in repr(record)
    files = [path for path in world.progress.rglob("*") if path.is_file() and path.suffix != ".lock"]
    holders = [path.suffix for path in files if record.upload_url.encode() in path.read_bytes()]
    assert holders
    assert set(holders) <= {".json", ".journal"}


def test_httpx_and_httpcore_tell_no_log_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loggers that are kept silent are all that httpx and httpcore speak by."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith(("httpx", "httpcore."))]
    with _every_log(monkeypatch) as text:
        for name in names:
            logging.getLogger(name).critical("secret of %s", name)
    assert {"httpx", "httpcore.http11", "httpcore.connection"} <= set(names)
    assert text.getvalue() == ""
