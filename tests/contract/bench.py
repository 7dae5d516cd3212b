"""What the contract tests work with: Kinescope or its stand-in, spoken to by the project's own client."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.trial.bench import BLOCK
from kinescope_upload.commands.doctor.trial.bench import Bench as TrialBench
from kinescope_upload.commands.doctor.trial.cleanup import clean_up
from kinescope_upload.commands.doctor.trial.scratch import Scratch
from kinescope_upload.commands.doctor.trial.waits import WaitBudget
from kinescope_upload.config import load_settings
from kinescope_upload.connect import open_kinescope
from kinescope_upload.media.sample_mp4 import make_mp4
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings

__all__ = ["BLOCK", "Bench", "content_of", "live_settings", "open_bench", "settings_of", "why_not_live"]

FOLDER: Final = "KINESCOPE_LIVE_FOLDER"
_NEEDED: Final = ("KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", FOLDER)
_PATIENCE: Final = 30.0


def why_not_live(environment: Mapping[str, str], dialect: Dialect) -> str | None:
    """Why the real Kinescope is not asked; None when all that is needed is in the environment."""
    needed = (*_NEEDED, *(("KINESCOPE_WORKSPACE_ID",) if dialect is Dialect.TUS else ()))
    missing = [name for name in needed if not environment.get(name, "").strip()]
    return f"not set: {', '.join(missing)} (docs/live-tests.md)" if missing else None


def live_settings(dialect: Dialect, folder: Path) -> Settings:
    """The settings for the real Kinescope, from the environment alone: no `.env` lies in `folder`."""
    return settings_of(os.environ, dialect, folder)


def settings_of(environment: Mapping[str, str], dialect: Dialect, folder: Path) -> Settings:
    """Settings from this environment alone."""
    return load_settings({}, directory=folder, environment={**environment, "KINESCOPE_INIT": dialect})


def content_of(size: int) -> bytes:
    """A video that no other test sends."""
    return make_mp4(size, seed=str(uuid.uuid4()))


@dataclass(kw_only=True)
class Bench(TrialBench):
    """Kinescope and the scratch folder on it, as `kupload doctor --try` uses them."""

    file_name: str = "001 – урок.mp4"

    @property
    def folder_id(self) -> str:
        """The scratch folder."""
        return self.scratch.folder_id

    @property
    def mark(self) -> str:
        """What the titles of this test's videos begin with."""
        return self.scratch.mark

    def eventually(self, holds: Callable[[], bool]) -> bool:
        """Whether it comes to hold in a reasonable time: what Kinescope shows may lag behind what it has."""
        return self.waits.eventually(holds, at_most=_PATIENCE)

    def clean_up(self) -> None:
        """Deletes every video of this test, also one whose id the test never heard of."""
        self.waits.grant(_PATIENCE)
        left = clean_up(self.kinescope.api, self.scratch, self.waits)
        assert not left, f"left behind on Kinescope: {left}"


@contextmanager
def open_bench(settings: Settings, folder_id: str) -> Iterator[Bench]:
    """A bench whose videos are deleted at the end, whatever the test came to."""
    with open_kinescope(settings) as kinescope:
        scratch = Scratch.of_try(folder_id, uuid.uuid4().hex[:8])
        bench = Bench(kinescope=kinescope, scratch=scratch, dialect=settings.dialect, waits=WaitBudget(_PATIENCE))
        try:
            yield bench
        finally:
            bench.clean_up()
