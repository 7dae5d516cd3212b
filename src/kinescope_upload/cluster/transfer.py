"""Takes the records of a progress folder over into the cluster's database, and writes them back into one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.line import first
from kinescope_upload.cluster.records import joined, records_of, text_of
from kinescope_upload.errors import UsageError
from kinescope_upload.library.scan import stat_file
from kinescope_upload.progress import DELETED_FILE, ProgressStore, courses_in, note_deletion
from kinescope_upload.text import first_few
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.upload import Record

_TOGETHER: Final = 1000
TAKEN_OVER: Final = "taken-over"
"""The folder in the progress folder that the files move to whose records are in the database."""
_SILENT: Final = 60.0
"""Seconds without a word after which a machine is not at work any more."""
_NOTE: Final = "IN-DATABASE.txt"
_EXPORTED: Final = "exported"
"""Says which machine has all records, and goes on alone: its name, its folder, since when, how many they are."""


class TakenOver(NamedTuple):
    """How many records were taken over, how many lessons the cluster had records of, and of which another upload."""

    new: int = 0
    known: int = 0
    begun_twice: tuple[str, ...] = ()


def check_export(line: Line, folder: Path, machine: str) -> None:
    """Returns where nobody goes on alone with the cluster's records, or this machine does and may give them back.

    Raises:
        UsageError: Another one does, or this one's progress folder is not the one that they were written into.
    """
    mark = _mark(line)
    if mark is None or (mark["machine"] == machine and (courses_in(folder) or not mark["records"])):
        return
    raise UsageError(
        _words(mark),
        Hint(
            "There, type this: ",
            ("cluster", "init", "--progress", mark["folder"]),
            f'. Where it is lost, make the cluster anew: DROP SCHEMA "{line.schema}" CASCADE.',
        ),
    )


def end_export(line: Line) -> None:
    """Lets all machines share the work again: the records are back."""
    line.ask(statements.CLEAR_META, key=_EXPORTED)


def _mark(line: Line) -> dict[str, Any] | None:
    text = first(line.ask(statements.GET_META, key=_EXPORTED))
    return json.loads(text) if text else None


def _words(mark: Mapping[str, object]) -> str:
    """Which machine has the cluster's records, since when, and where."""
    return (
        f"{mark['machine']} has written all records back into its progress folder {mark['folder']}, to go on alone, at "
        f"{mark['at']}."
    )


def take_over(line: Line, folder: Path, libraries: Mapping[str, Path], machine: str) -> TakenOver:
    """Takes over all records of the progress folder, and moves its files aside.

    Args:
        line: Asks the cluster's database.
        folder: The progress folder.
        libraries: Where each library is; a record belongs to the first that has its file, else to the first.
        machine: What this machine is called.

    Raises:
        UsageError: A run is at work on one of its courses, another machine has one of its lessons in hand, or a file
            cannot be parsed; the files stay.
        DatabaseDownError: The database does not answer; the files stay.
    """
    if not (courses := courses_in(folder)):
        return TakenOver()
    with ProgressStore(folder, courses) as store:
        records = list(store.records.values())
        parts = [records[start : start + _TOGETHER] for start in range(0, len(records), _TOGETHER)]
        done = [_take(line, part, _columns(part, libraries), machine) for part in parts]
    aside = folder / TAKEN_OVER
    aside.mkdir(mode=0o700, exist_ok=True)
    for path in [*folder.glob("*.json"), *folder.glob("*.journal")]:
        path.replace(aside / path.name)
    words = Hint("The progress is in the cluster's database now; ", ("cluster", "export"), " writes it back.")
    (folder / _NOTE).write_text(f"{words}\n", encoding="utf-8")
    new = sum(one.new for one in done)
    return TakenOver(new, len(records) - new, tuple(lesson for one in done for lesson in one.begun_twice))


def _take(line: Line, records: Sequence[Record], columns: Mapping[str, list[object]], machine: str) -> TakenOver:
    """Takes these records over, and joins those of lessons that the cluster has records of with them."""
    new = {lesson_id for (lesson_id,) in line.ask(statements.IMPORT, patience=60, machine=machine, **columns)}
    rest = {record.lesson_id: record for record in records if record.lesson_id not in new}
    rows = line.ask(statements.RECORDS_OF, ids=list(rest), patience=60)
    texts, known, now = {row[0]: row[2] for row in rows}, records_of(rows), datetime.now(UTC)
    after = {one: joined(known[one], rest[one], now) for one in known}
    changed = [one for one in known if after[one] is not known[one]]
    before = [texts[one] for one in changed]
    asked = line.ask(
        statements.CHANGE, ids=changed, before=before, after=[text_of(after[one]) for one in changed], patience=60
    )
    written = {lesson_id for (lesson_id,) in asked}
    if in_hand := sorted((rest.keys() - known.keys()) | (set(changed) - written)):
        raise UsageError(
            f"Another machine has lessons in hand that this machine has begun, too: {first_few(in_hand)}. The progress "
            "folder stays as it is.",
            Hint("Type it again when these are done: ", ("cluster", "init"), "."),
        )
    begun_twice = (one for one in changed if len(after[one].old_videos) > len(known[one].old_videos))
    return TakenOver(len(new), len(known), tuple(begun_twice))


def _columns(records: list[Record], libraries: Mapping[str, Path]) -> dict[str, list[object]]:
    return {
        "ids": [record.lesson_id for record in records],
        "courses": [record.course for record in records],
        "libraries": [_library_of(record, libraries) for record in records],
        "paths": [record.path or "" for record in records],
        "sizes": [record.size for record in records],
        "times": [record.modified_ns for record in records],
        "titles": [record.title for record in records],
        "records": [text_of(record) for record in records],
    }


def _library_of(record: Record, libraries: Mapping[str, Path]) -> str:
    path = record.path
    having = (name for name, root in libraries.items() if path is not None and stat_file(root, path))
    return next(having, next(iter(libraries)))


def check_not_exported(line: Line, machine: str) -> None:
    """Returns where no machine has written all records back.

    Raises:
        UsageError: One has, to go on alone.
    """
    if (mark := _mark(line)) is not None:
        where = "here" if mark["machine"] == machine else f"on {mark['machine']}"
        alone = "Take [cluster] out of kupload.toml. To share the work again, "
        raise UsageError(
            _words(mark), Hint(alone, ("cluster", "init", "--progress", mark["folder"]), f" {where} first.")
        )


def check_shared(line: Line, folder: Path, machine: str) -> None:
    """Returns where the cluster has all records, as far as this machine can tell.

    Raises:
        UsageError: A machine has written them back, to go on alone; or this one has some that were not taken over.
    """
    check_not_exported(line, machine)
    if courses := courses_in(folder):
        raise UsageError(
            f"{folder} holds progress of {first_few(courses)} that the cluster does not know.",
            Hint(("cluster", "init"), " takes it over."),
        )


def write_back(line: Line, folder: Path, machine: str) -> int:
    """Writes all records of the cluster into this machine's progress folder, then forgets them; returns how many.

    Raises:
        UsageError: A machine is at work, has them already, or this one's folder has what the cluster does not know.
        BatchStoppedError: The folder cannot be written; the database keeps everything.
    """
    check_shared(line, folder, machine)
    alive = [row[0] for row in line.ask(statements.MACHINES, lease=_SILENT) if row[-1]]
    if alive:
        raise UsageError(
            f"Machines are at work: {first_few(sorted(set(alive)))}.",
            Hint(
                "End that first: ", ("stop",), f"; one that was killed counts until it was silent for {_SILENT:.0f} s."
            ),
        )
    rows = line.ask(statements.RECORDS, courses=None, patience=120)
    records = records_of((lesson_id, course, text) for lesson_id, course, _, text in rows)
    with ProgressStore(folder, {record.course for record in records.values()}) as store:
        store.save_all(records.values())
    known = (folder / DELETED_FILE).read_text("utf-8") if (folder / DELETED_FILE).exists() else ""
    for (text,) in line.ask(statements.DELETIONS):
        facts = json.loads(text)
        if json.dumps(facts) not in known:
            note_deletion(folder, facts)
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    mark = {"machine": machine, "folder": str(folder.absolute()), "at": at, "records": len(records)}
    line.ask(statements.SET_META, key=_EXPORTED, value=json.dumps(mark))
    line.ask(statements.FORGET_ALL)
    (folder / _NOTE).unlink(missing_ok=True)
    return len(records)
