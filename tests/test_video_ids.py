"""UUID, short id and link are three spellings of one id."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.video_ids import is_named_in, is_same_video, named_videos, short_id, video_key

LONG, SHORT = "3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f6", "8QgcPYt6A8RjEXEZ29zYqw"


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        LONG.upper(),
        f"  {LONG}\n",
        SHORT,
        f" {SHORT} ",
        f"https://kinescope.io/{SHORT}",
        f"https://kinescope.io/{LONG}",
        f"https://kinescope.io/embed/{SHORT}",
        f"https://kinescope.io/embed/{LONG.upper()}",
        f"https://kinescope.io/embed/{SHORT}?t=30&autoplay=1",
        f"https://kinescope.io/{SHORT}/master.m3u8",
        f"https://kinescope.io/{LONG}/master.m3u8?token=x",
        f"https://kinescope.io/{SHORT}/",
        f"https://kinescope.io/{SHORT}#t=30",
        f"HTTPS://Kinescope.IO/{SHORT}",
        f"http://www.kinescope.io/{SHORT}",
        f"kinescope.io/{SHORT}",
        f"//kinescope.io/embed/{SHORT}",
    ],
)
def test_every_spelling_of_an_id_is_that_id(text: str) -> None:
    assert video_key(text) == LONG
    assert is_same_video(text, LONG)
    assert is_same_video(SHORT, text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "dQw4w9WgXcQ",  # YouTube
        "https://youtu.be/dQw4w9WgXcQ",
        f"https://kinescope.io.example.com/embed/{LONG}",
        f"https://example.com/embed/{LONG}",
        f"https://example.com/?u=https://kinescope.io/{SHORT}",
        "https://kinescope.io/",
        "https://kinescope.io/pricing",
        f"https://kinescope.io/{SHORT}/{SHORT}",
        f"{{{LONG}}}",
        LONG.replace("-", ""),
        LONG[:-1],
        f"{LONG}0",
        SHORT[:-3],  # too short for one of ours
        f"{SHORT}1",  # more digits than 128 bits have
        f"Z{SHORT[1:]}",  # more than 128 bits
        SHORT.replace("Q", "0"),
        SHORT.replace("Q", "O"),
        SHORT.replace("Q", "l"),
        SHORT.replace("Q", "I"),
        "5FbkhTCyKfJpYMPGK8fFqb",  # of another variant: no UUID that anybody makes
    ],
)
def test_a_text_that_names_no_video_of_kinescope_is_no_id(text: str | None) -> None:
    assert video_key(text) is None
    assert not is_same_video(text, LONG)


@given(st.uuids(version=4))
def test_a_short_id_is_read_back(one: UUID) -> None:
    short = short_id(str(one))
    assert len(short) == 22
    assert video_key(short) == str(one)
    assert video_key(f"https://kinescope.io/embed/{short}") == str(one)


@pytest.mark.parametrize("number", [0x0, 0x1F, 0xFF])
def test_leading_zeros_may_be_written_or_left_out(number: int) -> None:
    one = str(UUID(int=(number << 120) | (0x4000_8000_0000_0000_0001)))
    short = short_id(one)
    assert video_key(short) == one
    assert video_key(short.lstrip("1").rjust(20, "1")) == one


@given(st.text(alphabet="123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", min_size=22, max_size=22))
def test_22_digits_are_an_id_with_that_short_form_or_none(text: str) -> None:
    key = video_key(text)
    assert key is None or short_id(key) == text


@given(st.text())
def test_any_text_is_an_id_or_none(text: str) -> None:
    key = video_key(text)
    assert key is None or video_key(key) == key


def test_the_short_form_of_the_documented_pair_is_the_documented_one() -> None:
    assert short_id(LONG) == SHORT
    assert short_id(LONG.upper()) == SHORT


def test_case_counts_in_a_short_id() -> None:
    assert not is_same_video(SHORT, SHORT.swapcase())


def test_texts_that_are_no_ids_are_the_same_only_when_they_are_equal() -> None:
    assert is_same_video("ours", "ours")
    assert not is_same_video("ours", "theirs")
    assert not is_same_video(None, None)


@pytest.mark.parametrize("video_id", [LONG, LONG.upper(), SHORT])
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "https://kinescope.io/embed/{}",
        "https://video.example.com/embed/{}?t=5",
        '<iframe src="https://kinescope.io/embed/{}" allow="autoplay"></iframe>',
        "https://example.com/?u=https%3A//kinescope.io/{}",
    ],
)
def test_a_video_is_found_wherever_a_text_names_it(text: str, video_id: str) -> None:
    assert named_videos(text.format(video_id)) == {LONG}
    assert is_named_in(SHORT, text.format(video_id))
    assert is_named_in(LONG, text.format(video_id))


@pytest.mark.parametrize("text", [None, "", "https://youtu.be/dQw4w9WgXcQ", "https://kinescope.io/pricing"])
def test_a_text_that_names_no_video_names_none(text: str | None) -> None:
    assert named_videos(text) == frozenset()


def test_an_id_of_no_known_form_is_found_as_it_is_spelt() -> None:
    assert is_named_in("dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ")
    assert not is_named_in("dQw4w9WgXcQ", "https://youtu.be/dqw4w9wgxcq")
