"""Progress that cannot be read is kept under another name, and what of it can be read counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.errors import UsageError
from kinescope_upload.progress import ProgressStore, read_records
from kinescope_upload.progress.set_aside import set_aside
from support.progress_cases import a_record, names_in

if TYPE_CHECKING:
    from collections.abc import Callable

COURSE = "c"
ALL = ("c_001", "c_002", "c_003")
"""The first stands in the file, the others in the journal, a line each."""


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """What a run that recorded three lessons leaves behind when it is killed."""
    with ProgressStore(tmp_path / "run", [COURSE]) as store:
        for lesson_id in ALL:
            store.save(a_record(lesson_id))
        ignored = shutil.ignore_patterns(".run")
        return Path(shutil.copytree(tmp_path / "run", tmp_path / "left", ignore=ignored))


def _line(number: int, new: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Damages one line, and leaves the others."""

    def damage(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        lines[number] = new(lines[number])
        return b"".join(lines)

    return damage


def _zeros(content: bytes) -> bytes:
    return bytes(len(content))


def _wrong_type(content: bytes) -> bytes:
    data = json.loads(content)
    data["lessons"]["c_009"] = [1]
    return json.dumps(data, indent=2).encode()


@pytest.mark.parametrize(
    ("name", "damage", "known"),
    [
        pytest.param("c.journal", _line(1, lambda _: b"garbage\n"), ("c_001", "c_003"), id="a line in the middle"),
        pytest.param("c.journal", _line(1, lambda line: _zeros(line[:-1]) + b"\n"), ("c_001", "c_003"), id="zeros"),
        pytest.param("c.journal", _line(1, lambda _: b'{"c_002": {\xff}}\n'), ("c_001", "c_003"), id="not UTF-8"),
        pytest.param("c.journal", _line(1, lambda _: b'{"c_002": [1]}\n'), ("c_001", "c_003"), id="a wrong type"),
        pytest.param("c.journal", _line(1, lambda line: line[:40] + b"\n"), ("c_001", "c_003"), id="half a line"),
        pytest.param("c.journal", _line(0, lambda _: b"garbage\n"), ALL, id="the head"),
        pytest.param("c.journal", lambda _: b"\xff\xfe\n", ("c_001",), id="all of the journal"),
        pytest.param("c.json", lambda _: b"", ("c_002", "c_003"), id="an empty file"),
        pytest.param("c.json", _zeros, ("c_002", "c_003"), id="a file of zeros"),
        pytest.param("c.json", lambda content: content[:-4], ALL, id="a file without its end"),
        pytest.param("c.json", lambda content: content + b"}", ALL, id="a file with too much"),
        pytest.param("c.json", _wrong_type, ALL, id="a wrong type in the file"),
        pytest.param("c.json", lambda _: b"[]", ("c_002", "c_003"), id="another JSON"),
    ],
)
def test_what_can_be_read_counts_and_the_damaged_file_is_kept_as_it_was(
    left: Path, name: str, damage: Callable[[bytes], bytes], known: tuple[str, ...]
) -> None:
    content = damage((left / name).read_bytes())
    (left / name).write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_records(left)
    [command] = caught.value.hint.commands  # type: ignore[attr-defined]
    assert command == ("repair", "--set-aside", COURSE)

    done = set_aside(left, COURSE)

    assert (done.kept, done.records) == ((left / f"{name}.unreadable",), len(known))
    assert done.kept[0].read_bytes() == content
    assert tuple(read_records(left)) == known
    with ProgressStore(left, [COURSE]) as store:
        assert store.courses_without_journal == {COURSE}, "what else it held is to be looked for"
        [note] = store.notes
        assert (f"{name}.unreadable" in note, "is missing" in note) == (True, False)
    assert set_aside(left, COURSE).kept == ()


def test_a_second_damage_takes_another_name_and_the_same_one_does_not(left: Path) -> None:
    journal = left / "c.journal"
    good = journal.read_bytes()
    for damaged in (b"first\n", b"second\n", b"first\n"):
        journal.write_bytes(damaged)
        set_aside(left, COURSE)

    assert names_in(left) == ["c.journal.unreadable", "c.journal.unreadable-2", "c.json"]
    journal.write_bytes(good)
    assert set_aside(left, COURSE).kept == ()


@pytest.mark.parametrize("name", ["c.json", "c.journal"])
def test_what_a_newer_version_wrote_is_left_alone(left: Path, name: str) -> None:
    path = left / name
    path.write_bytes(
        path.read_bytes().replace(b'{"format": 1', b'{"format": 9').replace(b'{"journal": 1', b'{"journal": 9')
    )
    before = path.read_bytes()

    with pytest.raises(UsageError) as caught:
        set_aside(left, COURSE)

    assert caught.value.hint.startswith("Update kupload")
    assert (path.read_bytes(), names_in(left)) == (before, ["c.journal", "c.json"])


def test_it_is_refused_while_a_run_is_at_work_and_for_a_course_that_is_not_there(left: Path) -> None:
    with ProgressStore(left, [COURSE]), pytest.raises(UsageError, match="Another run is at work"):
        set_aside(left, COURSE)
    with pytest.raises(UsageError, match='holds nothing of course "d"'):
        set_aside(left, "d")


def test_a_crash_before_the_file_was_written_leaves_what_the_same_command_goes_on_with(left: Path) -> None:
    journal = left / "c.journal"
    damaged = _line(1, lambda _: b"garbage\n")(journal.read_bytes())
    journal.write_bytes(damaged)
    (left / "c.journal.unreadable").write_bytes(damaged)

    assert set_aside(left, COURSE).kept == (left / "c.journal.unreadable",)
    assert tuple(read_records(left)) == ("c_001", "c_003")


def test_a_dry_run_tells_what_can_be_read_and_writes_nothing(left: Path) -> None:
    (left / "c.journal").write_bytes(_line(1, lambda _: b"garbage\n")((left / "c.journal").read_bytes()))
    before = _kept(left)

    done = set_aside(left, COURSE, is_dry_run=True)

    assert (done.kept, done.records) == ((left / "c.journal",), 2)
    assert _kept(left) == before


def _kept(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.suffix != ".lock"}
