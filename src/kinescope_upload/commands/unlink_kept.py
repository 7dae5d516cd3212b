"""Keeps `kupload unlink --delete` from the only video of a file that stands at another lesson's place now."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.kinescope.originals import originals_of
from kinescope_upload.library.scan import scan
from kinescope_upload.plan.places import Places
from kinescope_upload.progress import read_md5s
from kinescope_upload.text import first_few
from kinescope_upload.text.hints import Hint
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kinescope_upload.config import Settings
    from kinescope_upload.kinescope.management_api import KinescopeApi
    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.upload import Record


def check_not_needed(
    settings: Settings, records: Iterable[Record], api: KinescopeApi, rows: Callable[[], Iterable[LessonRow]]
) -> None:
    """Returns when the videos of lessons without a row may be deleted, as far as the library tells.

    A file that stands at its old path is no lesson's, and one that is gone is nobody's. One that stands elsewhere is
    that place's lesson's, which gets the video with what is recorded: it stays, unless a row shows a copy of it.

    Args:
        settings: Where the library is, if it is named.
        records: What is recorded of lessons that the database does not have.
        api: The management API, asked for the originals of the videos that rows show.
        rows: Gives the rows; asked only where a file stands elsewhere.

    Raises:
        UsageError: A video is the only one of a file; nothing was changed.
    """
    complete = [one for one in records if one.stage.has_all_bytes and one.path]
    files = _files(settings) if complete else ()
    moved = _moved(complete, files, read_md5s(settings.progress)) if files else {}
    if not moved:
        return
    videos = (key for row in rows() if (key := video_key(row.video_id)))
    shown = {(one.size, one.md5) for one in originals_of(api, tuple(dict.fromkeys(videos))).values()}
    left = [one for one in complete if one.lesson_id in moved and (one.md5 is None or (one.size, one.md5) not in shown)]
    if left:
        names = first_few([f'{one.lesson_id} (its file stands at "{moved[one.lesson_id]}" now)' for one in left])
        raise UsageError(
            f"No row shows another video of the file that was sent for {names}. Nothing was changed.",
            Hint(
                "Add the lesson of that place to the database, and ",
                ("repair",),
                " moves the video to it; or take the file out of the library first.",
            ),
        )


def _files(settings: Settings) -> tuple[VideoFile, ...]:
    """The library's files; none where it is not named, or not there: nothing tells then."""
    with suppress(UsageError):
        return scan(settings.needed_library()).files
    return ()


def _moved(
    records: Iterable[Record], files: tuple[VideoFile, ...], md5_of: Callable[[VideoFile], str | None]
) -> Mapping[str, str]:
    """Where the files stand now that are not where they were when they were sent, by lesson id."""
    found: dict[str, str] = {}
    places = Places(files, (), {})
    for record in records:
        alike = [file for file in places.alike(record) if not record.md5 or md5_of(file) in {None, record.md5}]
        if alike and not any(record.is_in_place(file) for file in alike):
            found[record.lesson_id] = alike[0].path
    return found
