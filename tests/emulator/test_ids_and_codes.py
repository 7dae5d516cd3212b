"""Short ids, and the codes of refusals."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.emulator import ErrorCode, Settings, short_id
from kinescope_upload.emulator.errors import Refusal

ALPHABET = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("video_id", "short"),
    [
        ("3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f6", "8QgcPYt6A8RjEXEZ29zYqw"),
        ("3F6D0A94-58C1-4E27-9B0E-7D1C42A5E8F6", "8QgcPYt6A8RjEXEZ29zYqw"),
        ("00000000-0000-0000-0000-000000000000", "1"),
        ("00000000-0000-0000-0000-00000000003a", "21"),
    ],
)
def test_a_uuid_has_a_short_form(video_id: str, short: str) -> None:
    assert short_id(video_id) == short


@given(st.uuids())
def test_the_short_form_holds_all_of_a_uuid(video_id: uuid.UUID) -> None:
    number = 0
    for digit in short_id(str(video_id)):
        number = number * 58 + ALPHABET.index(digit)
    assert number == video_id.int


@pytest.mark.parametrize("code", [code for code in ErrorCode if code >= 200_000])
def test_a_codes_first_three_digits_are_its_http_status(code: ErrorCode) -> None:
    assert Refusal(code).response(Settings()).status_code == code // 1000


@pytest.mark.parametrize(
    ("code", "status"), [(100101, 400), (100102, 401), (100103, 403), (100106, 402), (100107, 403)]
)
def test_the_codes_about_the_token_have_a_status_of_their_own(code: int, status: int) -> None:
    assert Refusal(ErrorCode(code)).response(Settings()).status_code == status
