"""Where a file's time or path has changed, the MD5 of the part that was sent says whether its upload may go on."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from kinescope_upload.model import VideoFile
from kinescope_upload.upload import Dialect, Record, SentPart, Stage
from kinescope_upload.upload.same_file import accept_file, with_part
from kinescope_upload.upload.table import reopened
from support.progress_cases import a_record

_SECOND: Final = 10**9
_THEN: Final = 1_790_000_000_123_456_789
_DAY: Final = 86_400 * _SECOND

_SAME, _OTHER, _NONE = "md5 of 60", "another", None


def _sent(offset: int = 50, *, sent_bytes: int = 60, sent_md5: str | None = _SAME) -> Record:
    record = replace(a_record(), path="c/1.mp4", stage=Stage.CREATED, size=99, modified_ns=_THEN, offset=offset)
    return replace(record, sent_bytes=sent_bytes, sent_md5=sent_md5)


def _file(shift: int, size: int = 99) -> VideoFile:
    return VideoFile(path="c/1.mp4", size=size, modified_ns=_THEN + shift)


DECISIONS = [
    # the record, the time's shift, the MD5 of the file's part now, whether the upload goes on
    pytest.param(_sent(), 0, _OTHER, True, id="an equal time is not read again"),
    pytest.param(_sent(), _DAY, _SAME, True, id="another time, the same part"),
    pytest.param(_sent(), _DAY, _OTHER, False, id="another time, another part"),
    pytest.param(_sent(), _SECOND, _SAME, True, id="within 2 s, the same part"),
    pytest.param(_sent(), _SECOND, _OTHER, False, id="written to within 2 s"),
    pytest.param(_sent(), 3600 * _SECOND, _OTHER, False, id="an hour later, another part"),
    pytest.param(_sent(60), _DAY, _SAME, True, id="all of the part is there"),
    pytest.param(_sent(61), _DAY, _SAME, False, id="more is there than the MD5 tells"),
    pytest.param(_sent(61), _SECOND, _SAME, True, id="more is there, within 2 s, what is known is the same"),
    pytest.param(_sent(61), _SECOND, _OTHER, False, id="more is there, within 2 s, what is known is another"),
    pytest.param(_sent(sent_bytes=0, sent_md5=None), _SECOND, _SAME, False, id="no MD5 on record, within 2 s"),
    pytest.param(_sent(0, sent_bytes=0, sent_md5=None), _SECOND, _OTHER, True, id="nothing was sent, within 2 s"),
    pytest.param(_sent(0, sent_bytes=0, sent_md5=None), _DAY, _OTHER, False, id="nothing was sent, another time"),
    pytest.param(_sent(sent_bytes=0, sent_md5=None), _DAY, _SAME, False, id="no MD5 on record, another time"),
    pytest.param(_sent(), _SECOND, _NONE, False, id="no checksums, within 2 s"),
    pytest.param(_sent(), _DAY, _NONE, False, id="no checksums, another time"),
]


def test_an_orphan_whose_file_has_another_time_is_not_called_changed() -> None:
    record = replace(_sent(), stage=Stage.ORPHANED, reason="why")
    assert reopened(record, _file(_DAY), record.dialect).reason == "why"
    assert "changed" in str(reopened(record, _file(_DAY, size=98), record.dialect).reason)


@pytest.mark.parametrize(
    ("shift", "path", "goes_on"),
    [(3600 * _SECOND, "c/1.mp4", True), (_SECOND, "c/1.mp4", False), (3600 * _SECOND, "c/2.mp4", False)],
)
def test_what_no_acknowledgement_tells_of_goes_on_where_the_clocks_were_changed(
    shift: int, path: str, *, goes_on: bool
) -> None:
    file = replace(_file(shift), path=path)
    record = reopened(_sent(0, sent_bytes=0, sent_md5=None), file, Dialect.TUS)

    held = replace(record, offset=20)  # a part of the first chunk, which nobody has acknowledged
    assert (accept_file(held, file, lambda _: _OTHER) is not None) == goes_on


UPLOADED = [
    # the record's MD5, the time's shift, the file's MD5 now, whether it is what was uploaded, whether it was read
    pytest.param(_SAME, 3600 * _SECOND, _OTHER, True, False, id="an hour later"),
    pytest.param(_SAME, _DAY, _SAME, True, True, id="another time, the same content"),
    pytest.param(_SAME, _DAY, _OTHER, False, True, id="another time, another content"),
    pytest.param(None, _DAY, _SAME, False, False, id="no MD5 on record, another time"),
]


@pytest.mark.parametrize(("md5", "shift", "md5_now", "is_same", "is_read"), UPLOADED)
def test_an_uploaded_file_is_read_only_where_its_time_is_another(
    md5: str | None, shift: int, md5_now: str | None, *, is_same: bool, is_read: bool
) -> None:
    asked: list[int] = []

    def md5_of_first(length: int) -> str | None:
        asked.append(length)
        return md5_now

    record = replace(_sent(sent_bytes=0, sent_md5=None), stage=Stage.UPLOADED, md5=md5)
    accepted = accept_file(record, _file(shift), md5_of_first)
    assert accepted == (replace(record, modified_ns=_THEN + shift) if is_same else None)
    assert asked == ([99] if is_read else [])


ELSEWHERE = [
    # the record, the time's shift, the MD5 of the part of the file at another path, whether the upload goes on
    pytest.param(_sent(), 0, _SAME, True, id="equal time, the same part"),
    pytest.param(_sent(), 0, _OTHER, False, id="equal time, another part"),
    pytest.param(_sent(), 0, _NONE, False, id="equal time, no checksums"),
    pytest.param(_sent(), _DAY, _SAME, True, id="another time, the same part"),
    pytest.param(_sent(), _SECOND, _OTHER, False, id="within 2 s, another part"),
    pytest.param(_sent(61), 0, _SAME, False, id="more is there than the MD5 tells"),
    pytest.param(_sent(sent_bytes=0, sent_md5=None), 0, _SAME, False, id="no MD5 on record"),
    pytest.param(_sent(0, sent_bytes=0, sent_md5=None), 0, _OTHER, True, id="nothing was sent"),
    pytest.param(_sent(0, sent_bytes=0, sent_md5=None), _SECOND, _OTHER, False, id="nothing was sent, another time"),
    pytest.param(_sent(0), 0, _OTHER, False, id="something may have been sent"),
]


@pytest.mark.parametrize(("record", "shift", "md5", "goes_on"), ELSEWHERE)
def test_no_byte_of_another_path_follows_a_part_unless_the_part_is_the_same(
    record: Record, shift: int, md5: str | None, *, goes_on: bool
) -> None:
    file = replace(_file(shift), path="d/2.mp4")
    assert (accept_file(record, file, lambda _: md5) is not None) is goes_on
    assert record.may_go_on_with(file) or not goes_on
    assert accept_file(record, replace(file, size=98), lambda _: md5) is None


def test_what_is_sent_from_another_path_is_that_file_s_from_then_on() -> None:
    part = SentPart(file=replace(_file(0), path="d/2.mp4"), length=70, md5="md5 of 70")
    assert with_part(_sent(), part).path == "d/2.mp4"
    assert (
        with_part(
            replace(_sent(), path="c/\u0439.mp4"), replace(part, file=replace(_file(0), path="c/\u0438\u0306.mp4"))
        ).path
        == "c/\u0439.mp4"
    )


@pytest.mark.parametrize(("record", "shift", "md5", "goes_on"), DECISIONS)
def test_what_was_sent_decides_where_the_time_has_changed(
    record: Record, shift: int, md5: str | None, *, goes_on: bool
) -> None:
    asked: list[int] = []

    def md5_of_first(length: int) -> str | None:
        asked.append(length)
        return md5

    accepted = accept_file(record, _file(shift), md5_of_first)
    assert accepted == (replace(record, modified_ns=_THEN + shift) if goes_on else None)
    assert asked in ([], [60])
    assert record.may_go_on_with(_file(shift)) or not goes_on  # what is dropped unread could not have gone on
    assert not accept_file(record, _file(shift, size=98), md5_of_first)
    assert not record.may_go_on_with(_file(shift, size=98))


def test_the_record_takes_the_new_time_and_the_larger_part() -> None:
    part = SentPart(file=_file(_DAY), length=70, md5="md5 of 70")
    taken = with_part(_sent(), part)
    assert (taken.modified_ns, taken.sent_bytes, taken.sent_md5) == (_THEN + _DAY, 70, "md5 of 70")
    smaller = with_part(_sent(), replace(part, length=59))
    assert (smaller.modified_ns, smaller.sent_bytes, smaller.sent_md5) == (_THEN + _DAY, 60, _SAME)
    unhashed = with_part(_sent(), SentPart(file=_file(_DAY)))
    assert (unhashed.modified_ns, unhashed.sent_bytes, unhashed.sent_md5) == (_THEN + _DAY, 60, _SAME)
