"""What tests of replaced, unlinked and unknown videos share."""

from __future__ import annotations

import io
import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kinescope_upload.cli.outcome import run_command
from kinescope_upload.commands.replace.choice import ReplaceOptions
from kinescope_upload.commands.replace.command import Replacement, replace_lessons
from kinescope_upload.commands.replace.view import show_replacements
from kinescope_upload.commands.unlink import UnlinkResult, unlink
from kinescope_upload.commands.upload import Screen
from kinescope_upload.output.options import DisplayOptions
from support import kupload
from support.auditing import Ears, settings_of
from support.terminal import open_terminal
from support.world import KIB, Outcome, content_of, date_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from support.world import World

COURSE = "01_analytics"


def file_of(world: World, lesson_id: str) -> Path:
    """The file that was last sent for the lesson, or is to be."""
    path = world.records[lesson_id].path
    assert path is not None
    return world.library / path


def shoot_again(world: World, lesson_id: str, size: int = 60 * KIB, *, seed: str = "again") -> bytes:
    """Another cut takes the place of the lesson's file."""
    content = content_of(size, seed=f"{lesson_id} {seed}")
    file = file_of(world, lesson_id)
    file.write_bytes(content)
    for _ in seed:  # each cut has a time of its own, and none is young
        date_back(file)
    return content


def confirm(world: World, pairs: dict[str, Path]) -> None:
    """What `kupload map --confirm` writes when a person says so."""
    matched = [
        {"filePath": file.relative_to(world.library).as_posix(), "lessonId": lesson} for lesson, file in pairs.items()
    ]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": matched}), "utf-8")


def publish(
    world: World,
    *lessons: str,
    file: str | None = None,
    changed: bool = False,
    keep: int | None = None,
    drop: bool = False,
    **options: object,
) -> Outcome:
    """`kupload replace --yes` in this process."""
    settings = settings_of(world, **options, json=True)
    wanted = ReplaceOptions(lessons=lessons, file=file, changed=changed, keep=keep, drop=drop)
    out = io.StringIO()
    screen = Screen(DisplayOptions(as_json=True), out, io.StringIO(), world.disk)

    def agree(found: Sequence[Replacement]) -> bool:
        show_replacements(found, screen.options, out)
        return bool(found)

    code = run_command(lambda: replace_lessons(settings, wanted, screen, agree, Ears()))
    return Outcome(exit_code=code, said=tuple(json.loads(line) for line in out.getvalue().splitlines()))


def undo(world: World, *lessons: str, delete: bool = False, **options: object) -> UnlinkResult:
    """`kupload unlink` in this process; without lessons, the whole course."""
    options = options if lessons else {"courses": [COURSE], **options}
    result = unlink(settings_of(world, **options), lessons, bool, Ears(), deletes=delete)
    assert result is not None
    return result


def typed(world: World, text: str, *arguments: str) -> Outcome:
    """A run of `kupload` with a terminal for its input, on which a person types."""
    master, slave = open_terminal()
    try:
        os.write(master, text.encode())
        done = kupload.run(
            arguments,
            cwd=world.folder,
            env=world.process_environment,
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    finally:
        os.close(slave)
        os.close(master)
    return Outcome(exit_code=done.returncode, said=(), text=done.stdout)


def change_old_videos(world: World, **facts: object) -> None:
    """Sets these facts of every old video in the progress file, as a person with an editor would."""
    path = world.progress / f"{COURSE}.json"
    data = json.loads(path.read_text("ascii"))
    for record in data["lessons"].values():
        for old in record.get("old_videos", ()):
            old.update(facts)
    path.write_text(json.dumps(data), "ascii")


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def videos_of(world: World) -> dict[str, bytes]:
    """The content of every video on Kinescope that has bytes there, by id."""
    return {
        video.id: world.emulator.bytes_of(video.id).read_bytes()
        for video in world.emulator.videos()
        if not video.foreign
    }


def row_of(world: World, lesson_id: str) -> str | None:
    return world.database.videos()[lesson_id][0]


def deleted(world: World) -> list[dict[str, Any]]:
    """What the journal of deletions says."""
    path = world.progress / "deleted.jsonl"
    return [json.loads(line) for line in path.read_text("ascii").splitlines()] if path.exists() else []
