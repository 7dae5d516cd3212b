"""What kupload relies on Kinescope for. The same tests run against the stand-in and, on request, the real service."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contract.bench import BLOCK, content_of
from kinescope_upload.errors import BatchStoppedError, LessonFailedError, UnreachableError
from kinescope_upload.kinescope.video import VideoState
from kinescope_upload.upload import Dialect
from kinescope_upload.upload.events import AlreadyExists, LengthReached, OffsetAccepted, OffsetLost, OffsetUnknown
from kinescope_upload.upload.table import advance

if TYPE_CHECKING:
    from contract.bench import Bench

SMALL = 3 * BLOCK + 17
LARGE = 64 * BLOCK
"""More than the buffers of a connection hold, so that a cut in the middle is one."""


def test_a_new_upload_holds_no_byte_and_its_video_is_known_by_our_id(bench: Bench) -> None:
    record = bench.create(bench.record(SMALL))
    assert bench.asked(record).offset == 0
    video = bench.kinescope.api.video(record.video_id or "")
    assert video is not None
    assert video.state is VideoState.PARTIAL
    assert (video.id, video.folder_id) == (record.video_id, bench.folder_id)


def test_chunks_follow_each_other_and_head_tells_the_offset_between_them(bench: Bench) -> None:
    content = content_of(SMALL)
    record = bench.create(bench.record(SMALL))
    for upto in (1, BLOCK, 2 * BLOCK + 5):
        event = bench.send(record, content, upto=upto)
        assert isinstance(event, OffsetAccepted)
        assert event.offset == upto
        record = advance(record, event)
        assert bench.asked(record).offset == upto
    assert isinstance(bench.send(record, content), LengthReached)


def test_a_video_of_one_chunk_is_complete_and_its_original_is_the_file(bench: Bench) -> None:
    record = bench.upload(content_of(SMALL), title="Урок 1, часть – 2 🔥")
    video_id = record.video_id or ""

    def is_complete() -> bool:
        video = bench.kinescope.api.video(video_id)
        return video is not None and video.state is not VideoState.PARTIAL

    assert bench.eventually(is_complete)
    video = bench.kinescope.api.video(video_id)
    assert video is not None
    assert video.title == record.title
    assert video.size in {None, SMALL}
    assert video.md5 in {None, record.md5}


def test_a_connection_that_is_cut_in_mid_chunk_goes_on_from_the_offset_that_head_tells(bench: Bench) -> None:
    content = content_of(LARGE)
    record = bench.create(bench.record(LARGE))
    with pytest.raises(UnreachableError):
        bench.cut_while_sending(record, content, after=LARGE // 2)
    record = bench.asked(record)
    assert 0 <= record.offset < LARGE
    assert isinstance(bench.send(record, content), LengthReached)


def test_an_upload_whose_every_byte_is_there_says_so_when_it_is_asked(bench: Bench) -> None:
    content = content_of(SMALL)
    record = bench.create(bench.record(SMALL))
    bench.send(record, content)
    assert isinstance(bench.kinescope.uploader.ask_offset(record), LengthReached)


def test_a_chunk_at_the_wrong_offset_is_refused_and_nothing_of_it_is_kept(bench: Bench) -> None:
    content = content_of(SMALL)
    record = advance(bench.create(bench.record(SMALL)), OffsetAccepted(offset=BLOCK))
    event = bench.send(record, content)
    assert isinstance(event, OffsetAccepted | OffsetUnknown | OffsetLost)
    assert bench.asked(record).offset == 0


def test_an_id_that_is_taken_already_exists(bench: Bench) -> None:
    if bench.dialect is not Dialect.TUS:
        pytest.skip("in the JSON dialect the server chooses the id")
    record = bench.record(SMALL)
    bench.create(record)
    assert isinstance(bench.kinescope.uploader.create(record), AlreadyExists)
    content = content_of(SMALL)
    finished = bench.upload(content)
    assert isinstance(bench.kinescope.uploader.create(finished), AlreadyExists)


def test_videos_are_listed_by_their_folder(bench: Bench) -> None:
    made = {bench.create(bench.record(SMALL, title=str(number))).video_id for number in range(3)}

    def are_listed() -> bool:
        listed = {video.id for video in bench.kinescope.api.videos(folder_id=bench.folder_id)}
        return made <= listed

    assert bench.eventually(are_listed)
    partial = {video.id for video in bench.kinescope.api.videos(folder_id=bench.folder_id, statuses=("done",))}
    assert not made & partial


def test_a_title_can_be_changed(bench: Bench) -> None:
    record = bench.upload(content_of(SMALL), title="den_1")
    bench.kinescope.api.rename_video(record.video_id or "", f"{bench.mark} День 1")
    video = bench.kinescope.api.video(record.video_id or "")
    assert video is not None
    assert video.title == f"{bench.mark} День 1"


def test_a_deleted_video_is_gone_and_deleting_it_again_is_harmless(bench: Bench) -> None:
    record = bench.upload(content_of(SMALL))
    video_id = record.video_id or ""
    bench.kinescope.api.delete_video(video_id)
    assert bench.eventually(lambda: bench.kinescope.api.video(video_id) is None)
    bench.kinescope.api.delete_video(video_id)


def test_the_token_may_delete_and_asking_deletes_nothing(bench: Bench) -> None:
    record = bench.create(bench.record(SMALL))
    assert bench.kinescope.api.may_delete(str(uuid.uuid4())) is not False
    assert bench.kinescope.api.video(record.video_id or "") is not None


def test_an_upload_into_a_folder_that_does_not_exist_is_refused_for_the_folders_sake(bench: Bench) -> None:
    record = replace(bench.record(SMALL), parent_id=str(uuid.uuid4()))
    with pytest.raises((LessonFailedError, BatchStoppedError)):
        bench.create(record)
