"""The journal of a course: one line a step, whole again at the end, and nothing lost or taken twice in between."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.errors import BatchStoppedError, UsageError
from kinescope_upload.progress import ProgressStore, change_records, notes_in, read_records, stream_records
from kinescope_upload.progress.journal import LONGEST
from support.progress_cases import a_record, names_in
from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.upload import Record

_FILE: Final = "c.json"
_JOURNAL: Final = "c.journal"
_ONLY_POSIX: Final = posix_only("limits as POSIX has them")


def _by_id(*records: Record) -> dict[str, Record]:
    return {one.lesson_id: one for one in records}


def _crashed(folder: Path, to: Path, *records: Record) -> Path:
    """What a run that recorded these leaves behind when it is killed: the disk as it is before the run ends."""
    with ProgressStore(folder, ["c"]) as store:
        for record in records:
            store.save(record)
        return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".run")))


def test_a_step_is_a_line_of_the_journal_and_the_file_is_whole_when_the_run_ends(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]) as store:
        store.save(a_record(offset=1))
        whole = (tmp_path / _FILE).read_bytes()
        for offset in (2, 3):
            store.save(a_record(offset=offset))
        assert (tmp_path / _FILE).read_bytes() == whole
        assert len((tmp_path / _JOURNAL).read_bytes().splitlines()) == 1 + 2

    assert names_in(tmp_path) == [_FILE]
    assert read_records(tmp_path) == _by_id(a_record(offset=3))


def test_what_a_killed_run_left_in_its_journal_is_read_by_all_and_taken_in_by_the_next(tmp_path: Path) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", *map(a_record, ("c_001", "c_002")), a_record(offset=7))
    known = _by_id(a_record(offset=7), a_record("c_002"))

    assert names_in(left) == [_JOURNAL, _FILE]
    assert read_records(left) == known
    assert _by_id(*stream_records(left, "c")) == known
    with ProgressStore(left, ["c"]) as store:
        assert store.records == known
        store.save(a_record("c_003"))
    assert names_in(left) == [_FILE]
    assert read_records(left) == known | _by_id(a_record("c_003"))


def test_a_journal_that_is_lost_is_said_until_somebody_has_looked_for_what_it_held(tmp_path: Path) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record(), a_record("c_002"))
    assert notes_in(left) == ()
    (left / _JOURNAL).unlink()

    [note] = notes_in(left)
    assert note.startswith(f"{left / _JOURNAL} is missing")
    assert _by_id(*stream_records(left, "c")) == _by_id(a_record())
    change_records(left, "c", lambda record: record)
    with ProgressStore(left, ["c"]) as store:
        assert (*store.notes, *store.courses_without_journal) == (note, "c")
        store.save(a_record("c_003"))
    assert notes_in(left) == (note,)
    with ProgressStore(left, ["c"]) as store:
        store.forget_lost_journals()
    assert notes_in(left) == ()
    assert read_records(left) == _by_id(a_record(), a_record("c_003"))


def test_a_run_that_records_nothing_leaves_the_journal_for_the_next(tmp_path: Path) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record(), a_record(offset=7))

    with ProgressStore(left, ["c"]):
        pass

    assert read_records(left) == _by_id(a_record(offset=7))


def test_what_is_changed_after_a_crash_is_the_newest(tmp_path: Path) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record("c_002"), a_record(), a_record(offset=7))

    changed = change_records(
        left, "c", lambda one: one if one.lesson_id == "c_002" else a_record(offset=one.offset + 1)
    )

    assert changed == 1
    assert names_in(left) == [_FILE]
    assert read_records(left) == _by_id(a_record("c_002"), a_record(offset=8))


_SAVES: Final = st.lists(
    st.builds(a_record, st.sampled_from(["c_001", "c_002", "c_003"]), offset=st.integers(0, 99)), min_size=1, max_size=8
)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(_SAVES, st.floats(0, 1))
def test_of_a_journal_that_was_cut_off_every_whole_line_counts(records: list[Record], part: float) -> None:
    with TemporaryDirectory() as name:
        left = _crashed(Path(name) / "run", Path(name) / "left", a_record("c_000"), *records)
        journal = left / _JOURNAL
        head, _, lines = journal.read_bytes().partition(b"\n")
        kept = lines[: int(len(lines) * part)]
        journal.write_bytes(head + b"\n" + kept)

        expected = _by_id(a_record("c_000"))
        written = iter(lines.splitlines(keepends=True))
        for record in records:
            if expected.get(record.lesson_id) == record:
                continue  # was there, and not written again
            line = next(written)
            if not kept.startswith(line):
                break
            kept = kept.removeprefix(line)
            expected |= _by_id(record)
        assert read_records(left) == expected


def test_zeros_that_a_power_failure_left_in_the_last_line_are_no_record(tmp_path: Path) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record(), a_record(offset=1), a_record(offset=2))
    lines = (left / _JOURNAL).read_bytes().splitlines(keepends=True)
    torn = lines[-1][:40] + b"\0" * (len(lines[-1]) - 41) + b"\n"

    (left / _JOURNAL).write_bytes(b"".join([*lines[:-1], torn]))
    assert read_records(left) == _by_id(a_record(offset=1))
    (left / _JOURNAL).write_bytes(b"".join([lines[0], torn, lines[-1]]))
    with pytest.raises(UsageError, match="line 2 is not as kupload writes it"):
        read_records(left)


@pytest.mark.parametrize("length", [0, 1, 10, 40, -1])
@pytest.mark.parametrize("is_zeros", [False, True])
def test_a_journal_whose_head_is_not_whole_is_none_and_counts_as_lost(
    tmp_path: Path, length: int, *, is_zeros: bool
) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record(), a_record("c_002"))
    head = (left / _JOURNAL).read_bytes().splitlines()[0]
    (left / _JOURNAL).write_bytes(b"\0" * len(head[:length]) if is_zeros else head[:length])

    assert read_records(left) == _by_id(*stream_records(left, "c")) == _by_id(a_record())
    [note] = notes_in(left)
    assert "not whole" in note
    change_records(left, "c", lambda record: record)
    with ProgressStore(left, ["c"]) as store:
        assert store.courses_without_journal == {"c"}
        store.forget_lost_journals()
        store.save(a_record("c_003"))
    assert notes_in(left) == ()
    assert read_records(left) == _by_id(a_record(), a_record("c_003"))


def test_of_a_journal_whose_head_is_zeros_every_whole_line_is_merged(tmp_path: Path) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record(), a_record(offset=7), a_record("c_002"))
    head, rest = (left / _JOURNAL).read_bytes().split(b"\n", 1)
    (left / _JOURNAL).write_bytes(b"\0" * len(head) + b"\n" + rest)

    assert read_records(left) == _by_id(a_record(offset=7), a_record("c_002"))


_LAYOUTS: Final[dict[str, Callable[[str], str]]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "indented": lambda text: json.dumps(json.loads(text), indent=4),
}


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_a_file_that_was_only_laid_out_anew_is_followed_by_its_journal(tmp_path: Path, layout: str) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record("c_002"), a_record(), a_record(offset=7))
    text = (left / _FILE).read_text(encoding="utf-8")
    (left / _FILE).write_bytes(_LAYOUTS[layout](text).encode())

    known = _by_id(a_record("c_002"), a_record(offset=7))
    assert read_records(left) == known
    assert _by_id(*stream_records(left, "c")) == known


def test_a_file_that_has_taken_its_journal_in_is_read_without_it(tmp_path: Path) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record("c_002"), a_record(), a_record(offset=7))
    journal = (left / _JOURNAL).read_bytes()
    with ProgressStore(left, ["c"]) as store:
        store.save(a_record("c_002", offset=3))
    (left / _JOURNAL).write_bytes(journal)
    assert read_records(left) == _by_id(a_record("c_002", offset=3), a_record(offset=7))


def test_a_long_journal_is_taken_in_by_the_file(tmp_path: Path) -> None:
    title = "t" * (LONGEST // 10)
    with ProgressStore(tmp_path, ["c"]) as store:
        for offset in range(25):
            store.save(a_record(offset=offset, title=title))
            assert (tmp_path / _JOURNAL).stat().st_size <= LONGEST + 2 * len(title)
            assert read_records(tmp_path) == _by_id(a_record(offset=offset, title=title))


_RECORDS_FOR_EVER: Final = """
import sys
from dataclasses import replace
from pathlib import Path
from kinescope_upload.progress import ProgressStore

with ProgressStore(Path(sys.argv[1]), ["c"]) as store:
    [record] = store.records.values()
    for offset in range(1, record.size):
        store.save(replace(record, offset=offset))
"""


def test_who_looks_while_a_run_records_never_sees_an_older_state_again(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]) as store:
        store.save(a_record(title="t" * (LONGEST // 6)))  # so that the file is often written whole

    with subprocess.Popen([sys.executable, "-c", _RECORDS_FOR_EVER, str(tmp_path)]) as process:
        try:
            seen = [0]
            while seen[-1] < 100:
                [record] = read_records(tmp_path).values()
                [streamed] = stream_records(tmp_path, "c")
                seen += [record.offset, streamed.offset]
                assert process.poll() is None
        finally:
            process.kill()

    assert seen == sorted(seen)


def _head(**changes: object) -> bytes:
    facts = {"journal": 1, "course": "c", "follows": {"bytes": 1, "crc32": 1}} | changes
    return json.dumps(facts).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no journal", "it is no JSON"),
        (b"[]\n", 'it does not begin with "journal", "course" and "follows" as kupload writes them'),
        (_head(follows={"bytes": 1}), 'it does not begin with "journal"'),
        (_head(journal=7), "it is of format 7, which only a newer kupload knows"),
        (_head(course="d"), 'it is of course "d"'),
        (_head() + b'{"c_001": {\n{}\n', "line 2 is not as kupload writes it"),
        (_head() + b'{"c_001": {}}\n', 'lesson c_001: "path" is missing'),
        (_head() + b'{"c_001": \xff{}}\n', "codec can't decode byte 0xff"),
    ],
)
def test_a_journal_that_cannot_be_parsed_is_named_and_left_alone(tmp_path: Path, content: bytes, reason: str) -> None:
    left = _crashed(tmp_path / "run", tmp_path / "left", a_record())
    (left / _JOURNAL).write_bytes(content)

    for look in (lambda: ProgressStore(left, ["c"]), lambda: read_records(left), lambda: [*stream_records(left, "c")]):
        with pytest.raises(UsageError) as caught:
            look()
        assert caught.value.what.startswith(f"{left / _JOURNAL} is no journal that kupload can read: ")
        assert reason in caught.value.what
        if "newer kupload" in reason:
            assert caught.value.hint.startswith("Update kupload")
            continue
        assert caught.value.hint.startswith("It is left as it is.")
        assert "`kupload repair --set-aside c`" in caught.value.hint
    assert (left / _JOURNAL).read_bytes() == content


_FILLS_THE_DISK: Final = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.progress import ProgressStore, read_records

folder = Path(sys.argv[1])
with ProgressStore(folder, ["c"]) as store:
    [record] = store.records.values()
    store.save(replace(record, offset=1))
    store.save(replace(record, offset=2))
    before = store.records
    no_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    half_a_line_more = (folder / "c.journal").stat().st_size + 100
    resource.setrlimit(resource.RLIMIT_FSIZE, (half_a_line_more, no_limit[1]))
    try:
        store.save(replace(record, offset=3))
    except BatchStoppedError as error:
        print(error.what)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, no_limit)
    assert store.records == before
    assert read_records(folder) == before
    store.save(replace(record, offset=4))
    assert read_records(folder) == store.records
"""


@_ONLY_POSIX
def test_a_disk_that_fills_up_in_mid_line_stops_the_batch_and_leaves_no_half_a_line(tmp_path: Path) -> None:
    with ProgressStore(tmp_path, ["c"]) as store:
        store.save(a_record())

    done = subprocess.run([sys.executable, "-c", _FILLS_THE_DISK, str(tmp_path)], stdout=subprocess.PIPE, check=True)

    assert (
        done.stdout.decode() == f"{tmp_path / _FILE} cannot be written (File too large), so nothing more was begun.\n"
    )
    assert read_records(tmp_path) == _by_id(a_record(offset=4))
    assert names_in(tmp_path) == [_FILE]


def _renamed(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def _made_anew(folder: Path) -> None:
    _renamed(folder)
    folder.mkdir()


def _copied_back(folder: Path) -> None:
    """What a sync program makes of it; the copy does not get what is written from now on."""
    _renamed(folder)
    shutil.copytree(folder.with_name("elsewhere"), folder)


def _a_file_now(folder: Path) -> None:
    _renamed(folder)
    folder.write_text("x")


def _in_place(folder: Path) -> list[Path]:
    """What is there beside the lock, which is given free at the end."""
    return sorted(path for path in folder.rglob("*") if ".run" not in path.parts)


@_ONLY_POSIX
@pytest.mark.parametrize(
    ("goes", "is_full"),
    [
        (shutil.rmtree, False),
        (_renamed, False),
        (_made_anew, False),
        (_made_anew, True),
        (_copied_back, False),  # where the journal is full, the copy gets everything
        (_a_file_now, False),
        (_a_file_now, True),
    ],
)
def test_a_folder_that_goes_away_under_a_run_ends_it_at_the_next_step(
    tmp_path: Path, goes: Callable[[Path], None], *, is_full: bool
) -> None:
    folder = tmp_path / "progress"
    title = "x" * (LONGEST if is_full else 1)
    with ProgressStore(folder, ["c"]) as store:
        store.save(a_record(offset=1))
        store.save(a_record(offset=2, title=title))
        goes(folder)
        there = _in_place(folder)
        for _ in range(2):  # other workers come to their next step, too
            with pytest.raises(BatchStoppedError, match="was moved, replaced or deleted") as caught:
                store.save(a_record("c_002"))
            assert "Put the folder back" in caught.value.hint
        known = set(store.records)
    assert known == {"c_001"}, "what is not on the disk is not relied on"
    assert _in_place(folder) == there, "nothing is made in its place"


@_ONLY_POSIX
def test_a_folder_that_is_put_back_goes_on_with_all_that_it_knew(tmp_path: Path) -> None:
    folder = tmp_path / "progress"
    with ProgressStore(folder, ["c"]) as store:
        store.save(a_record(offset=1))
        store.save(a_record(offset=2))
        _renamed(folder)
        with pytest.raises(BatchStoppedError):
            store.save(a_record("c_002"))
    folder.with_name("elsewhere").rename(folder)
    assert read_records(folder)["c_001"] == a_record(offset=2)
