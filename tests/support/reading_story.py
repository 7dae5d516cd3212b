"""The whole job under one picture of Kinescope: uploads with faults, verify, every fix, folders, doctor."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.audit.compare import Kind
from kinescope_upload.commands.doctor.command import run_doctor
from kinescope_upload.commands.folders import show_folders
from kinescope_upload.emulator import Action, Break, Fault, Route
from kinescope_upload.kinescope.video import embed_url
from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import assign_by_scan_rule
from kinescope_upload.output.options import DisplayOptions
from kinescope_upload.upload import Stage
from support.auditing import THEIRS, look, mend, settings_of
from support.disagreements import foreign_twin
from support.world import KIB, Outcome, World, content_of

if TYPE_CHECKING:
    from kinescope_upload.audit.compare import Report
    from kinescope_upload.emulator import VideoFact
    from kinescope_upload.model import Assignment

__all__ = ["LONG_TITLE", "arrange", "break_things", "check_fixed", "check_promise", "check_views", "upload_with_faults"]

COURSE: Final = "01_analytics"
SECOND_COURSE: Final = "02_ads"
SIZES: Final = (3 * KIB, 300 * KIB, 600 * KIB, 280 * KIB, 12 * KIB)
LONG_TITLE: Final = "Урок о том, как читать отчёты и не терять ни одной цифры " * 4
_RUNS: Final = 4
_DONE: Final = frozenset({Stage.LINKED, Stage.VERIFIED})


@dataclass(frozen=True, kw_only=True)
class Told:
    """What `doctor` and `folders` said."""

    exit_code: int
    text: str


def arrange(world: World) -> None:
    """Two courses of small files and their rows; Kinescope has no folder yet."""
    for number, size in enumerate(SIZES, start=1):
        _add_file(world, f"{COURSE}/m01_start/{number:03d}_урок.mp4", size)
    _add_file(world, f"{SECOND_COURSE}/m01_start/001_реклама.mp4", 5 * KIB)
    world.add_lessons()
    world.database.execute(f"UPDATE \"Lesson\" SET title = '{LONG_TITLE}' WHERE id = '{_lesson(2)}'")
    world.options["chunk_size"] = "256KiB"
    world.environment["KUPLOAD_RETRY_BASE"] = "0.01"


def _add_file(world: World, path: str, size: int) -> None:
    file = world.library / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content_of(size, seed=path))


def _lesson(number: int) -> str:
    return f"{COURSE}_m01_start_{number:03d}"


def upload_with_faults(world: World) -> Outcome:
    """Runs until all is linked or a run changes nothing more; the answers of the first run break in many places."""
    third = next(row for row in assignments(world) if row.lesson_id == _lesson(3))
    world.emulator.faults.add(
        Fault(route=Route.FOLDERS_CREATE, action=Action.LOSE_ANSWER, times=1),
        Fault(route=Route.INIT, action=Action.LOSE_ANSWER, times=2),
        Fault(route=Route.PATCH, action=Action.EXPIRE, keep=300 * KIB, match=f"Урок {third.file.stem}"),
        Fault(route=Route.VIDEO_DELETE, action=Action.LOSE_ANSWER, times=1),
    )
    world.link.cut(after=200 * KIB, by=Break.RST, times=1)
    outcome = world.upload(create_folders=True)
    struck = {fault.route for fault in world.emulator.faults.active()}.isdisjoint({Route.INIT, Route.PATCH})
    assert struck, "a fault of the first run met no request"
    for _ in range(_RUNS):
        if outcome.exit_code == 0:
            break
        world.link.heal()
        outcome = world.upload(create_folders=True)
    return outcome


def assignments(world: World) -> list[Assignment]:
    """Every lesson with its file."""
    return list(assign_by_scan_rule(scan(world.library).files))


def check_promise(world: World, last: Outcome) -> None:
    """One complete video per lesson in its folder and its row, no orphan of ours, nothing deleted that was complete.

    Where a reading makes that impossible, the run must have said so: exit code 1, a reason and a way out for each
    lesson that is left, and no video of ours that none of these sentences names.
    """
    assert last.exit_code in {0, 1}, last.said
    assert [video for video in world.emulator.accounting.deletions() if video.complete] == []
    videos = {video.id: video for video in world.emulator.videos() if not video.foreign}
    used, undone = set(), set()
    for one in assignments(world):
        record = world.records[one.lesson_id]
        if record.stage not in _DONE:
            undone.add(one.lesson_id)
            continue
        assert record.video_id is not None
        used.add(record.video_id)
        _check_video(world, one, videos[record.video_id])
    told = {one["lesson_id"]: f"{one['reason']} {one['hint']}" for one in last.events("lesson_failed")}
    assert undone == told.keys(), (undone, last.said)
    assert all(one["hint"] for one in last.events("lesson_failed"))
    unnamed = [video for key, video in videos.items() if key not in used and not _is_named(key, told)]
    assert unnamed == [], (unnamed, told)
    assert (last.exit_code == 0) is (not undone)


def _check_video(world: World, one: Assignment, video: VideoFact) -> None:
    assert video.complete, video
    assert world.emulator.bytes_of(video.id).read_bytes() == (world.library / one.file.path).read_bytes()
    assert video.folder_id == world.emulator.folder_named(one.course).id
    row_id, row_url = world.database.videos()[one.lesson_id]
    assert row_id == video.id
    assert row_url is not None
    assert row_url.startswith("https://kinescope.io/embed/")


def _is_named(video_id: str, told: dict[str, str]) -> bool:
    return any(video_id in sentence for sentence in told.values())


def break_things(world: World) -> None:
    """One disagreement for each fix: row emptied, wrong folder, title, video deleted, row names another's twin."""
    ids = {number: world.records[_lesson(number)].video_id or "" for number in range(1, 6)}
    world.database.set_video(_lesson(1), None)
    other = world.emulator.create_folder("something else").id
    world.emulator.change_video(ids[2], parent_id=other)
    world.emulator.change_video(ids[3], title="den_3")
    world.emulator.delete_video(ids[4])
    foreign_twin(world, _lesson(5))
    world.database.set_video(_lesson(5), THEIRS, embed_url(THEIRS))


def check_fixed(world: World) -> Report:
    """Repairs, uploads what is left to upload, and returns what `verify` finds then."""
    ours = world.records[_lesson(5)].video_id
    result = mend(world)
    assert result.failed == 0
    deleted = {video.id for video in world.emulator.accounting.deletions() if video.complete}
    assert deleted <= {ours}, "only a proven duplicate of ours may go"
    outcome = world.upload()
    report = look(world)
    kinds = {one.kind for one in report.findings if not one.kind.is_note}
    if not kinds:
        assert outcome.exit_code == 0
    assert kinds <= {Kind.TWO_VIDEOS}, [one.reason for one in report.findings]
    return report


def check_views(world: World) -> Told:
    """`folders` finds every course's folder, and `doctor` finds nothing wrong; returns what the latter said."""
    for answer in (show_views(world, "folders"), told := show_views(world, "doctor")):
        assert answer.exit_code == 0, answer.text
    return told


def show_views(world: World, command: str) -> Told:
    """One of the two commands in this process."""
    out = io.StringIO()
    settings, options = settings_of(world, json=True), DisplayOptions(as_json=True)
    code = (
        run_doctor(settings, options, out)
        if command == "doctor"
        else show_folders(settings, options, out, create=False)
    )
    return Told(exit_code=code, text=json.dumps([json.loads(line) for line in out.getvalue().splitlines()], indent=1))
