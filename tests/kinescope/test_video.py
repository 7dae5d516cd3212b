"""What Kinescope's JSON says of videos and folders, and that no JSON whatever raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.kinescope.video import (
    Folder,
    Project,
    Video,
    VideoState,
    embed_url,
    is_at_root,
    read_folder,
    read_project,
    read_video,
)
from support.examples import examples

_DOCUMENTED: Final = {
    "id": "5c0ca3d2-5bc4-4d04-8ba5-f2d3f5e4a1b0",
    "project_id": "pr",
    "folder_id": "fo",
    "title": "Урок 1",
    "description": "Uploaded by hand.",
    "status": "done",
    "progress": 100,
    "duration": 61.5,
    "assets": [
        {"quality": "1080p", "file_size": 1, "md5": "no", "original_name": "no.mp4"},
        {
            "quality": "original",
            "original_name": "003.mp4",
            "file_size": 9886112,
            "md5": "9E107D9D372BB6826BD81D3542A419D6",
            "resolution": "1920x1080",
            "filetype": "mp4",
        },
    ],
    "embed_link": "https://kinescope.io/embed/cngpEpM6kyWZACvThEtC4s",
    "created_at": "2024-05-01T14:00:00.5+02:00",
}


def test_a_video_is_read_as_documented() -> None:
    assert read_video(_DOCUMENTED) == Video(
        id="5c0ca3d2-5bc4-4d04-8ba5-f2d3f5e4a1b0",
        title="Урок 1",
        status="done",
        description="Uploaded by hand.",
        project_id="pr",
        folder_id="fo",
        created_at=datetime(2024, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC),
        original_name="003.mp4",
        size=9886112,
        md5="9e107d9d372bb6826bd81d3542a419d6",
        duration=61.5,
        has_assets=True,
        embed_url="https://kinescope.io/embed/cngpEpM6kyWZACvThEtC4s",
    )


def test_the_address_of_the_player_is_the_one_that_kinescope_gives_else_one_with_the_uuid() -> None:
    video = read_video(_DOCUMENTED)
    assert video is not None
    assert video.player_url == _DOCUMENTED["embed_link"]
    assert replace(video, embed_url=None).player_url == embed_url(video.id) == f"https://kinescope.io/embed/{video.id}"


@pytest.mark.parametrize("spelling", ["3F6D0A94-58C1-4E27-9B0E-7D1C42A5E8F6", "8QgcPYt6A8RjEXEZ29zYqw"])
def test_an_id_of_kinescopes_is_a_uuid_in_lower_case_however_the_answer_spells_it(spelling: str) -> None:
    video = read_video({"id": spelling})
    assert video is not None
    assert video.id == "3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f6"


def test_what_kinescope_does_not_say_is_none() -> None:
    assert read_video({"id": "v"}) == Video(id="v", title="", status="")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", VideoState.PARTIAL),
        ("uploading", VideoState.PARTIAL),
        ("aborted", VideoState.PARTIAL),
        ("pre-processing", VideoState.COMPLETE),
        ("processing", VideoState.COMPLETE),
        ("done", VideoState.COMPLETE),
        ("error", VideoState.BROKEN),
        ("", VideoState.UNKNOWN),
        ("Done", VideoState.UNKNOWN),
        ("archived", VideoState.UNKNOWN),
    ],
)
def test_a_status_says_whether_every_byte_has_arrived(status: str, state: VideoState) -> None:
    assert Video(id="v", title="", status=status, has_assets=True, duration=5.0).state is state


@pytest.mark.parametrize(
    ("has_assets", "duration", "state"),
    [
        (False, 0.0, VideoState.PARTIAL),
        (False, None, VideoState.PARTIAL),
        (False, 5.0, VideoState.UNKNOWN),
        (True, 0.0, VideoState.UNKNOWN),
        (True, None, VideoState.UNKNOWN),
        (True, 5.0, VideoState.UNKNOWN),
    ],
)
def test_a_suspended_video_is_partial_only_when_nothing_came_of_it(
    has_assets: bool, duration: float | None, state: VideoState
) -> None:
    video = Video(id="v", title="", status="suspended", has_assets=has_assets, duration=duration)
    assert video.state is state


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 7),
        ("status", None),
        ("folder_id", ""),
        ("project_id", ["p"]),
        ("created_at", "yesterday"),
        ("created_at", "2024-05-01T14:00:00"),
        ("created_at", "9999-12-31T23:59:59-01:00"),
        ("created_at", 1714557600),
        ("assets", None),
        ("assets", {"quality": "original"}),
        ("assets", []),
        ("description", None),
        ("duration", "61"),
        ("duration", True),
        ("duration", 10**400),
        ("embed_link", ""),
        ("embed_link", "http://kinescope.io/embed/v"),
        ("embed_link", "https://kinescope.io/embed/v w"),
        ("embed_link", "https://kinescope.io/embed/v\n"),
    ],
)
def test_a_field_that_cannot_be_read_counts_as_not_said(field: str, value: object) -> None:
    assert read_video({"id": "v", field: value}) == Video(id="v", title="", status="")


@pytest.mark.parametrize(
    "assets",
    [
        ["original", None, 7],
        [{"quality": "original", "file_size": "5", "md5": 5, "original_name": None}],
        [{"quality": "original", "file_size": True, "md5": "", "original_name": ""}],
        [{"quality": "original", "file_size": 5.0}],
    ],
)
def test_files_that_cannot_be_read_say_only_that_there_are_some(assets: object) -> None:
    assert read_video({"id": "v", "assets": assets}) == Video(id="v", title="", status="", has_assets=True)


@pytest.mark.parametrize("data", [None, "v", 7, [], ["id"], {}, {"id": None}, {"id": 7}, {"id": ""}, {"ID": "v"}])
def test_what_has_no_id_is_no_video(data: object) -> None:
    assert read_video(data) is None


@pytest.mark.parametrize(
    ("data", "folder"),
    [
        ({"id": "f", "name": "01_analytics", "parent_id": "p"}, Folder(id="f", name="01_analytics", parent_id="p")),
        ({"id": "f", "name": "01_analytics", "parent_id": ""}, Folder(id="f", name="01_analytics")),
        ({"id": "f", "name": "01_analytics", "project_id": "pr"}, Folder(id="f", name="01_analytics")),
        ({"id": "f"}, None),
        ({"id": "", "name": "01_analytics"}, None),
        ({"name": "01_analytics"}, None),
        ({"id": "f", "name": 7}, None),
        (None, None),
        ([], None),
    ],
)
def test_a_folder_is_read_when_it_has_an_id_and_a_name(data: object, folder: Folder | None) -> None:
    assert read_folder(data) == folder


@pytest.mark.parametrize(
    ("parent", "is_root"),
    [
        ({"parent_id": "9d3b7a10-52c4-4f6e-8b1d-0a9c8e7f6d5b"}, True),
        ({"parent_id": "9D3B7A10-52C4-4F6E-8B1D-0A9C8E7F6D5B"}, True),
        ({"parent_id": None}, True),
        ({"parent_id": ""}, True),
        ({}, True),
        ({"parent_id": "0f0e0d0c-0000-4000-8000-000000000001"}, False),
    ],
)
def test_a_folder_lies_at_the_root_when_the_project_or_nothing_is_its_parent(
    parent: dict[str, object], is_root: bool
) -> None:
    folder = read_folder({"id": "f", "name": "01_analytics", **parent})
    assert folder is not None
    assert is_at_root(folder, "9d3b7a10-52c4-4f6e-8b1d-0a9c8e7f6d5b") is is_root


@pytest.mark.parametrize(
    ("data", "project"),
    [
        ({"id": "p", "name": "Школа", "workspace_id": "w"}, Project(id="p", name="Школа")),
        ({"id": "p", "name": 7, "workspace_id": ""}, Project(id="p", name="")),
        ({"id": ""}, None),
        ({"name": "Школа"}, None),
        ([], None),
    ],
)
def test_a_project_is_read_when_it_has_an_id(data: object, project: Project | None) -> None:
    assert read_project(data) == project


_FIELDS: Final = [*_DOCUMENTED, "name", "parent_id", "quality", "original_name", "file_size", "md5"]
_ZONES: Final = st.sampled_from([None, UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))])
_STAMPS: Final = st.datetimes(timezones=_ZONES).map(datetime.isoformat)
_GARBAGE: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("original") | _STAMPS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_FIELDS) | st.text(), inner, max_size=6)
    ),
    max_leaves=20,
)


@settings(derandomize=True, deadline=None, max_examples=examples(200))
@given(st.dictionaries(st.sampled_from(_FIELDS), _GARBAGE) | _GARBAGE)
def test_no_json_raises(data: object) -> None:
    video = read_video(data)

    assert video is None or video.id
    assert video is None or video.state in VideoState
    assert video is None or video.created_at is None or video.created_at.utcoffset() == timedelta(0)
    read_folder(data)
    read_project(data)
