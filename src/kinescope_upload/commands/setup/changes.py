"""Decides which file gets which setting, and shows it as it may be shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kinescope_upload.config import TOML_FILE, Secret, Source
from kinescope_upload.config.catalog import SETTINGS
from kinescope_upload.database.dsn import masked
from kinescope_upload.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings

ENV_FILE: Final = ".env"
_OVER_TOML: Final = frozenset({Source.ENV_FILE, Source.ENVIRONMENT})
"""The places that win over kupload.toml: a value beside one of them would not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be written.

    Attributes:
        env: Values of `.env` by name.
        toml: Values of kupload.toml by key.
    """

    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    toml: Mapping[str, str] = field(default_factory=dict)

    def lines(self, directory: Path, env_file: str = ENV_FILE) -> Iterator[str]:
        """Shows what will be written, without a secret."""
        for name, values in ((env_file, self.env), (TOML_FILE, self.toml)):
            if values:
                state = "changed; all other lines stay" if (directory / name).exists() else "new"
                yield f"{name} ({state}{', for you alone' if values is self.env else ''}):"
                yield from (f"  {key} = {_shown(key, value)}" for key, value in values.items())


def changes_of(settings: Settings, answers: Mapping[str, Secret | str | None]) -> Changes:
    """The settings that differ from what is set, each in the file where it will count.

    Secrets go to `.env`, and so does what `.env` or the environment sets already; all else goes to kupload.toml.

    Args:
        settings: What is set.
        answers: What was answered, by the attribute of `Settings`; None leaves a setting as it is, and an
            empty text means that it is not set.
    """
    env: dict[str, str] = {}
    toml: dict[str, str] = {}
    for setting in SETTINGS:
        answer = answers.get(setting.name)
        now = getattr(settings, setting.name)
        if answer is None or _plain(now) == _plain(answer):
            continue
        origin = settings.origins[setting.name]
        places = {place.source for place in (origin.place, *origin.shadowed)}
        if setting.is_secret or places & _OVER_TOML:
            env[setting.variable or ""] = _plain(answer)
        else:
            toml[setting.toml or ""] = _plain(answer)
    return Changes(env=env, toml=toml)


def _plain(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else "" if value is None else str(value)


def _shown(name: str, value: str) -> str:
    if name == "DATABASE_URL":
        return masked(value)
    return str(Secret(value)) if name == "KINESCOPE_API_KEY" else printable(value)
