"""A token from the environment does not go where only the working directory's files lead."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.config import Settings, load_settings
from kinescope_upload.connect import open_kinescope
from kinescope_upload.errors import UsageError
from support.systems import needs_links

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TOKEN: Final = "0a0b0c0d-1111-4222-8333-0123456789ab"
_OTHER: Final = "https://evil.example/api"
_KEYS: Final = {"KINESCOPE_API_URL": "api_url", "KINESCOPE_UPLOADER_URL": "uploader_url"}


def _load(
    folder: Path, *, env: Mapping[str, str], environment: Mapping[str, str], toml: Mapping[str, str] | None = None
) -> Settings:
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in env.items()), encoding="utf-8")
    (folder / ".env").chmod(0o600)
    lines = (f'{name} = "{value}"\n' for name, value in (toml or {}).items())
    (folder / "kupload.toml").write_text("".join(lines), encoding="utf-8")
    return load_settings({}, directory=folder, environment=environment)


def _is_open(settings: Settings) -> bool:
    try:
        with open_kinescope(settings):
            return True
    except UsageError:
        return False


@pytest.mark.parametrize("name", _KEYS)
@pytest.mark.parametrize(
    ("token_in", "address_in"), list(product(["env", "environment", "both"], ["env", "environment", "toml"]))
)
def test_only_a_token_from_the_environment_alone_and_an_address_from_a_file_alone_do_not_go_together(
    tmp_path: Path, name: str, token_in: str, address_in: str
) -> None:
    token, address = {"KINESCOPE_API_KEY": _TOKEN}, {name: _OTHER}
    settings = _load(
        tmp_path,
        env=(token if token_in in {"env", "both"} else {}) | (address if address_in == "env" else {}),
        environment=(token if token_in in {"environment", "both"} else {})
        | (address if address_in == "environment" else {}),
        toml={_KEYS[name]: _OTHER} if address_in == "toml" else {},
    )

    is_theft = token_in == "environment" and address_in in {"env", "toml"}
    assert _is_open(settings) is not is_theft


@pytest.mark.parametrize(
    ("address", "around", "is_open"),
    [
        ("https://api.kinescope.io", {}, True),
        ("https://eu.kinescope.io/x", {}, True),
        ("https://kinescope.io.evil.example", {}, False),
        ("https://evilkinescope.io", {}, False),
        ("http://127.0.0.1:9000", {}, False),
        (_OTHER, {"KINESCOPE_TRUSTED_HOSTS": "evil.example"}, True),
        (_OTHER, {"KINESCOPE_TRUSTED_HOSTS": "*.example"}, True),
        (_OTHER, {"KINESCOPE_TRUSTED_HOSTS": "good.example"}, False),
        (_OTHER, {"KINESCOPE_API_URL": _OTHER}, True),
        (_OTHER, {"KINESCOPE_API_URL": "https://evil.example/elsewhere"}, True),
        (_OTHER, {"KINESCOPE_UPLOADER_URL": "https://evil.example"}, True),
        (_OTHER, {"KINESCOPE_API_URL": "https://good.example"}, False),
    ],
)
def test_the_environment_may_vouch_for_the_host(
    tmp_path: Path, address: str, around: Mapping[str, str], is_open: bool
) -> None:
    settings = _load(tmp_path, env={"KINESCOPE_API_URL": address}, environment={"KINESCOPE_API_KEY": _TOKEN, **around})

    assert _is_open(settings) is is_open


@pytest.mark.parametrize(
    "host",
    ["evil.example\\\\.kinescope.io", "evil.example%2f.kinescope.io", "evil.example;.kinescope.io", ".kinescope.io"],
)
def test_a_host_that_only_ends_like_kinescopes_is_no_address(tmp_path: Path, host: str) -> None:
    with pytest.raises(UsageError, match="is not a web address"):
        _load(tmp_path, env={}, environment={"KINESCOPE_API_KEY": _TOKEN}, toml={"api_url": f"https://{host}"})


@pytest.mark.parametrize("is_link", [False, pytest.param(True, marks=needs_links)], ids=["named", "symbolic link"])
@pytest.mark.parametrize(
    ("beside", "in_toml", "is_open"),
    [
        ("", _OTHER, False),
        ("", "https://eu.kinescope.io", True),
        (f"KINESCOPE_UPLOADER_URL={_OTHER}\n", "https://api.kinescope.io", True),
        (f"KINESCOPE_UPLOADER_URL={_OTHER}\n", _OTHER, True),
        ("KINESCOPE_TRUSTED_HOSTS=evil.example\n", _OTHER, True),
    ],
)
def test_a_token_from_a_file_elsewhere_goes_only_where_that_file_leads(
    tmp_path: Path, beside: str, in_toml: str, is_open: bool, is_link: bool
) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.mkdir()
    (mine / "my.env").write_text(f"KINESCOPE_API_KEY={_TOKEN}\n{beside}", encoding="utf-8")
    (theirs / "kupload.toml").write_text(f'api_url = "{in_toml}"\n', encoding="utf-8")
    if is_link:
        (theirs / ".env").symlink_to(mine / "my.env")
    options = {} if is_link else {"env_file": str(mine / "my.env")}

    assert _is_open(load_settings(options, directory=theirs, environment={})) is is_open


def test_the_file_that_names_the_address_cannot_vouch_for_it(tmp_path: Path) -> None:
    env = {"KINESCOPE_API_URL": _OTHER, "KINESCOPE_TRUSTED_HOSTS": "evil.example"}
    settings = _load(tmp_path, env=env, environment={"KINESCOPE_API_KEY": _TOKEN})

    assert settings.trusted_hosts == ("evil.example",)
    assert not _is_open(settings)


def test_a_file_cannot_take_the_environments_word_away(tmp_path: Path) -> None:
    env = {"KINESCOPE_API_URL": _OTHER, "KINESCOPE_TRUSTED_HOSTS": "elsewhere.example"}
    around = {"KINESCOPE_API_KEY": _TOKEN, "KINESCOPE_TRUSTED_HOSTS": "evil.example"}

    assert _is_open(_load(tmp_path, env=env, environment=around))


def test_the_refusal_names_the_line_the_host_and_the_hint(tmp_path: Path) -> None:
    env = {"KUPLOAD_JOBS": "2", "KINESCOPE_API_URL": _OTHER}
    settings = _load(
        tmp_path, env=env, environment={"KINESCOPE_API_KEY": _TOKEN}, toml={"uploader_url": "https://evil2.example"}
    )

    with pytest.raises(UsageError) as caught, open_kinescope(settings):
        pass
    assert str(caught.value) == (
        'uploader_url from kupload.toml line 1 names the host "evil2.example"; KINESCOPE_API_URL from .env line 2 '
        'names the host "evil.example", and KINESCOPE_API_KEY is from the environment: the token is not sent to a host '
        "that only a file of the working directory names. If the host is yours, set "
        "KINESCOPE_TRUSTED_HOSTS=evil2.example,evil.example in the environment, or put the token into .env; else "
        "remove that line."
    )
    assert _TOKEN not in str(caught.value)


@pytest.mark.parametrize("text", ["https://a.example", "a.example/x", "*", "*.", "a b*", "-", "a..", "user@a.example"])
def test_what_is_no_list_of_hosts_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"KINESCOPE_TRUSTED_HOSTS from .env line 1: .* is not a list of hosts"):
        _load(tmp_path, env={"KINESCOPE_TRUSTED_HOSTS": f'"{text}"'}, environment={})


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("a.example", ("a.example",)),
        ("A.example, *.B.example", ("a.example", "*.b.example")),
        ("a.example  b.example,,a.example.", ("a.example", "b.example")),
        ("127.0.0.1 ::1 localhost", ("127.0.0.1", "::1", "localhost")),
    ],
)
def test_hosts_are_names_with_commas_or_spaces_between(tmp_path: Path, text: str, hosts: tuple[str, ...]) -> None:
    assert _load(tmp_path, env={"KINESCOPE_TRUSTED_HOSTS": text}, environment={}).trusted_hosts == hosts


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("8/s", "8/s"),
        ("270/min", "270/min"),
        ("8/s 270/min", "8/s, 270/min"),
        ("100/MIN,2/Sec", "100/min, 2/s"),
        ("off", ""),
        ("OFF", ""),
    ],
)
def test_a_rate_of_requests_is_read(tmp_path: Path, text: str, limits: str) -> None:
    settings = _load(tmp_path, env={"KUPLOAD_API_RATE": text}, environment={})

    assert ", ".join(map(str, settings.api_rate)) == limits


@pytest.mark.parametrize("text", ["8", "0/s", "8/h", "-1/s", "1.5/s", "8/s off", "8/s 9/s", ",", "8 / s"])
def test_what_is_no_rate_of_requests_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"KUPLOAD_API_RATE from .env line 1"):
        _load(tmp_path, env={"KUPLOAD_API_RATE": text}, environment={})
