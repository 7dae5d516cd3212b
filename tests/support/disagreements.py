"""Every way in which the four sides can disagree: how it comes about, what `verify` says, what `repair` does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes import (
    AdoptVideo,
    ClearRow,
    DeleteDuplicate,
    Fix,
    LinkVideo,
    MoveVideo,
    RenameVideo,
    StartOver,
)
from kinescope_upload.emulator import ForeignVideo, VideoStatus
from kinescope_upload.kinescope.video import embed_url
from support.auditing import FIRST, SECOND, THEIRS, kinescope, video_of
from support.world import KIB, World, content_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ROWS", "Disagreement", "foreign_twin"]

COURSE = "01_analytics"


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """A disagreement of an otherwise good world of three lessons.

    Attributes:
        name: What disagrees.
        arrange: Makes it so.
        kinds: What `verify` finds, in its order.
        says: What it says among other things; `{own}` is the first lesson's video.
        fixes: What `repair` does; nothing where only a person can decide.
        left: What `verify` finds after `repair`, before the next run.
        uploads: Whether the next run has something to upload before all is well.
    """

    name: str
    arrange: Callable[[World], None]
    kinds: tuple[Kind, ...]
    says: tuple[str, ...]
    fixes: tuple[type[Fix], ...] = ()
    left: tuple[Kind, ...] = ()
    uploads: bool = False


def _folder(world: World) -> str:
    return world.emulator.folder_named(COURSE).id


def foreign_twin(world: World, lesson_id: str = FIRST, *, video_id: str = THEIRS, title: str | None = None) -> None:
    """A video that somebody else made from the same file, in the course's folder."""
    own = world.emulator.video(video_of(world, lesson_id))
    world.emulator.add_foreign_video(
        ForeignVideo(
            id=video_id,
            title=title or own.title,
            parent_id=_folder(world),
            filename=own.filename,
            size=own.size,
            md5=own.md5,
            duration=own.duration,
        )
    )


def _stale_id(world: World) -> None:
    """The old system's issue: an id in the row, and no such video."""
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))
    world.emulator.delete_video(video_of(world))


def _video_deleted(world: World) -> None:
    world.emulator.delete_video(video_of(world))


def _stale_id_beside_ours(world: World) -> None:
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))


def _row_emptied(world: World) -> None:
    """The old system's issue: the database dropped after the upload, and its row was never written."""
    world.database.set_video(FIRST, None)


def _row_emptied_and_progress_lost(world: World) -> None:
    _row_emptied(world)
    _forget(world, FIRST)


def _forget(world: World, lesson_id: str) -> None:
    path = world.progress / f"{COURSE}.json"
    data = json.loads(path.read_text("utf-8"))
    del data["lessons"][lesson_id]
    path.write_text(json.dumps(data), "utf-8")


def _emptied_and_deleted(world: World) -> None:
    _row_emptied(world)
    _video_deleted(world)


def _renamed_to_file_name(world: World) -> None:
    """The old system's issue: the title came out as the file's name, `den_1` instead of `День 1`."""
    world.database.execute(f"UPDATE \"Lesson\" SET title = 'День 1' WHERE id = '{FIRST}'")
    with kinescope(world) as api:
        api.rename_video(video_of(world), "den_1")


def _moved(world: World, parent_id: str) -> None:
    with kinescope(world) as api:
        api.move_video(video_of(world), project_id=world.emulator.project_id, parent_id=parent_id)


def _in_other_folder(world: World) -> None:
    _moved(world, world.emulator.create_folder("something else").id)


def _status(status: VideoStatus) -> Callable[[World], None]:
    return lambda world: world.emulator.set_status(video_of(world), status)


def _stray(world: World) -> None:
    world.emulator.add_foreign_video(
        ForeignVideo(id=THEIRS, title="what is this", parent_id=_folder(world), size=777, md5="0" * 32)
    )


def _row_names_twin(world: World) -> None:
    """Somebody uploaded the file by hand as well, and wrote that video into the row."""
    foreign_twin(world)
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))


def _row_names_other(world: World) -> None:
    _stray(world)
    world.database.set_video(FIRST, THEIRS, embed_url(THEIRS))


def _row_names_twin_and_ours_is_gone(world: World) -> None:
    _row_names_twin(world)
    _video_deleted(world)


def _shared(world: World) -> None:
    own = video_of(world)
    world.database.set_video(SECOND, own, embed_url(own))


def _strange(world: World) -> None:
    world.database.set_video(FIRST, "dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ")


def _address_of_another_service(world: World) -> None:
    world.database.set_video(FIRST, None, "https://youtu.be/dQw4w9WgXcQ")


def _address_alone(world: World) -> None:
    world.database.set_video(FIRST, None, embed_url(video_of(world)))


def _file_replaced(world: World) -> None:
    [path] = world.library.glob(f"{COURSE}/*/001*")
    path.write_bytes(content_of(11 * KIB, seed="another"))


def _one_file_more(world: World) -> None:
    world.add_file(f"{COURSE}/m01_start/001b.mp4", content_of(KIB, seed="new"))


def _one_file_less(world: World) -> None:
    [path] = world.library.glob(f"{COURSE}/*/001*")
    path.unlink()


def _one_row_more(world: World) -> None:
    world.database.add_lessons([(f"{COURSE}_m01_start_004", COURSE, "Урок без видео")])


def _one_row_less(world: World) -> None:
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{FIRST}'")


def _not_uploaded(world: World) -> None:
    world.add_file(f"{COURSE}/m02_more/001.mp4", content_of(KIB, seed="new"))
    world.database.add_lessons([(f"{COURSE}_m02_more_001", COURSE, "Новый")])


def _second_folder(world: World) -> None:
    world.emulator.create_folder(COURSE)


ROWS = (
    Disagreement(
        name="stale id",
        arrange=_stale_id,
        kinds=(Kind.ROW_POINTS_NOWHERE,),
        says=(
            "Row names a video that is not on Kinescope: 1",
            f"{FIRST}: its row names video {THEIRS}, which is not on Kinescope",
        ),
        fixes=(StartOver, ClearRow),
        left=(Kind.NOT_UPLOADED,),
        uploads=True,
    ),
    Disagreement(
        name="our video was deleted at Kinescope",
        arrange=_video_deleted,
        kinds=(Kind.ROW_POINTS_NOWHERE,),
        says=("its row names video {own}, which is not on Kinescope",),
        fixes=(StartOver, ClearRow),
        left=(Kind.NOT_UPLOADED,),
        uploads=True,
    ),
    Disagreement(
        name="stale id while our video is there",
        arrange=_stale_id_beside_ours,
        kinds=(Kind.ROW_POINTS_NOWHERE,),
        says=("kupload uploaded {own}",),
        fixes=(ClearRow, LinkVideo),
    ),
    Disagreement(
        name="database dropped after the upload",
        arrange=_row_emptied,
        kinds=(Kind.ROW_EMPTY,),
        says=("Video exists, row is empty: 1", "video {own} exists, and its row is empty"),
        fixes=(LinkVideo,),
    ),
    Disagreement(
        name="row emptied, video gone",
        arrange=_emptied_and_deleted,
        kinds=(Kind.VIDEO_GONE,),
        says=("Video in the progress file is gone: 1", "kupload uploaded video {own}, which is not on Kinescope"),
        fixes=(StartOver,),
        left=(Kind.NOT_UPLOADED,),
        uploads=True,
    ),
    Disagreement(
        name="title den_1 instead of День 1",
        arrange=_renamed_to_file_name,
        kinds=(Kind.TITLE_DIFFERS,),
        says=("Title differs from the lesson: 1", 'video {own} is called "den_1", the lesson "День 1"'),
        fixes=(RenameVideo,),
    ),
    Disagreement(
        name="video in the wrong folder",
        arrange=_in_other_folder,
        kinds=(Kind.WRONG_FOLDER,),
        says=("Video in the wrong folder: 1", 'not in the folder of "01_analytics"'),
        fixes=(MoveVideo,),
    ),
    Disagreement(
        name="video in the project's root",
        arrange=lambda world: _moved(world, world.emulator.project_id),
        kinds=(Kind.PROJECT_ROOT,),
        says=("Video in the project root: 1", "video {own} is in the root of project"),
        fixes=(MoveVideo,),
    ),
    Disagreement(
        name="two videos, the row's is provably the lesson's",
        arrange=_row_names_twin,
        kinds=(Kind.TWO_VIDEOS,),
        says=("Two videos for one lesson: 1", f"its row names {THEIRS}, and kupload uploaded {{own}}"),
        fixes=(DeleteDuplicate, AdoptVideo),
    ),
    Disagreement(
        name="the row's video is provably the lesson's, ours is gone",
        arrange=_row_names_twin_and_ours_is_gone,
        kinds=(Kind.VIDEO_GONE,),
        says=(f"its row names {THEIRS}, and the progress file names {{own}}, which is not on Kinescope",),
        fixes=(AdoptVideo,),
    ),
    Disagreement(
        name="two videos, the row's has another content",
        arrange=_row_names_other,
        kinds=(Kind.TWO_VIDEOS, Kind.SIZE_DIFFERS, Kind.TITLE_DIFFERS),
        says=(f"its row names {THEIRS}, and kupload uploaded {{own}}", "Size on Kinescope differs from the file: 1"),
        fixes=(),
        left=(Kind.TWO_VIDEOS, Kind.SIZE_DIFFERS, Kind.TITLE_DIFFERS),
    ),
    Disagreement(
        name="a second video of the same content, not ours",
        arrange=foreign_twin,
        kinds=(Kind.TWO_VIDEOS,),
        says=(f"video {THEIRS} has the same size and MD5 as its video {{own}}",),
        left=(Kind.TWO_VIDEOS,),
    ),
    Disagreement(
        name="one video in two rows",
        arrange=_shared,
        kinds=(Kind.TWO_VIDEOS, Kind.SHARED_VIDEO, Kind.SHARED_VIDEO, Kind.SIZE_DIFFERS, Kind.TITLE_DIFFERS),
        says=("One video for two lessons: 2", f"{FIRST}: video {{own}} is also that of {SECOND}"),
        left=(Kind.TWO_VIDEOS, Kind.SHARED_VIDEO, Kind.SHARED_VIDEO, Kind.SIZE_DIFFERS, Kind.TITLE_DIFFERS),
    ),
    Disagreement(
        name="row holds the id of another service",
        arrange=_strange,
        kinds=(Kind.ROW_STRANGE,),
        says=('its row holds "dQw4w9WgXcQ"',),
        left=(Kind.ROW_STRANGE,),
    ),
    Disagreement(
        name="row holds the address of another service and no id",
        arrange=_address_of_another_service,
        kinds=(Kind.ROW_STRANGE,),
        says=('its row holds the address "https://youtu.be/dQw4w9WgXcQ" and no video id',),
        left=(Kind.ROW_STRANGE,),
    ),
    Disagreement(
        name="row holds the address of its video and no id",
        arrange=_address_alone,
        kinds=(Kind.ROW_EMPTY,),
        says=("video {own} exists, and its row holds its address and no id",),
        fixes=(LinkVideo,),
    ),
    *(
        Disagreement(
            name=f"status {status}",
            arrange=_status(status),
            kinds=(kind,),
            says=(f'video {{own}} has status "{status}"',),
            left=(kind,),
        )
        for status, kind in (
            (VideoStatus.ERROR, Kind.STATUS_ERROR),
            (VideoStatus.ABORTED, Kind.STATUS_ABORTED),
            (VideoStatus.PENDING, Kind.STATUS_STUCK),
            (VideoStatus.UPLOADING, Kind.STATUS_STUCK),
            (VideoStatus.PROCESSING, Kind.PROCESSING),
            (VideoStatus.SUSPENDED, Kind.STATUS_SUSPENDED),
        )
    ),
    Disagreement(
        name="Kinescope's original has another size",
        arrange=lambda world: world.emulator.corrupt(video_of(world), size=10),
        kinds=(Kind.SIZE_DIFFERS,),
        says=("video {own} has 10 B", "has 10.2 kB"),
        left=(Kind.SIZE_DIFFERS,),
    ),
    Disagreement(
        name="Kinescope's original has another MD5",
        arrange=lambda world: world.emulator.corrupt(video_of(world)),
        kinds=(Kind.MD5_DIFFERS,),
        says=("video {own} has MD5 00000000000000000000000000000000",),
        left=(Kind.MD5_DIFFERS,),
    ),
    Disagreement(
        name="Kinescope's video lasts otherwise than the file",
        arrange=lambda world: world.emulator.corrupt(video_of(world), duration=7.5),
        kinds=(Kind.DURATION_DIFFERS,),
        says=("Duration on Kinescope differs from the file: 1", "video {own} lasts 8 s", '001_урок.mp4" 10 s'),
        left=(Kind.DURATION_DIFFERS,),
    ),
    Disagreement(
        name="the file was replaced after the upload",
        arrange=_file_replaced,
        kinds=(Kind.FILE_CHANGED,),
        says=("File has changed since its upload: 1",),
        left=(Kind.FILE_CHANGED,),
    ),
    Disagreement(
        name="a video that nobody knows",
        arrange=_stray,
        kinds=(Kind.UNKNOWN_VIDEO,),
        says=(f'video {THEIRS} in the folder of "01_analytics" ("what is this", status "done", 777 B)',),
        left=(Kind.UNKNOWN_VIDEO,),
    ),
    Disagreement(
        name="a file without a lesson",
        arrange=_one_file_more,
        kinds=(Kind.FILE_WITHOUT_LESSON,),
        says=('"01_analytics/m01_start/001b.mp4" belongs to no lesson',),
        left=(Kind.FILE_WITHOUT_LESSON,),
    ),
    Disagreement(
        name="a lesson whose file is gone",
        arrange=_one_file_less,
        kinds=(Kind.LESSON_WITHOUT_FILE,),
        says=(f'{FIRST} has no file; "01_analytics/m01_start/001_урок.mp4" was sent for it',),
        left=(Kind.LESSON_WITHOUT_FILE,),
    ),
    Disagreement(
        name="a lesson that never had a file",
        arrange=_one_row_more,
        kinds=(Kind.LESSON_WITHOUT_FILE,),
        says=("01_analytics_m01_start_004 has no file",),
        left=(Kind.LESSON_WITHOUT_FILE,),
    ),
    Disagreement(
        name="a lesson whose row is gone",
        arrange=_one_row_less,
        kinds=(Kind.LESSON_WITHOUT_ROW,),
        says=(f"{FIRST} has no row in the database",),
        left=(Kind.LESSON_WITHOUT_ROW,),
    ),
    Disagreement(
        name="a lesson that is not uploaded yet",
        arrange=_not_uploaded,
        kinds=(Kind.NOT_UPLOADED,),
        says=('"01_analytics/m02_more/001.mp4" is not uploaded',),
        left=(Kind.NOT_UPLOADED,),
        uploads=True,
    ),
    Disagreement(
        name="two folders of the course's name",
        arrange=_second_folder,
        kinds=(Kind.FOLDER_AMBIGUOUS,),
        says=('2 folders are named "01_analytics"',),
        left=(Kind.FOLDER_AMBIGUOUS,),
    ),
    Disagreement(
        name="the progress was lost, and the row is empty",
        arrange=_row_emptied_and_progress_lost,
        kinds=(Kind.NOT_UPLOADED, Kind.UNKNOWN_VIDEO),
        says=(f"it has the size of {FIRST}", "`kupload verify --deep` compares the MD5."),
        fixes=(AdoptVideo,),
    ),
)
