"""From a video as it came to readings; what came is not trusted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.commands.doctor.readings.of_videos import (
    decide_broken_upload,
    decide_description,
    decide_long_title,
    decide_move,
    decide_original_name,
    decide_originals,
    decide_pending_assets,
    original_of,
    status_of,
)
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried, Outcome

ORIGINAL = {"quality": "original", "original_name": "original", "file_size": 4096, "md5": "AB"}
SMALLER = {"quality": "1080p", "original_name": "1080p.mp4", "file_size": 100}


def video(status: str, *assets: object) -> dict[str, Any]:
    return {"id": "v", "status": status, "assets": list(assets)}


def value_of(outcome: Outcome | None) -> str | None:
    return outcome.value if isinstance(outcome, Found) else None


def test_assets_before_the_end_are_empty_or_told() -> None:
    assert value_of(decide_pending_assets(video("uploading"))) == "empty"
    assert value_of(decide_pending_assets({"id": "v", "status": "uploading"})) == "empty"
    assert value_of(decide_pending_assets(video("uploading", ORIGINAL))) == "told"
    assert isinstance(decide_pending_assets(video("uploading", {"quality": "original"})), NotTold)


@pytest.mark.parametrize(
    ("status", "assets", "is_last", "value"),
    [
        ("done", (ORIGINAL, SMALLER), False, "kept"),
        ("done", (SMALLER,), False, "off"),
        ("processing", (ORIGINAL,), False, None),
        ("processing", (ORIGINAL,), True, "kept"),
    ],
)
def test_originals_are_kept_or_off_when_the_video_is_processed(
    status: str, assets: tuple[object, ...], *, is_last: bool, value: str | None
) -> None:
    assert value_of(decide_originals(video(status, *assets), is_last=is_last)) == value


def test_a_video_that_is_never_processed_tells_nothing_of_originals() -> None:
    assert decide_originals(video("processing"), is_last=False) is None
    for status in ("processing", "uploading", "error", "suspended", "aborted"):
        assert isinstance(decide_originals(video(status), is_last=True), NotTold)


@pytest.mark.parametrize(
    ("name", "value"),
    [("original", "original"), ("original.mp4", "original.mp4"), ("kupload-try.mp4", "file"), ("x", None), ("", None)],
)
def test_the_originals_name_is_a_word_or_the_files(name: str, value: str | None) -> None:
    given = video("done", {**ORIGINAL, "original_name": name})
    assert value_of(decide_original_name(given, file_name="kupload-try.mp4")) == value


def test_without_an_original_there_is_no_name_to_ask_for() -> None:
    assert isinstance(decide_original_name(video("done", SMALLER), file_name="x.mp4"), NotTried)


@pytest.mark.parametrize(
    ("status", "is_last", "value"),
    [
        ("suspended", False, "suspended"),
        ("aborted", False, "aborted"),
        ("uploading", False, None),
        ("uploading", True, "uploading"),
        ("pending", True, "uploading"),
    ],
)
def test_a_broken_upload_is_judged_by_its_last_status(status: str, *, is_last: bool, value: str | None) -> None:
    assert value_of(decide_broken_upload(video(status), waited=60, is_last=is_last)) == value


@pytest.mark.parametrize("given", [None, video("done"), video("brand new")])
def test_a_broken_upload_that_is_gone_or_complete_tells_nothing(given: object) -> None:
    assert isinstance(decide_broken_upload(given, waited=60, is_last=False), NotTold)


def test_a_description_is_kept_dropped_or_another() -> None:
    assert value_of(decide_description(sent="a b", stored="a b\n")) == "kept"
    assert value_of(decide_description(sent="a b", stored="")) == "dropped"
    assert isinstance(decide_description(sent="a b", stored="a"), NotTold)


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        ("x" * 141, "kept"),
        ("x" * 140, "cut"),
        ("x" * 100 + "…", "cut"),
        ("x" * 137 + "...", "cut"),
        ("y", None),
        ("", None),
    ],
)
def test_a_long_title_is_kept_cut_or_another(stored: str, value: str | None) -> None:
    assert value_of(decide_long_title(sent="x" * 141, stored=stored)) == value


def test_a_video_moves_by_whatever_moved_it() -> None:
    assert value_of(decide_move(by_put=True, by_patch=False)) == "put"
    assert value_of(decide_move(by_put=False, by_patch=True)) == "patch"
    assert value_of(decide_move(by_put=True, by_patch=True)) == "both"
    assert isinstance(decide_move(by_put=False, by_patch=False), NotTold)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["assets", "status", "quality", "md5"]), inner),
    )
)
def test_whatever_comes_as_a_video_raises_nothing(given_video: object) -> None:
    status_of(given_video)
    original_of(given_video)
    decide_originals(given_video, is_last=True)
    decide_original_name(given_video, file_name="x.mp4")
    decide_pending_assets(given_video)
    decide_broken_upload(given_video, waited=1, is_last=True)
