"""Loads the settings: from an option, else `.env`, the environment, kupload.toml, else the default."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from kinescope_upload.config.catalog import FLAGS, SETTINGS, Setting, parser_of
from kinescope_upload.config.files import EnvFile, TomlFile, Written, read_env_file, read_toml_file
from kinescope_upload.config.local_data import usual_history
from kinescope_upload.config.names import stray_variables
from kinescope_upload.config.quoting import spoilt_path
from kinescope_upload.config.settings import Origin, SettingOrigin, Settings, Source, UntrustedAddress
from kinescope_upload.config.toml_tables import check_keys, folders_of, table_of, written_in
from kinescope_upload.config.untrusted import find_untrusted
from kinescope_upload.config.values import is_uuid, shown
from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.trust import host_of
from kinescope_upload.library_paths import nfc
from kinescope_upload.upload import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ENV_FILE: Final = ".env"
TOML_FILE: Final = "kupload.toml"
_PROGRESS: Final = "progress"
_ADDRESSES: Final = ("uploader_url", "api_url")
OPTIONS: Final = frozenset(
    {setting.name for setting in SETTINGS if setting.option} | FLAGS.keys() | {"courses", "env_file"}
)
"""The options that are settings, by the attributes of `Settings`; and `env_file`."""


def load_settings(
    options: Mapping[str, object], *, directory: Path, environment: Mapping[str, str], makes_env_file: bool = False
) -> Settings:
    """Reads every source once and makes the settings.

    Args:
        options: The command line's values, by the attributes of `Settings` and `env_file`; None means not given.
        directory: The working directory, with `.env` and kupload.toml; relative paths start there.
        environment: The environment of the process.
        makes_env_file: Whether the file that --env-file names may be missing: it is made with these settings.

    Raises:
        UsageError: A value is wrong; names it and its origin.
    """
    if unknown := options.keys() - OPTIONS:
        raise TypeError(f"no such options: {sorted(unknown)}")
    sources = _read_sources(options, directory, environment, makes_env_file=makes_env_file)
    found: dict[str, Any] = {
        "progress": _usual_progress(sources, directory),
        "history": usual_history(sys.platform, environment),
    }
    origins: dict[str, Origin] = {}
    for setting in SETTINGS:
        written = sources.of(setting)
        origins[setting.name] = _origin(setting, written)
        if written:
            found[setting.name] = _value(setting, written[0], directory)
    _add_flags(options, found, origins)
    _add_tables(sources.toml, found, origins)
    found.setdefault("dialect", Dialect.TUS if "workspace_id" in found else Dialect.JSON)
    return Settings(
        **found,
        origins=MappingProxyType(origins),
        warnings=_warnings(sources, found),
        untrusted=_untrusted(sources, found, origins, directory),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    options: Mapping[str, object]
    env_file: EnvFile
    env_file_name: str
    env_file_folder: Path
    environment: Mapping[str, str]
    toml: TomlFile

    def is_elsewhere(self, directory: Path) -> bool:
        """Whether `.env` is not the one of the working directory."""
        return self.env_file_folder != directory.resolve()

    def of(self, setting: Setting) -> list[Written]:
        """Lists the setting's values that are not empty, in the order of the sources."""
        found = (
            self._option(setting),
            self.env_file.values.get(setting.variable or ""),
            self._variable(setting),
            written_in(self.toml, setting),
        )
        return [written for written in found if written]

    def vouched(self, setting: Setting, token: Source) -> list[Written]:
        """Lists those of its values that the user is responsible for, given a token from this source."""
        beside_token = self.env_file.values.get(setting.variable or "") if token is Source.ENV_FILE else None
        return [written for written in (self._option(setting), beside_token, self._variable(setting)) if written]

    def _option(self, setting: Setting) -> Written | None:
        text = _given(self.options.get(setting.name), option := setting.option or setting.name)
        return Written(text=text, place=_option_place(option)) if text else None

    def _variable(self, setting: Setting) -> Written | None:
        name = setting.variable or ""
        text = self.environment.get(name, "").strip()
        return Written(text=text, place=SettingOrigin(source=Source.ENVIRONMENT, name=name)) if text else None


def _read_sources(
    options: Mapping[str, object], directory: Path, environment: Mapping[str, str], *, makes_env_file: bool
) -> _Sources:
    named = _given(options.get("env_file"), "--env-file")
    env_file_name = named or _ENV_FILE
    setting = Setting(name="env_file", option="--env-file")
    path = _value(setting, Written(text=env_file_name, place=_option_place("--env-file")), directory)
    toml = read_toml_file(directory / TOML_FILE, TOML_FILE)
    check_keys(toml)
    return _Sources(
        options=options,
        env_file=read_env_file(path, env_file_name, must_exist=bool(named) and not makes_env_file),
        env_file_name=env_file_name,
        env_file_folder=path.resolve().parent,
        environment=environment,
        toml=toml,
    )


def _usual_progress(sources: _Sources, directory: Path) -> Path:
    """The folder in the working directory where there is one, else beside the `.env` or kupload.toml that was read."""
    usual = directory / _PROGRESS
    is_beside = sources.env_file.is_there and not usual.is_dir()
    return sources.env_file_folder / _PROGRESS if is_beside and sources.is_elsewhere(directory) else usual


def _given(value: object, option: str) -> str:
    """The text of an option, without blanks around it; empty where it is not given.

    Raises:
        UsageError: It is given and says nothing, as a variable of the shell does that is not set.
    """
    if value is None:
        return ""
    if text := str(value).strip():
        return text
    raise UsageError(f"{option} is given and empty.", f"Say what it is, or leave {option} out.")


def _option_place(option: str) -> SettingOrigin:
    return SettingOrigin(source=Source.OPTION, name=option)


def _default_place(name: str) -> SettingOrigin:
    return SettingOrigin(source=Source.DEFAULT, name=name)


def _origin(setting: Setting, written: list[Written]) -> Origin:
    if not written:
        return Origin(place=_default_place(setting.name))
    first, *others = written
    return Origin(place=first.place, shadowed=tuple(other.place for other in others if other.text != first.text))


def _value(setting: Setting, written: Written, directory: Path) -> Any:  # noqa: ANN401 - as many types as settings
    if setting.is_path and (spoilt := spoilt_path(written.text, written.place.source)):
        raise UsageError(f"{written.place}: {shown(written.text)} {spoilt.reason}.", spoilt.hint)
    try:
        return parser_of(setting, directory)(written.text)
    except ValueError as error:
        what = "the value" if setting.is_secret else shown(written.text)
        raise UsageError(f"{written.place}: {what} {error}") from None


def _add_flags(options: Mapping[str, object], found: dict[str, Any], origins: dict[str, Origin]) -> None:
    for name, option in FLAGS.items():
        found[name] = bool(options.get(name))
        origins[name] = Origin(place=_option_place(option) if found[name] else _default_place(name))
    given = options.get("courses")
    names = (given,) if isinstance(given, str) else given or ()
    composed = (nfc(str(name)) for name in names)  # type: ignore[attr-defined] # as the library's
    found["courses"] = tuple(_given(name, "--course") for name in composed)
    origins["courses"] = Origin(place=_option_place("--course") if found["courses"] else _default_place("courses"))


def _add_tables(toml: TomlFile, found: dict[str, Any], origins: dict[str, Origin]) -> None:
    found["folders"], found["table"] = folders_of(toml), table_of(toml)
    found["cluster"] = toml if "cluster" in toml.content else None
    for name, section in (("folders", "folders"), ("table", "database")):
        there = SettingOrigin(source=Source.TOML, name=f"[{section}]", file=toml.name)
        origins[name] = Origin(place=there if toml.content.get(section) else _default_place(name))


def _untrusted(
    sources: _Sources, found: Mapping[str, Any], origins: Mapping[str, Origin], directory: Path
) -> tuple[UntrustedAddress, ...]:
    token = origins["api_key"].place.source
    if token is Source.ENV_FILE and not sources.is_elsewhere(directory):
        return ()
    addresses = {name: found[name] for name in _ADDRESSES if name in found}
    vouched = {
        setting.name: [_value(setting, written, directory) for written in sources.vouched(setting, token)]
        for setting in SETTINGS
        if setting.name in {*_ADDRESSES, "trusted_hosts"}
    }
    named = [host for name in _ADDRESSES for url in vouched[name] if (host := host_of(url))]
    return find_untrusted(addresses, origins, [*named, *(host for hosts in vouched["trusted_hosts"] for host in hosts)])


def _warnings(sources: _Sources, found: Mapping[str, Any]) -> tuple[str, ...]:
    warnings = []
    if sources.env_file.is_readable_by_others:
        name = sources.env_file_name
        warnings.append(f"{name} can be read by other users of this machine. Protect it: chmod 600 {name}")
    if sources.options.get("notify"):
        warnings.append(
            "Others on this machine can read what --notify names while kupload runs. KUPLOAD_NOTIFY in .env is safe."
        )
    if "api_key" in found and not is_uuid(found["api_key"].reveal()):
        warnings.append("KINESCOPE_API_KEY does not look like a token of Kinescope, which is a UUID.")
    in_file = [written.place for written in sources.env_file.values.values()]
    around = [SettingOrigin(source=Source.ENVIRONMENT, name=name) for name in sources.environment]
    return (*warnings, *stray_variables((*in_file, *around)))
