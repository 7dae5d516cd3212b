"""Pairs of `kupload-map.json`: what contradicts them is not believed, and none is dropped without a word."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.mapping import assign_by_manifest, assign_by_map, assign_by_scan_rule, confirmed_pair, with_pairs
from kinescope_upload.model import MappedLibrary, MappingSource
from kinescope_upload.plan import Selection
from kinescope_upload.survey import Survey
from kinescope_upload.upload import Record, Stage
from support.drawn import drew, must_draw
from support.mapping_cases import row, table, videos
from support.progress_cases import a_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kinescope_upload.model import Assignment, VideoFile

_MAP: Final = "/library/kupload-map.json"
_VIDEO: Final = "0e0e0e0e-0000-4000-8000-000000000001"
_M2: Final = {"m2/001_y": "m2_001", "m2/002_y": "m2_002"}


def _pair(file: str, lesson: str, **more: str) -> dict[str, str]:
    return {"filePath": f"c/{file}.mp4", "lessonId": f"c_{lesson}", **more}


@dataclass(frozen=True, kw_only=True)
class _Library:
    """Two sections of files, and rows, none of which has a video but for the linked ones."""

    files: Sequence[str] = ("m1/001_x", "m1/002_x", "m1/003_x", "m2/001_y", "m2/002_y")
    rows: Sequence[str] = ("m1_001", "m1_002", "m1_003", "m2_001", "m2_002")
    linked: frozenset[str] = frozenset()
    manifest: Mapping[str, str] = field(default_factory=dict)

    def survey(self, *pairs: object, has_rows: bool = True) -> Survey:
        files = videos(*(f"c/{path}.mp4" for path in self.files))
        rows = [row(f"c_{key}", "c", video_id=_VIDEO if key in self.linked else None) for key in self.rows]
        return Survey(
            unchecked=self._by_manifest(files) if self.manifest else MappedLibrary(assignments=self._by_place(files)),
            source=MappingSource.MANIFEST if self.manifest else MappingSource.SCAN_RULE,
            selection=Selection(),
            files=tuple(files),
            confirmed=assign_by_map({"matched": list(pairs)}, files, root="/library", origin=_MAP),
            rows=table(rows) if has_rows else None,
        )

    @staticmethod
    def _by_place(files: Sequence[VideoFile]) -> tuple[Assignment, ...]:
        return assign_by_scan_rule(files)

    def _by_manifest(self, files: Sequence[VideoFile]) -> MappedLibrary:
        lessons = [{"id": f"c_{key}", "filepath": f"c/{path}.mp4"} for path, key in self.manifest.items()]
        data = {"courses": [{"id": "c", "modules": [{"lessons": lessons}]}]}
        return assign_by_manifest(data, files, origin="manifest.json")


def _placed(mapped: MappedLibrary) -> dict[str, str]:
    return {one.file.path[2:-4]: one.lesson_id[2:] for one in mapped.assignments}


def _record(lesson: str, path: str, *, is_linked: bool) -> Record:
    return replace(
        a_record(f"c_{lesson}"),
        path=f"c/{path}.mp4",
        size=1_000,
        modified_ns=0,
        video_id=_VIDEO,
        stage=Stage.LINKED if is_linked else Stage.CREATED,
        attempted_at=datetime(2026, 1, 1, tzinfo=UTC),
        upload_url="u",
    )


# --- Pairs that do not count ------------------------------------------------------------------------------------------

_VAIN: Final[dict[str, list[object]]] = {
    "two files for one lesson": [_pair("m1/003_x", "m1_001"), _pair("m1/002_x", "m1_001")],
    "one file for two lessons": [_pair("m1/003_x", "m1_001"), _pair("m1/003_x", "m1_002")],
    "both": [_pair("m1/003_x", "m1_001"), _pair("m1/003_x", "m1_002"), _pair("m1/002_x", "m1_001")],
    "with different titles": [_pair("m1/001_x", "m1_001", title="A"), _pair("m1/001_x", "m1_001", title="B")],
    "no such file": [_pair("m1/009_x", "m1_001")],
    "another course": [_pair("m1/001_x", "m1_001", courseId="d")],
    "a lesson, and no file": [{"lessonId": "c_m1_002"}],
    "a file, and no lesson": [{"filePath": "c/m1/002_x.mp4"}],
    "a file, and a number for its lesson": [{"filePath": "c/m1/002_x.mp4", "lessonId": 2}],
    "one more pair": [_pair("m1/003_x", "m1_001"), _pair("m1/002_x", "m1_001"), _pair("m2/002_y", "m2_002")],
}


@pytest.mark.parametrize("pairs", _VAIN.values(), ids=_VAIN)
@pytest.mark.parametrize("has_rows", [True, False], ids=["database", "no database"])
def test_a_pair_that_does_not_count_is_named_and_no_position_of_its_section_is_believed(
    pairs: list[object], *, has_rows: bool
) -> None:
    survey = _Library().survey(*pairs, has_rows=has_rows)

    mapped = survey.map()

    if has_rows or "courseId" not in str(pairs):
        assert _placed(mapped) == _M2
        assert {doubt.subject for doubt in mapped.doubts} >= {"c/m1"}
    assert set(survey.confirmed.doubts) <= set(mapped.doubts), "what a map file given with --map is told of"
    assert all(doubt.hint for doubt in mapped.doubts)


def test_contradicting_pairs_of_two_sections_put_both_in_doubt() -> None:
    """Two files of m1 are named for one lesson of m2: whose they are, and where its own file is, is open."""
    mapped = _Library().survey(_pair("m1/002_x", "m2_001"), _pair("m1/003_x", "m2_001")).map()
    assert _placed(mapped) == {}
    assert {doubt.subject for doubt in mapped.doubts} == {"c/m1", "c/m2", "c_m2_001"}


def test_an_entry_that_names_nothing_is_a_doubt_with_its_place_and_the_others_count() -> None:
    mapped = _Library().survey({}, _pair("m2/002_y", "m2_002")).map()
    assert len(_placed(mapped)) == 5
    assert [doubt.subject for doubt in mapped.doubts] == ["matched[0]"]


def test_the_doubt_names_the_file_in_which_the_right_pair_is_to_be_left() -> None:
    mapped = _Library().survey(*_VAIN["two files for one lesson"]).map()
    [doubt] = [one for one in mapped.doubts if one.subject == "c_m1_001"]
    assert doubt.hint.startswith(f'Leave the right one in "{_MAP}". `kupload map --forget c_m1_001`')


@pytest.mark.parametrize("which", ["two files for one lesson", "one file for two lessons", "no such file"])
def test_a_manifest_gives_such_a_lesson_or_file_to_nobody(which: str) -> None:
    manifest = {"m1/001_x": "m1_001", "m1/002_x": "m1_002", "m1/003_x": "m1_003", **_M2}
    survey = _Library(manifest=manifest).survey(*_VAIN[which])

    mapped = survey.map()

    named = {name for doubt in survey.confirmed.doubts for name in (*doubt.lesson_ids, *doubt.paths)}
    assert all(named.isdisjoint({one.lesson_id, one.file.path}) for one in mapped.assignments)
    assert set(survey.confirmed.doubts) <= set(mapped.doubts)


@pytest.mark.parametrize("manifest", [{}, {"m1/001_x": "m1_001", "m1/002_x": "m1_002"}], ids=["positions", "manifest"])
@pytest.mark.parametrize("which", ["two files for one lesson", "one file for two lessons", "no such file"])
def test_a_begun_upload_of_such_a_lesson_does_not_go_on(which: str, manifest: dict[str, str]) -> None:
    survey = _Library(manifest=manifest).survey(*_VAIN[which])
    records = {"c_m1_001": _record("m1_001", "m1/001_x", is_linked=False)}

    mapped = survey.resolve(records)

    assert "m1_001" not in _placed(mapped).values()
    assert set(survey.confirmed.doubts) <= set(mapped.doubts)


def test_a_linked_lesson_keeps_its_file_and_the_pairs_are_named_all_the_same() -> None:
    survey = _Library(linked=frozenset({"m1_001"})).survey(*_VAIN["two files for one lesson"])
    mapped = survey.resolve({"c_m1_001": _record("m1_001", "m1/001_x", is_linked=True)})
    assert _placed(mapped) == {"m1/001_x": "m1_001", **_M2}
    assert set(survey.confirmed.doubts) <= set(mapped.doubts)


@pytest.mark.parametrize("written", ["c/m1/000_x.mp4", r"E:\Lib\c\m1\000_x.mp4"])
def test_the_file_of_a_pair_that_was_renamed_since_it_was_sent_is_no_doubt(written: str) -> None:
    """The pair names a file that is not there, and so does the record: the lesson keeps what was renamed."""
    library = _Library(files=("m1/001_x",), rows=("m1_001",), linked=frozenset({"m1_001"}))
    survey = library.survey({"filePath": written, "lessonId": "c_m1_001"})

    renamed = survey.resolve({"c_m1_001": _record("m1_001", "m1/000_x", is_linked=True)})
    another = survey.resolve({"c_m1_001": _record("m1_001", "m1/002_x", is_linked=True)})

    assert (_placed(renamed), renamed.doubts) == ({"m1/001_x": "m1_001"}, ())
    assert set(survey.confirmed.doubts) <= set(another.doubts), "the pair names a file that nothing was sent from"


# --- Pairs that contradict positions ----------------------------------------------------------------------------------

_ASTRAY: Final = ("up/z", "m1/001_x", "m1/002_x", "m1/003_x", "m2/001_y", "m2/002_y")
_CONTRADICTS: Final[dict[str, tuple[_Library, list[dict[str, str]], set[str]]]] = {
    "the first is the last": (_Library(), [_pair("m1/001_x", "m1_003")], {"m2"}),
    "the last is the first": (_Library(), [_pair("m1/003_x", "m1_001")], {"m2"}),
    "the first is the second": (_Library(), [_pair("m1/001_x", "m1_002")], {"m2"}),
    "two are exchanged": (_Library(), [_pair("m1/001_x", "m1_003"), _pair("m1/003_x", "m1_001")], {"m2"}),
    "one is put in, its row is the last": (
        _Library(files=("m1/001_x", "m1/001a", "m1/002_x", "m1/003_x"), rows=("m1_001", "m1_002", "m1_003", "m1_004")),
        [_pair("m1/001a", "m1_004")],
        set(),
    ),
    "one is another section's": (
        _Library(rows=("m1_001", "m1_002", "m2_001", "m2_002", "m2_003")),
        [_pair("m1/001_x", "m2_003")],
        {"m2"},
    ),
    "two sections exchange one": (_Library(), [_pair("m1/001_x", "m2_001"), _pair("m2/001_y", "m1_001")], set()),
    "two sections exchange their last": (_Library(), [_pair("m1/003_x", "m2_002"), _pair("m2/002_y", "m1_003")], set()),
    "one is a lesson of no row": (
        _Library(rows=("m1_001", "m1_002", "m2_001", "m2_002")),
        [_pair("m1/001_x", "m1_01")],
        {"m2"},
    ),
    "a lesson's file lies elsewhere, another's is here": (
        _Library(files=_ASTRAY),
        [_pair("up/z", "m1_003"), _pair("m1/001_x", "m2_003")],
        {"m2"},
    ),
}


@pytest.mark.parametrize("case", _CONTRADICTS.values(), ids=_CONTRADICTS)
def test_a_pair_that_contradicts_a_position_puts_the_rest_of_its_section_in_doubt(
    case: tuple[_Library, list[dict[str, str]], set[str]],
) -> None:
    library, pairs, sound = case
    mapped = library.survey(*pairs).map()
    confirmed = {one["filePath"][2:-4]: one["lessonId"][2:] for one in pairs}
    rest = {path: lesson for path, lesson in _M2.items() if "m2" in sound}
    assert _placed(mapped) == {**confirmed, **rest}
    assert mapped.proposals
    assert any("no position in it can be trusted" in doubt.reason for doubt in mapped.doubts)


_CONSISTENT: Final[dict[str, tuple[_Library, list[dict[str, str]]]]] = {
    "the first is the first": (_Library(), [_pair("m1/001_x", "m1_001")]),
    "the last is the last": (_Library(), [_pair("m1/003_x", "m1_003"), _pair("m2/001_y", "m2_001")]),
    "one too many is another section's": (
        _Library(rows=("m1_001", "m1_002", "m2_001", "m2_002", "m2_003")),
        [_pair("m1/003_x", "m2_003")],
    ),
    "the last lesson's file lies elsewhere": (
        _Library(files=_ASTRAY, rows=("m1_001", "m1_002", "m1_003", "m1_004", "m2_001", "m2_002")),
        [_pair("up/z", "m1_004")],
    ),
}


@pytest.mark.parametrize("case", _CONSISTENT.values(), ids=_CONSISTENT)
def test_a_pair_that_fits_leaves_the_rest_of_its_section_as_it_is(case: tuple[_Library, list[dict[str, str]]]) -> None:
    library, pairs = case
    mapped = library.survey(*pairs).map()
    assert set(_placed(mapped).values()) == set(library.rows)
    assert (mapped.doubts, mapped.proposals) == ((), ())


def test_a_pair_that_contradicts_linked_lessons_alone_asks_for_nothing() -> None:
    """Nothing is to be sent: a file was put in, and its pair said so; the others were uploaded before."""
    library = _Library(
        files=("m1/001_x", "m1/001a", "m1/002_x"),
        rows=("m1_001", "m1_002", "m1_003"),
        linked=frozenset({"m1_001", "m1_002"}),
    )
    mapped = library.survey(_pair("m1/001a", "m1_003")).map()
    assert _placed(mapped) == {"m1/001_x": "m1_001", "m1/001a": "m1_003", "m1/002_x": "m1_002"}
    assert mapped.doubts == ()


@must_draw("by position", "contradicted", "vain")
@given(data=st.data(), linked=st.sets(st.sampled_from(["m1_001", "m1_002", "m2_001"])))
def test_beside_any_pairs_a_file_is_placed_by_its_pair_or_by_its_own_position_or_waits(
    data: st.DataObject, linked: set[str]
) -> None:
    library = _Library()
    rows = data.draw(st.lists(st.sampled_from([*library.rows, "m1_004", "m2_003"]), unique=True, min_size=1))
    records = {f"c_{key}": _record(key, "m9/gone", is_linked=True) for key in linked & set(rows)}
    library = replace(library, rows=sorted(rows), linked=frozenset(linked))
    files = st.sampled_from([*library.files, "m1/009_x"])
    drawn = data.draw(st.lists(st.builds(_pair, files, st.sampled_from(library.rows)), max_size=3))
    survey = library.survey(*drawn)

    mapped = survey.resolve(records)

    own = {one.file.path: one.lesson_id for one in survey.unchecked.assignments}
    for one in mapped.assignments:
        pair = {"filePath": one.file.path, "lessonId": one.lesson_id}
        undone = one.lesson_id[2:] not in linked
        assert pair in drawn or own[one.file.path] == one.lesson_id or not undone
        drew("by position", when=pair not in drawn and undone)
    drew("contradicted", when="stands in the place of" in str(mapped.doubts))
    drew("vain", when=survey.confirmed.doubts)
    assert set(survey.confirmed.doubts) <= set(mapped.doubts)


# --- The way out: the answers of `kupload map --confirm` --------------------------------------------------------------


@pytest.mark.parametrize("pairs", _VAIN.values(), ids=_VAIN)
def test_answers_take_the_place_of_pairs_that_do_not_count(pairs: list[object]) -> None:
    survey = _Library().survey(*pairs)
    answers = [_pair(f"m1/00{number}_x", f"m1_00{number}") for number in (1, 2, 3)]
    written = json.loads(with_pairs({"matched": pairs}, answers))["matched"]
    mapped = _Library().survey(*written).map()
    assert (len(_placed(mapped)), mapped.doubts) == (5, ())
    assert survey.map().proposals


@pytest.mark.parametrize(
    ("change", "is_meant"),
    [({}, True), ({"size": 7}, False), ({"modified_ns": 5_000_000_000}, False), ({"path": "c/m1/9.mp4"}, None)],
    ids=["as it was", "another size", "another time", "not there"],
)
def test_a_confirmed_pair_is_meant_of_the_file_as_it_was_then(
    change: Mapping[str, Any], *, is_meant: bool | None
) -> None:
    [file] = videos("c/m1/001.mp4")
    pair = confirmed_pair(file, row("c_m1_001", "c"))
    now = replace(file, **change)
    read = assign_by_map({"matched": [pair]}, [now], root="/library", origin=_MAP).assignments
    assert [one.is_meant for one in read] == ([] if is_meant is None else [is_meant])


@pytest.mark.parametrize("stamp", [{}, {"fileSize": "7", "fileModified": 1}, {"fileSize": None}])
def test_a_pair_whose_size_and_time_are_no_numbers_counts_and_is_meant_of_no_file_alone(
    stamp: Mapping[str, object],
) -> None:
    pair = {**_pair("m1/001", "m1_001"), **stamp}
    [read] = assign_by_map({"matched": [pair]}, videos("c/m1/001.mp4"), root="/library", origin=_MAP).assignments
    assert not read.is_meant
