"""The services that the contract holds for: the stand-in always, the real one with `pytest -m live`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from contract.bench import FOLDER, Bench, live_settings, open_bench, settings_of, why_not_live
from kinescope_upload.emulator import Emulator
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(
    params=[
        pytest.param((place, dialect), id=f"{place}-{dialect}", marks=[pytest.mark.live] if place == "live" else [])
        for place in ("emulator", "live")
        for dialect in Dialect
    ]
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """A scratch folder on the service, in each dialect."""
    place, dialect = request.param
    if place == "live":
        if reason := why_not_live(os.environ, dialect):
            pytest.skip(reason)
        with open_bench(live_settings(dialect, tmp_path), os.environ[FOLDER].strip()) as bench:
            yield bench
        return
    with Emulator(tmp_path / "kinescope") as emulator:
        folder = emulator.create_folder("scratch")
        environment = {
            "KINESCOPE_API_KEY": emulator.token,
            "KINESCOPE_PROJECT_ID": emulator.project_id,
            "KINESCOPE_WORKSPACE_ID": emulator.workspace_id,
            "KINESCOPE_UPLOADER_URL": emulator.url,
            "KINESCOPE_API_URL": emulator.url,
            "KUPLOAD_API_RATE": "off",
        }
        with open_bench(settings_of(environment, dialect, tmp_path), folder.id) as bench:
            yield bench
        assert emulator.videos() == ()
