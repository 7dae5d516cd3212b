"""Dry runs in the process of the test."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from kinescope_upload.cli.outcome import run_command
from kinescope_upload.commands.dry_run import dry_run
from kinescope_upload.config import load_settings
from kinescope_upload.emulator import Route
from kinescope_upload.output.options import DisplayOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.world import World

_SENDING = (Route.INIT, Route.PATCH, Route.HEAD, Route.FOLDERS_CREATE)


def planned(world: World, *, is_offline: bool = False, **options: object) -> tuple[int, Mapping[str, Any]]:
    """The exit code and the plan of a dry run, which asks for no upload and makes no folder."""
    before = world.emulator.accounting.requests()
    settings = load_settings(options, directory=world.folder, environment=world.environment)
    out = io.StringIO()
    code = run_command(lambda: dry_run(settings, DisplayOptions(as_json=True), out, is_offline=is_offline))
    after = world.emulator.accounting.requests()
    assert [after[route] - before[route] for route in _SENDING] == [0] * len(_SENDING)
    return code, json.loads(out.getvalue().splitlines()[0])
