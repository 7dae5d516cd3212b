from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.config import values as parse

if TYPE_CHECKING:
    from uuid import UUID

PROJECT = "aaaaaaaa-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64MiB", 64 * 1024**2),
        ("64 mib", 64 * 1024**2),
        ("64M", 64 * 1024**2),
        ("64MB", 64_000_000),
        ("1GiB", 1024**3),
        ("1g", 1024**3),
        ("1.5GB", 1_500_000_000),
        ("0.5GiB", 512 * 1024**2),
        ("256KiB", 262_144),
        ("256K", 262_144),
        ("1000KB", 1_000_000),
        ("262144", 262_144),
        ("262144B", 262_144),
        ("1TiB", 1024**4),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse.parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "0", "255KiB", "262143", "256KB", "-1MiB", "64 M iB", "64XB", "MiB", "1e9", "٣MiB", "inf", "1,5G"]
)
def test_what_is_no_size_of_a_chunk(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a size|is too small"):
        parse.parse_size(text)


@given(st.integers(min_value=parse.SMALLEST_CHUNK, max_value=10**14))
def test_a_size_in_bytes_is_itself(size: int) -> None:
    assert parse.parse_size(str(size)) == size


@pytest.mark.parametrize(
    ("unit", "text", "seconds"),
    [
        ("m", "60", 3600.0),
        ("m", "1.5", 90.0),
        ("m", "90m", 5400.0),
        ("m", "1h", 3600.0),
        ("m", "1H 30M", 5400.0),
        ("m", "45s", 45.0),
        ("m", "0", 0.0),
        ("s", "3", 3.0),
        ("s", "0.05", 0.05),
        ("s", "2m", 120.0),
        ("s", "720h", 2_592_000.0),
    ],
)
def test_durations(unit: str, text: str, seconds: float) -> None:
    assert parse.parse_duration(unit)(text) == seconds


@pytest.mark.parametrize("text", ["", "-1", "nan", "inf", "1e3", "m", "30m1h", "1 x", "31d", "721h", "999999999999"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration|is more than 30 days"):
        parse.parse_duration("m")(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.kinescope.io", "https://api.kinescope.io"),
        ("https://API.Kinescope.io/", "https://api.kinescope.io"),
        ("HTTPS://host:8443/base//", "https://host:8443/base"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_addresses(text: str, url: str) -> None:
    assert parse.parse_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "api.kinescope.io",
        "ftp://host",
        "https://",
        "https:///path",
        "http://api.kinescope.io",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "https://user:pass@host",
        "https://host?x=1",
        "https://host#x",
        "https://host:port",
        "https://host:99999",
        "https://[::1",
        "https://host\n.example",
        "https://a b",
    ],
)
def test_what_is_no_address_of_the_service(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a web address|not encrypted|more than a host"):
        parse.parse_url(text)


@given(st.uuids(), st.booleans())
def test_uuids_come_out_in_lower_case(uuid: UUID, upper: bool) -> None:
    assert parse.parse_uuid(str(uuid).upper() if upper else str(uuid)) == str(uuid)


@pytest.mark.parametrize(
    "text", ["", "abc", PROJECT[:-1], PROJECT + "0", "{" + PROJECT + "}", PROJECT.replace("-", "")]
)
def test_what_is_no_uuid(text: str) -> None:
    with pytest.raises(ValueError, match="is not a UUID"):
        parse.parse_uuid(text)


@pytest.mark.parametrize("text", ["32", "1", "+4", "032"])
def test_whole_numbers(text: str) -> None:
    assert parse.whole_number(1, 32)(text) == int(text)


@pytest.mark.parametrize("text", ["", "0", "33", "-1", "1.0", "1_0", "٣", "9" * 5000])
def test_what_is_no_whole_number_in_its_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        parse.whole_number(1, 32)(text)


@given(st.text(max_size=200))
def test_what_is_shown_of_a_text_is_one_printable_line(text: str) -> None:
    shown = parse.shown(text)
    assert shown.isprintable()
    assert shown[0] == shown[-1] == '"'
    assert len(shown) <= 82 * 10
