"""A progress file that is not the one of its journal: each lesson's later record counts, and no video is forgotten."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinescope_upload.errors import UsageError
from kinescope_upload.progress import ProgressStore, change_records, notes_in, read_records, stream_records
from kinescope_upload.progress.merge import ContradictionError, merge
from kinescope_upload.progress.sides import Side, go_by
from kinescope_upload.text.hints import Hint
from kinescope_upload.upload import Dialect, LeftBecause, OldVideo, Record, Stage
from support.drawn import drew, must_draw
from support.examples import examples
from support.progress_cases import a_record

if TYPE_CHECKING:
    from collections.abc import Callable

_NOW: Final = datetime(2026, 5, 1, 12, tzinfo=UTC)
_URL: Final = "https://uploader.kinescope.io/u/"


def _at(stage: Stage, name: str = "a", minute: int | None = 0, **facts: object) -> Record:
    """A record in the dialect tus; `name` is its video's id."""
    record = replace(
        a_record(),
        stage=stage,
        video_id=name,
        attempted_at=None if minute is None else _NOW + timedelta(minutes=minute),
        upload_url=None if stage is Stage.PLANNED else _URL + name,
        md5=f"md5 of {name}" if stage.has_all_bytes else None,
    )
    return replace(record, **facts)  # type: ignore[arg-type] # any of a record's


def _json(stage: Stage, mark: str | None, name: str | None = None, minute: int = 0) -> Record:
    return _at(stage, minute=minute, dialect=Dialect.JSON, video_id=name, mark=mark, upload_url=name and _URL + name)


def _old(name: str, left_at: datetime | None = None) -> OldVideo:
    return OldVideo(
        video_id=name,
        path=None,
        size=1,
        modified_ns=1,
        md5=None,
        why=LeftBecause.REPLACED,
        keep=0,
        left_at=left_at,
    )


_FRESH: Final = _at(Stage.PLANNED, "new", None)
_CREATED: Final = _at(Stage.CREATED, offset=5)
_LINKED: Final = _at(Stage.LINKED)

MERGED: Final = {
    # what the file says, what the journal says, what counts
    "further in the journal": (_CREATED, replace(_CREATED, offset=6), replace(_CREATED, offset=6)),
    "further in the file": (_LINKED, _CREATED, _LINKED),
    "equal, but for a failure": (replace(_CREATED, title="x"), _CREATED, _CREATED),
    "attempted in the journal": (_at(Stage.PLANNED, "a", None), _at(Stage.PLANNED), _at(Stage.PLANNED)),
    "begun in the file alone": (_CREATED, _FRESH, _CREATED),
    "begun in the journal alone": (_FRESH, _CREATED, _CREATED),
    "begun nowhere": (_FRESH, _at(Stage.PLANNED, "newer", None), _at(Stage.PLANNED, "newer", None)),
    "a later attempt in the journal": (
        _CREATED,
        _at(Stage.CREATED, "b", 1),
        _at(Stage.CREATED, "b", 1, lost_marks=("a",), lost_since=_NOW),
    ),
    "a later attempt in the file": (
        _at(Stage.LINKED, "b", 1),
        _CREATED,
        _at(Stage.LINKED, "b", 1, lost_marks=("a",), lost_since=_NOW),
    ),
    "a complete video of an earlier attempt": (
        _LINKED,
        _at(Stage.CREATED, "b", 1),
        _at(Stage.CREATED, "b", 1, lost_marks=("a",), lost_since=_NOW),
    ),
    "each looks for another": (
        replace(_CREATED, lost_marks=("x",), lost_since=_NOW),
        replace(_CREATED, offset=6, lost_marks=("y",), lost_since=_NOW - timedelta(minutes=1)),
        replace(_CREATED, offset=6, lost_marks=("y", "x"), lost_since=_NOW - timedelta(minutes=1)),
    ),
    "looked for and linked meanwhile": (replace(_CREATED, lost_marks=("x",), lost_since=_NOW), _LINKED, _LINKED),
    "one mark": (_json(Stage.PLANNED, "m"), _json(Stage.CREATED, "m", "v"), _json(Stage.CREATED, "m", "v")),
    "adopted": (_json(Stage.ORPHANED, "m"), _at(Stage.UPLOADED, "v"), _at(Stage.UPLOADED, "v")),
    "a replacement that has begun": (
        _LINKED,
        replace(_FRESH, old_videos=(_old("a"),)),
        replace(_FRESH, old_videos=(_old("a"),)),
    ),
    "a replacement on its way, and the record from before it": (
        _at(Stage.CREATED, "b", 1, old_videos=(_old("a"),)),
        _LINKED,
        _at(Stage.CREATED, "b", 1, old_videos=(_old("a"),)),
    ),
    "a replacement that is done": (
        _LINKED,
        _at(Stage.LINKED, "b", 1, old_videos=(_old("a", _NOW),)),
        _at(Stage.LINKED, "b", 1, old_videos=(_old("a", _NOW),)),
    ),
    "two marks": (
        _json(Stage.ORPHANED, "m"),
        _json(Stage.PLANNED, "n", minute=1),
        replace(_json(Stage.PLANNED, "n", minute=1), lost_marks=("m",), lost_since=_NOW),
    ),
}


@pytest.mark.parametrize("case", MERGED)
def test_the_later_record_counts_and_knows_the_other_video(case: str) -> None:
    in_file, in_journal, merged = MERGED[case]
    assert merge(in_file, in_journal) == merged


CONTRADICTIONS: Final = {
    "two complete videos": (_LINKED, _at(Stage.UPLOADED, "b", 1), "both videos are complete"),
    "two sizes": (_CREATED, replace(_CREATED, size=9), 'they differ in "size" of one upload'),
    "two upload URLs": (_CREATED, replace(_CREATED, upload_url=_URL + "b"), 'they differ in "upload_url"'),
    "two contents": (_LINKED, replace(_LINKED, md5="another"), 'they differ in "md5"'),
    "a video without a name": (_json(Stage.ORPHANED, None), _at(Stage.CREATED, "b", 1), "nothing names the video"),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_what_cannot_both_be_true_is_not_merged(case: str) -> None:
    one, other, why = CONTRADICTIONS[case]
    for pair in ((one, other), (other, one)):
        with pytest.raises(ContradictionError, match=why):
            merge(*pair)


def _left_behind(folder: Path, in_file: list[Record], in_journal: list[Record]) -> Path:
    """What a run that recorded these leaves behind when it is killed."""
    with ProgressStore(folder / "run", ["c"]) as store:
        store.save_all(in_file)
        for record in in_journal:
            store.save(record)
        return Path(shutil.copytree(folder / "run", folder / "left", ignore=shutil.ignore_patterns(".run")))


def _write_file(folder: Path, *records: Record) -> None:
    """Puts a file of these records into the place of the progress file."""
    with TemporaryDirectory() as name:
        with ProgressStore(Path(name), ["c"]) as store:
            store.save_all(records)
        shutil.copy(Path(name) / "c.json", folder / "c.json")


_OTHER: Final = replace(_CREATED, lesson_id="c_002", video_id="o", upload_url=_URL + "o")


def _lose(folder: Path) -> None:
    (folder / "c.json").unlink()


def _edit(folder: Path) -> None:
    text = (folder / "c.json").read_text(encoding="utf-8")
    (folder / "c.json").write_text(text.replace('"offset": 6', '"offset": 4'), encoding="utf-8")


def _put_back(folder: Path) -> None:
    _write_file(folder, replace(_CREATED, offset=1), _OTHER)


CHANGES: Final = {"lost": _lose, "edited": _edit, "put back": _put_back}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_journal_says_counts_beside_whatever_file(tmp_path: Path, change: str) -> None:
    left = _left_behind(tmp_path, [_OTHER, replace(_CREATED, offset=6)], [replace(_CREATED, offset=7)])
    CHANGES[change](left)
    known = {"c_001": replace(_CREATED, offset=7)} | ({} if change == "lost" else {"c_002": _OTHER})

    assert read_records(left) == known
    assert {one.lesson_id: one for one in stream_records(left, "c")} == known
    [note] = notes_in(left)
    assert "is missing" in note if change == "lost" else "was edited or put back" in note
    assert "`kupload verify` looks for what was begun" in note
    with ProgressStore(left, ["c"]) as store:
        assert (store.records, store.notes) == (known, (note,))
        store.save(replace(_CREATED, offset=8))
    assert read_records(left) == known | {"c_001": replace(_CREATED, offset=8)}
    assert notes_in(left) == ()


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_records_takes_the_journal_in(tmp_path: Path, change: str) -> None:
    left = _left_behind(tmp_path, [_OTHER, replace(_CREATED, offset=6)], [replace(_CREATED, offset=7)])
    CHANGES[change](left)
    known = read_records(left)
    assert change_records(left, "c", lambda record: record) == 0
    assert read_records(left) == known
    assert not (left / "c.journal").exists()


def _contradicting(folder: Path) -> Path:
    left = _left_behind(folder, [_OTHER, _at(Stage.UPLOADED, "b", 1)], [_at(Stage.LINKED, "b", 1)])
    _write_file(left, _LINKED, _OTHER)
    return left


def test_a_contradiction_names_the_lesson_and_both_sides_and_nothing_is_written(tmp_path: Path) -> None:
    left = _contradicting(tmp_path)
    before = {path.name: path.read_bytes() for path in left.iterdir() if path.is_file()}
    for look in (lambda: read_records(left), lambda: ProgressStore(left, ["c"]), lambda: [*stream_records(left, "c")]):
        with pytest.raises(UsageError) as caught:
            look()
        assert "contradict each other on lesson c_001: both videos are complete." in caught.value.what
        assert "The file has video a, linked, begun at 2026-05-01 12:00:00 UTC;" in caught.value.what
        assert "the journal has video b, linked, begun at 2026-05-01 12:01:00 UTC." in caught.value.what
    assert {path.name: path.read_bytes() for path in left.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(("side", "counts"), [(Side.FILE, _LINKED), (Side.JOURNAL, _at(Stage.LINKED, "b", 1))])
def test_each_command_that_the_contradiction_names_goes_by_one_side(tmp_path: Path, side: Side, counts: Record) -> None:
    left = _contradicting(tmp_path)
    with pytest.raises(UsageError) as caught:
        read_records(left)
    assert isinstance(caught.value.hint, Hint)
    assert caught.value.hint.commands == (("repair", "--by-file", "c_001"), ("repair", "--by-journal", "c_001"))
    before = {path.name: path.read_bytes() for path in left.iterdir() if path.is_file()}
    changed = go_by(side, left, "c_001")
    assert read_records(left) == {"c_001": counts, "c_002": _OTHER}
    assert (left / f"{changed.name}.bak").read_bytes() == before[changed.name]
    with pytest.raises(UsageError, match="No journal"):
        go_by(Side.FILE, left, "c_003")


def test_a_lesson_that_was_removed_from_the_file_is_what_the_journal_says(tmp_path: Path) -> None:
    left = _contradicting(tmp_path)
    data = json.loads((left / "c.json").read_text(encoding="utf-8"))
    del data["lessons"]["c_001"]
    (left / "c.json").write_text(json.dumps(data), encoding="utf-8")
    assert read_records(left) == {"c_001": _at(Stage.LINKED, "b", 1), "c_002": _OTHER}


_RECORDS: Final = st.builds(
    lambda lesson, stage, name, minute, offset, lost: replace(
        _at(stage, name, minute if stage is Stage.PLANNED else minute or 0),
        lesson_id=lesson,
        offset=offset,
        lost_marks=lost,
    ),
    st.sampled_from(["c_001", "c_002", "c_003"]),
    st.sampled_from(Stage),
    st.sampled_from("abc"),
    st.none() | st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([(), ("x",), ("y", "z")]),
)
_SOME: Final = st.lists(_RECORDS, min_size=1, max_size=4)
_EDITS: Final[dict[str, Callable[[Path, list[Record]], None]]] = {
    "another": lambda folder, others: _write_file(folder, *others) if others else None,
    "lost": lambda folder, _: _lose(folder),
    "kept": lambda _folder, _others: None,
}


def _read_or_refused(folder: Path) -> dict[str, Record] | None:
    try:
        return read_records(folder)
    except UsageError as error:
        if "contradict each other" not in error.what:
            raise
        return None


def _names(record: Record) -> set[str]:
    """What is known of videos that may exist."""
    own = {record.video_id} if record.video_id and record.is_begun else set()
    return own | set(record.lost_marks)


@must_draw("read", "refused")
@settings(derandomize=True, deadline=None, max_examples=examples(25))
@given(_SOME, _SOME, st.sampled_from(sorted(_EDITS)), st.lists(_RECORDS, max_size=4))
def test_whatever_became_of_the_file_no_record_is_lost(
    in_file: list[Record], saved: list[Record], edit: str, others: list[Record]
) -> None:
    with TemporaryDirectory() as name:
        left = _left_behind(Path(name), in_file, saved)
        _EDITS[edit](left, others)
        journal = [json.loads(line) for line in (left / "c.journal").read_bytes().splitlines()[1:]]
        in_journal = {lesson_id for line in journal for lesson_id in line}
        last = {record.lesson_id: record for record in saved if record.lesson_id in in_journal}
        other = {one.lesson_id: one for one in others} if edit == "another" else {}
        before = (left / "c.journal").read_bytes()
        known = _read_or_refused(left)
        drew("refused" if known is None else "read")
        assert (left / "c.journal").read_bytes() == before
        if known is None:
            return
        for side in (last, other):
            for lesson_id, record in side.items():
                found = known[lesson_id]
                is_over = found.stage.is_linked and found.video_id == record.video_id  # it has looked for all others
                assert _names(record) <= _names(found) or is_over
