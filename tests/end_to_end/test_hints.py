"""Advice is a contract: whoever types what kupload advises comes to an end, and never in a circle.

From a situation a person runs a command and types the first (or the last) command that its output advises, and so on.
Each step goes on, or the state of the world has changed; at the end nothing is advised any more, and all is done (exit
code 0), or what is left is prose for a person.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Action, Fault, ForeignVideo, Route, VideoStatus
from kinescope_upload.errors import UsageError
from kinescope_upload.progress import read_records
from kinescope_upload.progress.format import encode_record
from kinescope_upload.progress.journal import Fingerprint, Journal, journal_of
from support import kupload
from support.advice import COMMANDS, PLACEHOLDER
from support.auditing import THEIRS, uploaded
from support.disagreements import ROWS, Disagreement
from support.old_progress_cases import NAME, video_of, write_old_progress
from support.old_progress_cases import uploaded as old_upload
from support.replacing import confirm, publish, shoot_again, undo
from support.terminal import open_terminal
from support.world import KIB, World, WorldMaker, content_of, date_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kinescope_upload.text.hints import Command
    from kinescope_upload.upload import Record

COURSE = "02 второй курс"
LESSON = "01_analytics_m01_start_001"
X = PLACEHOLDER
MOST_STEPS = 14
_PATIENCE = ("--max-wait", "1s")
"""What the test adds to a command that waits for Kinescope; nobody else is in a hurry."""
ACCEPTS = "\n" * 20
ADVICE = re.compile(r"`(?P<hint>kupload[^`]*)`|^(?:Next:?|  next:|\s+\$) +(?P<line>kupload[^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A situation, the command that is typed in it first, and what is done elsewhere.

    Attributes:
        name: What it is.
        arrange: Makes it.
        command: What is typed first.
        needs_person: Whether a person has to do something elsewhere in the end.
        meanwhile: What happens while a command waits.
    """

    name: str
    arrange: Callable[[World], None]
    command: tuple[str, ...] = ()
    needs_person: bool = False
    meanwhile: Callable[[World], None] | None = None


def _fill(world: World) -> None:
    world.fill((10 * KIB, 20 * KIB))


def _alike(world: World) -> list[Path]:
    """Two files of one size and time, each with its own content, and a lesson for each."""
    world.fill((10 * KIB, 10 * KIB))
    files = sorted((world.library / "01_analytics/m01_start").iterdir())
    for file in files:
        os.utime(file, ns=(files[0].stat().st_mtime_ns,) * 2)
    return files


def _files_exchanged(world: World) -> None:
    _linked(world)
    first, second = sorted((world.library / "01_analytics/m01_start").iterdir())
    aside = world.library / "aside"
    first.rename(aside)
    second.rename(first)
    aside.rename(second)


def _new_cut_beside_the_old_one(world: World) -> None:
    _linked(world)
    first, _ = sorted((world.library / "01_analytics/m01_start").iterdir())
    first.rename(first.with_name("009_old.mp4"))
    world.add_file(f"01_analytics/m01_start/{first.name}", content_of(50 * KIB, seed="new"))


def _alike_exchanged(world: World) -> None:
    first, second = _alike(world)
    world.upload()
    confirm(world, {LESSON: second, "01_analytics_m01_start_002": first})


def _rewritten_in_place(world: World) -> None:
    file, _ = _alike(world)
    world.upload()
    time = file.stat().st_mtime_ns
    file.write_bytes(content_of(10 * KIB, seed="rewritten"))
    os.utime(file, ns=(time, time))


def _complete_and_exchanged(world: World) -> None:
    """Every byte of a file has arrived, which nobody heard; then a person gives the lesson another file."""
    world.fill((10 * KIB,))
    lost = Fault(route=Route.PATCH, action=Action.LOSE_ANSWER, times=None)
    world.emulator.faults.add(lost, Fault(route=Route.HEAD, status=500, times=None))
    world.upload(retries="0")
    world.emulator.faults.clear()
    confirm(world, {LESSON: world.add_file("01_analytics/m01_start/003_new.mp4", content_of(11 * KIB, seed="new"))})
    (world.library / "01_analytics/m01_start/001_урок.mp4").unlink()


def _without_folder(world: World) -> None:
    file = world.library / COURSE / "m01/001.mp4"
    file.parent.mkdir(parents=True)
    file.write_bytes(content_of(KIB, seed="first"))
    date_back(file)
    world.add_lessons()


def _two_folders(world: World) -> None:
    _fill(world)
    world.emulator.create_folder("01_analytics")


def _pin_astray(world: World) -> None:
    _fill(world)
    text = '[folders]\n01_analytics = "00000000-0000-4000-8000-000000000000"\n'
    (world.folder / "kupload.toml").write_text(text, encoding="utf-8")


def _linked(world: World, **options: object) -> None:
    _fill(world)
    assert world.upload(**options).exit_code == 0


def _row_emptied(world: World) -> None:
    _linked(world)
    world.database.set_video(LESSON, None)


def _video_deleted(world: World) -> None:
    _linked(world)
    world.emulator.delete_video(world.records[LESSON].video_id or "")


def _shot_again(world: World) -> None:
    _linked(world)
    shoot_again(world, LESSON)


def _shot_again_under_a_new_name(world: World) -> None:
    _linked(world)
    content = shoot_again(world, LESSON)
    path = world.records[LESSON].path or ""
    (world.library / path).unlink()
    world.add_file(f"{path.rpartition('/')[0]}/001 Урок 001_урок, new cut.mp4", content)


def _shot_again_without_a_title(world: World) -> None:
    _shot_again_under_a_new_name(world)
    folder = world.library / "01_analytics/m01_start"
    (folder / "001 Урок 001_урок, new cut.mp4").rename(folder / "001_new_cut.mp4")


def _text_for_a_video(world: World) -> None:
    _linked(world)
    world.add_file("01_analytics/m02_more/001.mp4", b"<html>Not found</html>\n" * 100)
    world.database.add_lessons([("01_analytics_m02_more_001", "01_analytics", "More")])


def _one_put_in_front(world: World) -> None:
    _linked(world)
    world.add_file("01_analytics/m01_start/000_first.mp4", content_of(5 * KIB, seed="in front"))
    world.database.add_lessons([("01_analytics_m01_start_000", "01_analytics", "In front")])


def _one_put_in_front_and_run(world: World) -> None:
    _one_put_in_front(world)
    world.upload()


def _newer_progress(world: World) -> None:
    _linked(world)
    path = world.progress / "01_analytics.json"
    data = json.loads(path.read_text("utf-8")) | {"format": 99}
    path.write_text(json.dumps(data), "utf-8")


def _unlinked(world: World) -> None:
    _linked(world)
    undo(world, LESSON)


def _contradicting(world: World) -> None:
    """The journal that a killed run left behind is beside a file that was put back."""
    _linked(world)
    record = replace(world.records[LESSON], video_id=THEIRS, attempted_at=datetime(2030, 1, 1, tzinfo=UTC))
    path = world.progress / "01_analytics.json"
    journal = Journal(journal_of(path), "01_analytics", Fingerprint(length=1, crc=1))
    journal.append([encode_record(record)])
    journal.close()


def _unreadable_journal(world: World) -> None:
    """A disk has spoiled a line in the middle of what a killed run left behind."""
    _half_sent(world)
    path = world.progress / "01_analytics.json"
    journal = Journal(journal_of(path), "01_analytics", Fingerprint.of([path.read_bytes()]))
    journal.append([encode_record(world.records[LESSON])])
    journal.close()
    head, line = journal_of(path).read_bytes().splitlines(keepends=True)
    journal_of(path).write_bytes(b"".join([head, b"\x00\x07" * 20 + b"\n", line]))


def _unreadable_progress(world: World) -> None:
    _linked(world)
    path = world.progress / "01_analytics.json"
    path.write_bytes(bytes(path.stat().st_size))


def _begun_from_another_file(world: World) -> None:
    """A person gives a lesson another file while its upload is begun, and one that is linked the file of that."""
    world.fill((400 * KIB, 20 * KIB))
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=100 * KIB, times=None, match="001"))
    assert world.upload(retries="0").exit_code != 0
    world.emulator.faults.clear()
    first, second = sorted(world.records)
    files = {key: world.library / (world.records[key].path or "") for key in (first, second)}
    confirm(world, {first: files[second], second: files[first]})


def _begun_replacement_contradicted(world: World) -> None:
    """A replacement that was cut off, and a pair that names a third file since."""
    _linked(world)
    folder = "01_analytics/m01_start"
    files = [world.add_file(f"{folder}/дубль {n}.mp4", content_of((400 + n) * KIB, seed=str(n))) for n in (1, 2)]
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=100 * KIB, times=None))
    assert publish(world, LESSON, file=str(files[0]), retries="0").exit_code != 0
    world.emulator.faults.clear()
    confirm(world, {LESSON: files[1]})


def _all_shot_again(world: World) -> None:
    _linked(world)
    for lesson_id in world.records:
        shoot_again(world, lesson_id)


def _text_as_a_new_cut(world: World) -> None:
    _linked(world)
    (world.library / (world.records[LESSON].path or "")).write_bytes(b"<html>Not found</html>\n" * 100)


def _row_taken_in_mid_replacement(world: World) -> None:
    """Another machine publishes the same new cut, at the moment when this one is about to switch the row."""
    _shot_again(world)
    old, content = world.records[LESSON], (world.library / (world.records[LESSON].path or "")).read_bytes()
    video = world.emulator.video(old.video_id or "")
    world.emulator.add_foreign_video(
        ForeignVideo(
            id=THEIRS,
            title=video.title,
            parent_id=video.folder_id or "",
            filename=video.filename,
            size=len(content),
            md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        )
    )
    world.database.execute(
        f"""
        CREATE FUNCTION other_machine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE "Lesson" SET "videoId" = '{THEIRS}', "videoUrl" = 'https://kinescope.io/embed/{THEIRS}'
            WHERE id = NEW.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER other_machine BEFORE UPDATE ON "Lesson" FOR EACH ROW
        WHEN (OLD."videoId" = '{old.video_id}' AND NEW."videoId" NOT IN ('{old.video_id}', '{THEIRS}'))
        EXECUTE FUNCTION other_machine()
        """
    )


def _address_alone(world: World) -> None:
    _fill(world)
    world.database.set_video(LESSON, None, "https://youtu.be/dQw4w9WgXcQ")


def _half_sent(world: World) -> None:
    world.fill((400 * KIB,))
    world.emulator.faults.add(Fault(route=Route.PATCH, action=Action.DROP, keep=100 * KIB, times=None))
    assert world.upload(retries="0").exit_code != 0
    world.emulator.faults.clear()


def _old_progress(world: World) -> None:
    _fill(world)
    world.database.set_video(LESSON, video_of(LESSON))
    write_old_progress(world.folder / NAME, [old_upload(LESSON)])


def _all_by_options(world: World) -> None:
    """Nothing but options says where library and progress are, and there is no database."""
    _without_folder(world)
    world.library.rename(world.folder / "my library")
    for name in ("KUPLOAD_LIBRARY", "KUPLOAD_PROGRESS", "DATABASE_URL"):
        del world.environment[name]


def _other_project(world: World) -> None:
    _fill(world)
    world.environment["KINESCOPE_PROJECT_ID"] = "00000000-0000-4000-8000-000000000000"


def _removed_everywhere(world: World) -> None:
    """A lesson that a person confirmed is taken out of the library and the database."""
    _linked(world)
    confirm(world, {lesson: world.library / (record.path or "") for lesson, record in world.records.items()})
    undo(world, LESSON, delete=True)
    (world.library / "01_analytics/m01_start/001_урок.mp4").unlink()
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{LESSON}'")


def _row_removed(world: World) -> None:
    """A lesson that a person confirmed is taken out of the database alone."""
    _linked(world)
    confirm(world, {lesson: world.library / (record.path or "") for lesson, record in world.records.items()})
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{LESSON}'")


def _two_files_confirmed(world: World) -> None:
    _fill(world)
    files = sorted((world.library / "01_analytics/m01_start").iterdir())
    matched = [{"filePath": one.relative_to(world.library).as_posix(), "lessonId": LESSON} for one in files]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": matched}), "utf-8")


def _shared_without_files(world: World) -> None:
    """Nobody knows whose the video is that two rows name."""
    _linked(world)
    records = world.records
    shutil.rmtree(world.progress)
    world.database.set_video("01_analytics_m01_start_002", records[LESSON].video_id)
    for record in records.values():
        (world.library / (record.path or "")).unlink()


def _disagreeing(row: Disagreement) -> Callable[[World], None]:
    def arrange(world: World) -> None:
        uploaded(world)
        row.arrange(world)

    return arrange


def _processed(world: World) -> None:
    for video in world.emulator.videos():
        world.emulator.set_status(video.id, VideoStatus.DONE)


PROCESSED = {f"status {one}" for one in (VideoStatus.PENDING, VideoStatus.UPLOADING, VideoStatus.PROCESSING)}
"""Where Kinescope has only to be waited for."""
ELSEWHERE = {
    "status suspended": "Kinescope's plan",
    "a file without a lesson": "only a person knows whose it is",
    "a lesson whose file is gone": "its file is put back",
    "a lesson that never had a file": "its file is made",
    "a lesson whose row is gone": "the row is put back",
}
"""What is left to a person, by the disagreement's name."""
SITUATIONS = [
    Situation(name="nothing uploaded yet", arrange=_without_folder, command=("verify",)),
    Situation(name="no folder", arrange=_without_folder),
    Situation(name="no folder, with other courses", arrange=_without_folder, command=("folders",)),
    Situation(name="two folders", arrange=_two_folders),
    Situation(name="a pin of nothing", arrange=_pin_astray, command=("folders",)),
    Situation(name="a pin of nothing, in a run", arrange=_pin_astray),
    Situation(name="without the database", arrange=_fill, command=("--no-db", "--trust-scan")),
    Situation(name="the status of nothing", arrange=_fill, command=("--status",)),
    Situation(name="the status without the database", arrange=_fill, command=("--status", "--no-db", "--trust-scan")),
    Situation(name="an emptied row", arrange=_row_emptied, command=("verify",)),
    Situation(name="an emptied row, in a run", arrange=_row_emptied),
    Situation(name="a row that holds an address and no id, in a run", arrange=_address_alone),
    Situation(name="a deleted video", arrange=_video_deleted, command=("verify",)),
    Situation(name="a half-sent file", arrange=_half_sent, command=("verify",)),
    Situation(name="a new cut", arrange=_shot_again),
    Situation(name="a new cut, in the status", arrange=_shot_again, command=("--status",)),
    Situation(name="a new cut, in a dry run", arrange=_shot_again, command=("--dry-run",)),
    Situation(name="a new cut under a new name", arrange=_shot_again_under_a_new_name),
    Situation(name="a new cut without a title, verified", arrange=_shot_again_without_a_title, command=("verify",)),
    Situation(name="a new cut under a new name, verified", arrange=_shot_again_under_a_new_name, command=("verify",)),
    Situation(name="a text for a video", arrange=_text_for_a_video),
    Situation(name="a text for a video, checked", arrange=_text_for_a_video, command=("check",), needs_person=True),
    Situation(name="two new cuts", arrange=_all_shot_again),
    Situation(name="two new cuts, in the status", arrange=_all_shot_again, command=("--status",)),
    Situation(name="a text as a new cut", arrange=_text_as_a_new_cut, command=("replace", LESSON)),
    Situation(
        name="a row that another machine wrote in mid-replacement",
        arrange=_row_taken_in_mid_replacement,
        command=("replace", LESSON),
    ),
    Situation(name="an unlinked lesson", arrange=_unlinked, command=("verify",)),
    Situation(name="a file that contradicts its journal", arrange=_contradicting),
    Situation(name="a journal that cannot be read", arrange=_unreadable_journal),
    Situation(name="a progress file that cannot be read", arrange=_unreadable_progress, command=("verify",)),
    Situation(name="a begun lesson that was given another file", arrange=_begun_from_another_file, command=("verify",)),
    Situation(
        name="a begun replacement and a pair of a third file",
        arrange=_begun_replacement_contradicted,
        command=("repair",),
        needs_person=True,  # whose the files are that no lesson has
    ),
    Situation(name="a map that is written", arrange=_fill, command=("map", "--write", "map.json")),
    Situation(name="a confirmed lesson that was removed", arrange=_removed_everywhere),
    Situation(name="a confirmed lesson that was removed, verified", arrange=_removed_everywhere, command=("verify",)),
    Situation(
        name="a confirmed lesson without a row",
        arrange=_row_removed,
        command=("verify",),
        needs_person=True,  # the file is taken out as well
    ),
    Situation(name="two files confirmed for a lesson", arrange=_two_files_confirmed),
    Situation(
        name="one video in two rows whose files are gone",
        arrange=_shared_without_files,
        command=("repair",),
        needs_person=True,  # the files are put back
    ),
    Situation(name="nothing named to unlink", arrange=_linked, command=("unlink",), needs_person=True),
    Situation(name="a video named alone", arrange=_unlinked, command=("repair", "--video", THEIRS), needs_person=True),
    Situation(name="alike files exchanged", arrange=_alike_exchanged),
    Situation(name="alike files exchanged, verified", arrange=_alike_exchanged, command=("verify", "--deep")),
    Situation(name="files exchanged, verified", arrange=_files_exchanged, command=("verify",)),
    Situation(name="files exchanged, in the status", arrange=_files_exchanged, command=("--status",)),
    Situation(
        name="a new cut, and the old one under another name",
        arrange=_new_cut_beside_the_old_one,
        command=("repair",),
        needs_person=True,  # whose the old file is
    ),
    Situation(name="a file rewritten in place", arrange=_rewritten_in_place, command=("verify", "--deep")),
    Situation(name="complete, and its file exchanged", arrange=_complete_and_exchanged),
    Situation(name="complete, and its file exchanged, verified", arrange=_complete_and_exchanged, command=("verify",)),
    Situation(name="one put in front", arrange=_one_put_in_front),
    Situation(name="one put in front, the status", arrange=_one_put_in_front_and_run, command=("--status",)),
    Situation(name="one put in front, in the map", arrange=_one_put_in_front, command=("map",)),
    Situation(name="a newer progress format", arrange=_newer_progress, needs_person=True),
    Situation(
        name="a newer progress format, verified", arrange=_newer_progress, command=("verify",), needs_person=True
    ),
    Situation(
        name="sent without checksums", arrange=lambda world: _linked(world, no_checksum=True), command=("verify",)
    ),
    Situation(name="the old system's progress", arrange=_old_progress),
    Situation(name="an option in the wrong place", arrange=_linked, command=("--dry-run", "verify"), needs_person=True),
    Situation(
        name="everything by options",
        arrange=_all_by_options,
        command=("--library", "my library", "--progress", "my progress", "--no-db", "--trust-scan"),
        needs_person=True,
    ),
    Situation(name="a project that is none", arrange=_other_project, needs_person=True),
    *(
        Situation(
            name=row.name,
            arrange=_disagreeing(row),
            command=("verify",),
            needs_person=row.name in ELSEWHERE,
            meanwhile=_processed if row.name in PROCESSED else None,
        )
        for row in ROWS
    ),
]

WALKED: Mapping[Command, tuple[str, int]] = {
    (): ("nothing uploaded yet", 0),
    ("--course", X): ("the status of nothing", 0),
    ("--map", X, "--dry-run"): ("a map that is written", 0),
    ("--send-broken",): ("a text for a video", 0),
    ("doctor",): ("a project that is none", 0),
    ("folders",): ("no folder", -1),
    ("folders", "--create"): ("no folder", 0),
    ("folders", "--create", "--course", X): ("no folder", 0),
    ("folders", "--pin", X): ("two folders", 0),
    ("import-progress", X): ("the old system's progress", -1),
    ("map",): ("nothing named to unlink", -1),
    ("map", "--confirm"): ("one put in front", 0),
    ("map", "--forget", X): ("a confirmed lesson that was removed", 0),
    ("repair",): ("a deleted video", 0),
    ("repair", "--by-file", X): ("a file that contradicts its journal", 0),
    ("repair", "--by-journal", X): ("a file that contradicts its journal", -1),
    ("repair", "--delete-unknown"): ("a video named alone", 0),
    ("repair", "--delete-unknown", "--course", X, "--video", X): ("a second video of the same content, not ours", 0),
    ("repair", "--delete-unknown", "--video", X): ("a video named alone", 0),
    ("repair", "--set-aside", X): ("a journal that cannot be read", 0),
    ("replace", "--changed"): ("two new cuts", -1),
    ("replace", "--changed", "--course", X): ("two new cuts, in the status", 0),
    ("replace", X): ("a new cut", 0),
    ("replace", X, "--drop"): ("a begun replacement and a pair of a third file", -1),
    ("replace", X, "--send-broken"): ("a text as a new cut", 0),
    ("replace", X, X): ("a new cut under a new name, verified", 0),
    ("unlink", X): ("an emptied row, in a run", -1),
    ("unlink", X, "--delete"): ("one video in two rows", 0),
    ("verify",): ("a deleted video", 0),
    ("verify", "--course", X, "--deep"): ("one video in two rows", -1),
    ("verify", "--course", X, "--wait"): (f"status {VideoStatus.ABORTED}", -1),
    ("verify", "--deep"): ("sent without checksums", 0),
    ("verify", "--wait"): (f"status {VideoStatus.PENDING}", 0),
}
"""Where each command that kupload advises is typed: the situation, and which command is taken there."""
NOT_WALKED: Mapping[Command, str] = {
    ("--dry-run",): "the rest of what a first run's plan, or a note about titles, has no room for: test_first_run.py",
    ("--dry-run", "--library", X): "a library named at the wrong depth: test_idle_courses.py",
    ("--dry-run", "--offline"): "--offline without --dry-run: test_dry_run.py",
    ("--status",): "the demo's",
    ("--status", "--watch"): "goes on until Ctrl+C, where --watch stands alone: test_looking_in.py",
    ("--web",): "serves a page until the run ends, where a port is taken: monitor/web",
    ("bwlimit", "2M"): "tells another run, on its page: test_tell.py",
    ("jobs", "2"): "tells another run, on its page: test_tell.py",
    ("cluster", "init"): "for several machines: cluster/test_workers.py",
    ("cluster", "init", "--progress", X): "for several machines: cluster/test_transfer.py",
    ("cluster", "enqueue"): "for several machines: cluster/test_workers.py",
    ("cluster", "worker"): "for several machines: cluster/test_workers.py",
    ("cluster", "export"): "for several machines: cluster/test_transfer.py",
    ("cluster", "cancel", "--course", X): "for several machines: cluster/test_others.py",
    ("cluster", "init", "--print-sql"): "for several machines: cluster/test_store.py",
    ("--new-progress",): "for several machines: cluster/test_workers.py",
    ("page",): "gives an address of another run's page: test_page.py",
    ("notify", "--test"): "sends a message to a service: test_notify.py",
    ("setup",): "asks a person for everything: test_setup.py",
    ("setup", "--example"): "prints a file, where there is no terminal: test_setup.py",
    ("check",): "advised where a dry run has no time to look into all files: test_broken_files.py",
    ("resume",): "ends the pause of a run that is still at work: test_tell.py",
    ("stop",): "ends another run: test_interruption.py",
}


def test_every_command_that_is_advised_is_typed_somewhere() -> None:
    assert set(COMMANDS) == WALKED.keys() | NOT_WALKED.keys()
    assert {name for name, _ in WALKED.values()} <= {one.name for one in SITUATIONS}


def _is_of(command: Command, shape: Command) -> bool:
    """Whether this is the command, perhaps with the options that the process was given."""
    more = command[len(shape) :]
    is_like = all(wanted in {word, X} for word, wanted in zip(command, shape, strict=False))
    return len(command) >= len(shape) and is_like and (not more or more[0].startswith("--"))


@pytest.mark.slow
@pytest.mark.parametrize("choice", [pytest.param(0, id="the first"), pytest.param(-1, id="the last")])
@pytest.mark.parametrize("situation", [pytest.param(one, id=one.name) for one in SITUATIONS])
def test_whoever_types_what_is_advised_comes_to_an_end(situation: Situation, choice: int, worlds: WorldMaker) -> None:
    world = worlds(unique_folder_names=False)
    situation.arrange(world)
    command, is_done = situation.command, False
    story: list[str] = []
    taken: set[tuple[str, Command, Command]] = set()
    state_at_start = _state(world)
    for _ in range(MOST_STEPS):
        if situation.meanwhile and "--wait" in command:
            situation.meanwhile(world)
        exit_code, text = _type(world, command)
        story.append(f"$ {shlex.join(('kupload', *command))}\n{text}({exit_code})")
        assert "No such" not in text, "\n".join(story)
        is_done = exit_code == 0 if command == situation.command else is_done
        state = _state(world)
        for_us = [one for one in _advised(text) if one[:1] != ("setup",)]  # that asks a person for everything
        if advised := [one for one in for_us if (state, command, one) not in taken]:
            taken.add((state, command, advised[choice]))
            command = advised[choice]
        elif not is_done and state != state_at_start:
            command, state_at_start = situation.command, state
        else:
            assert exit_code == 0 or not for_us, "the same advice comes again:\n" + "\n".join(story)
            assert situation.needs_person or (is_done and exit_code == 0), "\n".join(story)
            break
    else:
        pytest.fail("It has no end:\n" + "\n".join(story))
    expected = [shape for shape, walk in WALKED.items() if walk == (situation.name, choice)]
    typed = [advised for _, _, advised in taken]
    assert [shape for shape in expected if not any(_is_of(one, shape) for one in typed)] == [], "\n".join(story)


def test_what_is_advised_is_read_from_all_places_where_it_stands() -> None:
    assert _advised("in doubt: look. See what `kupload verify` says.\nNext       kupload repair\n") == [
        ("verify",),
        ("repair",),
    ]
    assert _advised("→ `kupload folders --create\n    --course 01`, or `kupload`.") == [
        ("folders", "--create", "--course", "01"),
        (),
    ]


def _type(world: World, command: tuple[str, ...]) -> tuple[int, str]:
    """Runs the command as a person does, who has a keyboard; its exit code, and what it said."""
    keyboard, terminal = open_terminal()
    needs_screen = command[:2] == ("map", "--confirm")
    try:
        os.write(keyboard, _answer(world, command).encode())
        process = kupload.start(
            [*command, *(_PATIENCE if "--wait" in command else ())],
            cwd=world.folder,
            env=world.process_environment,
            stdin=terminal,
            stdout=terminal if needs_screen else subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        os.close(terminal)
        shown = _screen(keyboard) if needs_screen else ""
        stdout, stderr = process.communicate(timeout=120)
    finally:
        os.close(keyboard)
    return process.returncode, shown + (stdout or "") + stderr


def _screen(keyboard: int) -> str:
    """What a command shows at the terminal until it ends."""
    shown = b""
    with suppress(OSError):  # nobody has the terminal any more
        while block := os.read(keyboard, 64 * KIB):
            shown += block
    return shown.decode().replace("\r", "")


def _answer(world: World, command: tuple[str, ...]) -> str:
    """What a person types where the command asks: yes, what is proposed, or the course whose lessons are unlinked."""
    match command:
        case ("unlink", lesson_id, *_):
            return next(f"{path.name}\n" for path in world.library.iterdir() if lesson_id.startswith(path.name))
        case ("map", *_):
            return ACCEPTS
        case ("repair" | "replace", *_):
            return "y\n" * 5
        case _:
            return ""


def _advised(text: str) -> list[tuple[str, ...]]:
    """The commands that the output advises, each once, in its order."""
    found = (" ".join((one["hint"] or one["line"]).split()) for one in ADVICE.finditer(text))
    return list(dict.fromkeys(tuple(shlex.split(one)[1:]) for one in found))


def _state(world: World) -> str:
    """All that a command may change: rows, videos, folders, progress and settings."""
    videos = sorted(
        (video.id, str(video.status), video.folder_id or "", video.title) for video in world.emulator.videos()
    )
    folders = sorted((folder.id, folder.name) for folder in world.emulator.folders())
    records = sorted(
        (record.lesson_id, str(record.stage), record.video_id or "", str(record.modified_ns))
        for folder in world.folder.glob("*progress")
        for record in _records(folder)
    )
    settings = [path.read_text("utf-8") for path in (*world.folder.glob("*.toml"), *world.library.glob("*.json"))]
    return repr((world.database.videos(), videos, folders, records, settings))


def _records(folder: Path) -> Iterable[Record]:
    with suppress(UsageError):
        return read_records(folder).values()
    return ()
