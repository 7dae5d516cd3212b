"""Tries on the emulator, in this process, with short waits."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kinescope_upload.commands.doctor.trial.beginning import TrialOptions
from kinescope_upload.commands.doctor.trial.run import run_trial
from kinescope_upload.config import load_settings
from kinescope_upload.emulator import Emulator
from kinescope_upload.emulator import Settings as EmulatorSettings
from kinescope_upload.output.options import DisplayOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SHORT = 2.0
"""Seconds that all waits of a try together may take here; nothing of the emulator takes longer."""
LATE = 1.0
"""Seconds that "late" means here: less than that, and more than a first question takes on a busy machine."""


@dataclass(frozen=True, kw_only=True)
class TrialRun:
    """How a try ended, and what it said."""

    exit_code: int
    said: Mapping[str, Any]

    @property
    def readings(self) -> Mapping[str, Mapping[str, Any]]:
        return {one["name"]: one for one in self.said["readings"]}

    @property
    def values(self) -> dict[str, str | None]:
        return {name: one["value"] for name, one in self.readings.items()}

    def steps(self, state: str) -> list[Mapping[str, Any]]:
        return [step for step in self.said["steps"] if step["state"] == state]


@dataclass(frozen=True, kw_only=True)
class TrialWorld:
    """An emulator with a scratch folder, and a directory that the files go to."""

    emulator: Emulator
    folder_id: str
    directory: Path
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "KINESCOPE_API_KEY": self.emulator.token,
            "KINESCOPE_PROJECT_ID": self.emulator.project_id,
            "KINESCOPE_WORKSPACE_ID": self.emulator.workspace_id,
            "KINESCOPE_UPLOADER_URL": self.emulator.url,
            "KINESCOPE_API_URL": self.emulator.url,
            "KUPLOAD_API_RATE": "off",
            **self.changes,
        }

    def try_it(self, folder_id: str | None = None, *, without: tuple[str, ...] = (), **wish: Any) -> TrialRun:  # noqa: ANN401
        """One try whose findings are told as JSON."""
        stdout = io.StringIO()
        exit_code = self._run(stdout, folder_id, as_json=True, without=without, **wish)
        return TrialRun(exit_code=exit_code, said=json.loads(stdout.getvalue()))

    def message(self, folder_id: str | None = None, **wish: Any) -> str:  # noqa: ANN401
        """The words of one try."""
        stdout = io.StringIO()
        self._run(stdout, folder_id, as_json=False, without=(), **wish)
        return stdout.getvalue()

    def _run(
        self,
        stdout: io.StringIO,
        folder_id: str | None,
        *,
        as_json: bool,
        without: tuple[str, ...],
        stderr: io.StringIO | None = None,
        **wish: Any,  # noqa: ANN401
    ) -> int:
        environment = {name: value for name, value in self.environment.items() if name not in without}
        settings = load_settings({}, directory=self.directory, environment=environment)
        options = TrialOptions(
            **{"folder_id": folder_id or self.folder_id, "directory": self.directory, "longest_wait": SHORT, **wish}
        )
        display = DisplayOptions(as_json=as_json)
        return run_trial(settings, options, display, stdout=stdout, stderr=stderr or io.StringIO())


@contextmanager
def trial_world(folder: Path, readings: Mapping[str, str] | None = None, **settings: Any) -> Iterator[TrialWorld]:  # noqa: ANN401
    """A world with these readings; `settings` are the emulator's."""
    folder.mkdir(exist_ok=True)
    chosen = {"deleted_id_lingers": LATE, "search_lag": LATE, **settings}
    with Emulator(folder / "kinescope", EmulatorSettings(readings=dict(readings or {}), **chosen)) as emulator:
        scratch = emulator.create_folder("scratch")
        yield TrialWorld(emulator=emulator, folder_id=scratch.id, directory=folder)
