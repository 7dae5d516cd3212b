"""A person whose answers to `kupload setup` are known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.commands.setup.dialogue import Dialogue
from kinescope_upload.config import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


class Script:
    """Answers in their order, and all that was shown."""

    def __init__(self, answers: Iterable[str]) -> None:
        self.shown: list[str] = []
        self._answers = iter(answers)

    def _answer(self, question: str) -> str:
        self.shown.append(question)
        return next(self._answers)

    @property
    def dialogue(self) -> Dialogue:
        return Dialogue(ask=self._answer, ask_secret=self._answer, tell=self.shown.append)

    @property
    def text(self) -> str:
        return "\n".join(self.shown)


def settings_in(directory: Path, environment: Mapping[str, str] | None = None, **files: str) -> Settings:
    for name, text in files.items():
        (directory / {"env": ".env", "toml": "kupload.toml"}[name]).write_text(text, "utf-8")
    return load_settings({}, directory=directory, environment=environment or {})
