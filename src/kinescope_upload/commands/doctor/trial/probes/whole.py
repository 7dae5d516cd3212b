"""Whole videos in both dialects: cut on the way, resumed, complete, processed."""

from __future__ import annotations

from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.of_videos import (
    decide_original_name,
    decide_originals,
    original_of,
    status_of,
)
from kinescope_upload.commands.doctor.trial.bench import FILE_NAME
from kinescope_upload.commands.doctor.trial.session import SIZE, Watch, against, good, not_told, note, untried
from kinescope_upload.errors import KuploadError, LessonFailedError, UnreachableError
from kinescope_upload.media.sample_mp4 import make_mp4
from kinescope_upload.upload.events import LengthReached, OffsetAccepted
from kinescope_upload.upload.table import advance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.commands.doctor.readings.outcome import Outcome, Step
    from kinescope_upload.commands.doctor.trial.bench import Bench
    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.upload import Record

_QUARTER: Final = SIZE // 4


def upload_whole_videos(session: Session) -> Iterator[Item]:
    """Uploads one video in each dialect, and watches until they are processed; the first one's originals count."""
    for dialect, why in session.untried.items():
        yield untried(f"whole way, {dialect}", why)
    for dialect, bench in session.benches.items():
        try:
            record, how = _uploaded(bench)
        except UnreachableError:
            raise
        except KuploadError as error:
            yield against(f"whole way, {dialect}", error.reason)
            continue
        yield how
        yield _processing(session, record, decides=not session.complete)
        session.complete[dialect] = record
    if not session.complete:
        yield from not_told(("originals", "original-name"), "no video could be uploaded")


def _uploaded(bench: Bench) -> tuple[Record, Step]:
    """A complete video, and how it went."""
    subject = f"whole way, {bench.dialect}"
    content = make_mp4(SIZE, seed=bench.scratch.title(bench.dialect))
    record = bench.create(bench.record(SIZE, title=f"whole way, {bench.dialect}"))
    event = bench.send(record, content, upto=_QUARTER)
    if not isinstance(event, OffsetAccepted | LengthReached):
        raise LessonFailedError(f"Kinescope does not take the first chunk ({type(event).__name__}).")
    record = advance(record, event)
    with suppress(UnreachableError):  # as it has to be
        bench.cut_while_sending(record, content, after=_QUARTER, block=_QUARTER)
    try:
        return bench.resume(record, content), good(subject, f"{SIZE:,} bytes, cut in the second chunk and resumed.")
    except LessonFailedError as error:
        again = bench.upload(content, title=f"whole way again, {bench.dialect}")
        what = f"After a cut, an upload cannot be resumed: {error.what} A second video, without a cut, is complete."
        return again, note(subject, what)


def _processing(session: Session, record: Record, *, decides: bool) -> Watch:
    """Watches the video until it is processed."""
    video_id = record.video_id or ""
    subject = f"processed, {record.dialect}"

    def look(*, is_last: bool) -> Sequence[Outcome | Step]:
        video = session.video(video_id)
        originals = decide_originals(video, is_last=is_last)
        if originals is None:
            return []
        step = _step_of(subject, video, record)
        return [originals, decide_original_name(video, file_name=FILE_NAME), step] if decides else [step]

    return Watch(
        what="Kinescope to process a video",
        begun=session.waits.now(),
        at_most=inf,
        look=look,
    )


def _step_of(subject: str, video: object, record: Record) -> Step:
    status, original = status_of(video), original_of(video)
    if status in {"error", "suspended", "aborted", ""}:
        return against(subject, f'A complete video has the status "{status}".')
    if original is None:
        return note(subject, f'Its status is "{status}"; there is no original whose size and MD5 could be compared.')
    if original.size not in {None, SIZE} or original.md5 not in {None, record.md5}:
        return against(subject, "The original's size or MD5 is not that of the file that was sent.")
    message = [word for word, value in (("size", original.size), ("MD5", original.md5)) if value is not None]
    return good(
        subject, f'Its status is "{status}"; {" and ".join(message) or "nothing"} told, and equal to the file\'s.'
    )
