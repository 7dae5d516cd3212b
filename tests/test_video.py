"""What Kinescope's JSON says of videos and folders, and that no JSON whatever raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.video import Folder, Project, Video, VideoState, embed_url, read_folder, read_project, read_video

_DOCUMENTED: Final = {
    "id": "5c0ca3d2-5bc4-4d04-8ba5-f2d3f5e4a1b0",
    "project_id": "pr",
    "folder_id": "fo",
    "title": "Урок 1",
    "description": "",
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
    "embed_link": "https://kinescope.io/embed/5c0ca3d2-5bc4-4d04-8ba5-f2d3f5e4a1b0",
    "created_at": "2024-05-01T14:00:00.5+02:00",
}


def test_a_video_is_read_as_documented() -> None:
    assert read_video(_DOCUMENTED) == Video(
        id="5c0ca3d2-5bc4-4d04-8ba5-f2d3f5e4a1b0",
        title="Урок 1",
        status="done",
        project_id="pr",
        folder_id="fo",
        created_at=datetime(2024, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC),
        original_name="003.mp4",
        size=9886112,
        md5="9e107d9d372bb6826bd81d3542a419d6",
    )


def test_the_address_of_the_player_is_the_one_that_kinescope_names() -> None:
    assert embed_url(str(_DOCUMENTED["id"])) == _DOCUMENTED["embed_link"]


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
    assert Video(id="v", title="", status=status).state is state


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
        ("assets", ["original", None, 7]),
        ("assets", [{"quality": "original", "file_size": "5", "md5": 5, "original_name": None}]),
        ("assets", [{"quality": "original", "file_size": True, "md5": "", "original_name": ""}]),
        ("assets", [{"quality": "original", "file_size": 5.0}]),
    ],
)
def test_a_field_that_cannot_be_read_counts_as_not_said(field: str, value: object) -> None:
    assert read_video({"id": "v", field: value}) == Video(id="v", title="", status="")


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


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(_FIELDS), _GARBAGE) | _GARBAGE)
def test_no_json_raises(data: object) -> None:
    video = read_video(data)

    assert video is None or video.id
    assert video is None or video.state in VideoState
    assert video is None or video.created_at is None or video.created_at.utcoffset() == timedelta(0)
    read_folder(data)
    read_project(data)
