"""A library that lives on: whatever is done to it, a file is sent for its own lesson or for none."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.model import MappingSource
from kinescope_upload.plan import Decision
from kinescope_upload.plan.replacing import Refused, replacement_of
from kinescope_upload.upload import Dialect, Stage
from kinescope_upload.upload.events import FreshUpload, ReplacementBegun
from kinescope_upload.upload.table import advance
from support.drawn import drew, must_draw
from support.growing import Growing, alike, content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kinescope_upload.plan import Plan

_SECTION: Final = "c/m01"


def _base(names: Iterable[str] = ("Альфа", "Бета", "Гамма", "Дельта", "Эпсилон")) -> Growing:
    world = Growing()
    world.begin(_SECTION, names)
    world.begin("c/m02", ("Первый", "Второй", "Третий"))
    return world


# --- Shapes: what is done to the library; each names the contents that need a new row, by section ---------------------

_New = dict[str, list[str]]


def _add(world: Growing, path: str, name: str) -> None:
    world.files[path] = content(name)


def _insert(world: Growing, path: str) -> _New:
    _add(world, path, "Новая")
    return {_SECTION: ["Новая"]}


def _insert_first(world: Growing) -> _New:
    return _insert(world, "c/m01/000_Новая.mp4")


def _insert_middle(world: Growing) -> _New:
    return _insert(world, "c/m01/002a_Новая.mp4")


def _insert_last(world: Growing) -> _New:
    return _insert(world, "c/m01/006_Новая.mp4")


def _delete(world: Growing) -> _New:
    del world.files["c/m01/002_Бета.mp4"]
    return _insert_last(world)


def _rename(world: Growing) -> _New:
    world.rename("c/m01/002_Бета.mp4", "c/m01/004b_Бета.mp4")
    return _insert_last(world)


def _renumber(world: Growing) -> _New:
    """Every file is called anew, as one is put in front: only the names of the contents' files change."""
    for number, path in reversed(list(enumerate(sorted(path for path in world.files if path.startswith("c/m01")), 2))):
        world.rename(path, f"c/m01/{number:03d}.mp4")
    return _insert(world, "c/m01/001.mp4")


def _swap_two(world: Growing) -> _New:
    two, four = "c/m01/002_Бета.mp4", "c/m01/004_Дельта.mp4"
    world.files[two], world.files[four] = world.files[four], world.files[two]
    return _insert_last(world)


def _split_section(world: Growing) -> _New:
    world.rename("c/m01/004_Дельта.mp4", "c/m03/001_Дельта.mp4")
    world.rename("c/m01/005_Эпсилон.mp4", "c/m03/002_Эпсилон.mp4")
    _add(world, "c/m03/003_Новая.mp4", "Новая")
    return {"c/m03": ["Новая"]}


def _move_between_sections(world: Growing) -> _New:
    world.rename("c/m02/002_Второй.mp4", "c/m01/003a_Второй.mp4")
    return _insert_last(world)


def _two_courses(world: Growing) -> _New:
    world.begin("d/m01", ("Раз", "Два", "Три"))
    _add(world, "d/m01/001a_Свежая.mp4", "Свежая")
    return {**_insert_middle(world), "d/m01": ["Свежая"]}


def _past_999(world: Growing) -> _New:
    world.begin("c/m09", [f"Урок{number}" for number in range(1, 1000)])
    _add(world, "c/m09/999_УрокA.mp4", "УрокA")
    _add(world, "c/m09/999_УрокB.mp4", "УрокB")
    return {"c/m09": ["УрокA", "УрокB"]}


def _nfd(world: Growing) -> _New:
    """The library is copied to a Mac's disk, which spells names decomposed."""
    world.begin("c/m05", ("Йод", "Ёлка"))
    world.files = {unicodedata.normalize("NFD", path): one for path, one in world.files.items()}
    _add(world, unicodedata.normalize("NFD", "c/m05/003_Ещё.mp4"), "Ещё")
    return {"c/m05": ["Ещё"]}


def _shot_again(world: Growing) -> _New:
    """A new cut stands under the old name."""
    world.files["c/m01/003_Гамма.mp4"] = content("Гамма, снята заново")
    return _insert_last(world)


def _shot_again_under_another_name(world: Growing) -> _New:
    del world.files["c/m01/003_Гамма.mp4"]
    _add(world, "c/m01/003_Гамма_2.mp4", "Гамма, снята заново")
    return _insert_last(world)


def _empty_file(world: Growing) -> _New:
    """The middle one of two new files is empty, so that the other takes its number."""
    world.ignored.append("c/m01/006_Пустая.mp4")
    _add(world, "c/m01/007_Новая.mp4", "Новая")
    return {_SECTION: ["Пустая"]}


def _issue_two_of_twelve(world: Growing) -> _New:
    """Twelve new files, two of them in the middle, their rows at the end."""
    names = [f"Новый урок {number}" for number in range(1, 13)]
    paths = ["001a", "003a", *(f"{number:03d}" for number in range(6, 16))]
    for path, name in zip(paths, names, strict=True):
        _add(world, f"c/m01/{path}_{name}.mp4", name)
    return {_SECTION: names}


_SHAPES: Final = (
    _insert_first,
    _insert_middle,
    _insert_last,
    _delete,
    _rename,
    _renumber,
    _swap_two,
    _split_section,
    _move_between_sections,
    _two_courses,
    _past_999,
    _nfd,
    _shot_again,
    _shot_again_under_another_name,
    _empty_file,
    _issue_two_of_twelve,
)

_PROGRESS: Final[dict[str, Callable[[list[str]], list[str]]]] = {
    "with progress": lambda lessons: lessons,
    "without": lambda _: [],
    "with a part of it": lambda lessons: lessons[::2],
    "with the other part": lambda lessons: lessons[1::2],
}


def _grown(shape: Callable[[Growing], _New], rows: str) -> Growing:
    world = _base()
    new = shape(world)
    for section, names in new.items():
        for name in names[: len(names) - (rows == "too few")]:
            world.add_lesson(section, content(name))
        if rows == "too many":
            world.add_lesson(section, None)
    return world


def _plan(world: Growing, progress: str, *, has_originals: bool = True) -> Plan:
    return world.plan(world.records(_PROGRESS[progress](sorted(world.linked))), has_originals=has_originals)


@pytest.mark.parametrize("rows", ["in step", "too many", "too few"])
@pytest.mark.parametrize("progress", _PROGRESS)
@pytest.mark.parametrize("shape", _SHAPES, ids=lambda shape: shape.__name__.strip("_"))
def test_every_cell_is_right_or_in_doubt(shape: Callable[[Growing], _New], progress: str, rows: str) -> None:
    for has_originals in (True, False):
        world = _grown(shape, rows)
        plan = _plan(world, progress, has_originals=has_originals)

        assert world.wrong(plan) == []
        assert world.taken(plan) == []
        sent, recorded = world.sent(plan), set(_PROGRESS[progress](sorted(world.linked)))
        undone = {key for key in world.lessons if key not in world.linked}
        assert sent == undone or plan.is_in_doubt, "what is not sent is named"
        in_doubt = {one.lesson_id for one in plan.in_doubt}
        assert in_doubt.isdisjoint(recorded), "a recorded lesson is in no doubt"


_CERTAIN: Final = {
    ("_insert_last", "with progress"),
    ("_insert_last", "without"),
    ("_insert_last", "with a part of it"),
    ("_nfd", "with progress"),
    ("_nfd", "without"),
    ("_past_999", "with progress"),
    ("_past_999", "without"),
}


@pytest.mark.parametrize(("shape", "progress"), sorted(_CERTAIN))
def test_what_fits_its_position_is_sent_without_a_question(shape: str, progress: str) -> None:
    world = _grown(next(one for one in _SHAPES if one.__name__ == shape), "in step")
    plan = _plan(world, progress)
    assert world.sent(plan) == {key for key in world.lessons if key not in world.linked} != set()
    assert not plan.is_in_doubt


@pytest.mark.parametrize("progress", ["with progress", "without"])
def test_a_file_put_in_front_of_others_is_proposed_for_the_new_lesson(progress: str) -> None:
    """The issue's first case: three linked lessons, a new file before the second, a row at the end."""
    world = Growing()
    world.begin(_SECTION, ("Альфа", "Бета", "Гамма"))
    _add(world, "c/m01/001a_Новая.mp4", "Новая")
    world.add_lesson(_SECTION, content("Новая"))

    plan = _plan(world, progress)

    assert world.asked(plan) == {"c/m01/001a_Новая.mp4": "c_m01_004"}
    assert [one.question for one in plan.proposals] == ['001a_Новая.mp4 → c_m01_004 "Новая"?']
    [doubt] = plan.doubts
    assert (doubt.lesson_ids, doubt.blocking) == (("c_m01_004",), True)
    assert "Perhaps 001a_Новая.mp4" in doubt.hint
    assert {one.decision for one in plan.lessons} == {Decision.SKIP}


def test_a_cut_that_is_to_replace_a_video_is_its_lessons_file_before_anything_of_it_is_sent() -> None:
    world = Growing()
    world.begin(_SECTION, ("Альфа", "Бета", "Гамма"))
    records = world.records(world.linked)
    path, cut = "c/m01/002_Бета.mp4", content("Бета, снята заново").at("c/m01/002_Бета.mp4")
    fresh = FreshUpload(
        video_id=None, dialect=Dialect.JSON, parent_id="p", title="Бета", size=cut.size, modified_ns=cut.modified_ns
    )
    begun = ReplacementBegun(at=datetime(2026, 2, 1, tzinfo=UTC), keep=0, fresh=fresh)
    records["c_m01_002"] = advance(records["c_m01_002"], begun)
    world.files[path] = world.lessons["c_m01_002"] = content("Бета, снята заново")
    _add(world, "c/m01/004_Новая.mp4", "Новая")
    world.add_lesson(_SECTION, content("Новая"))

    plan = world.plan(records, has_originals=False)

    assert (plan.doubts, plan.in_doubt, world.wrong(plan)) == ((), (), [])
    assert world.sent(plan) >= {"c_m01_004"}


def test_of_twelve_new_files_with_two_in_the_middle_all_wait_and_none_is_linked_two_places_off() -> None:
    """The issue's second case."""
    world = _grown(_issue_two_of_twelve, "in step")
    plan = _plan(world, "with progress")

    assert world.sent(plan) == set()
    assert len(world.asked(plan)) == 12
    assert all(world.files[path] == world.lessons[key or ""] for path, key in world.asked(plan).items())
    assert len(plan.in_doubt) == 0


def test_without_titles_to_go_by_files_are_proposed_in_their_order() -> None:
    world = Growing()
    world.begin(_SECTION, ("Альфа", "Бета"))
    _add(world, "c/m01/001a.mp4", "Икс")
    _add(world, "c/m01/001b.mp4", "Игрек")
    world.add_lesson(_SECTION, content("Икс"))
    world.add_lesson(_SECTION, content("Игрек"))

    plan = _plan(world, "with progress")

    assert world.asked(plan) == {"c/m01/001a.mp4": "c_m01_003", "c/m01/001b.mp4": "c_m01_004"}


def test_a_file_too_many_is_named_and_nothing_of_its_section_is_touched() -> None:
    world = _grown(_insert_middle, "too few")
    plan = _plan(world, "with progress")
    assert world.asked(plan) == {"c/m01/002a_Новая.mp4": None}
    [doubt] = plan.doubts
    assert '1 file has no lesson ("c/m01/002a_Новая.mp4")' in doubt.reason or "in its place" in doubt.reason


def test_all_that_is_recorded_stays_where_it_is_without_a_word() -> None:
    """A run after everything was moved and renamed has nothing to do and nothing to ask."""
    world = _base()
    for number, path in enumerate(sorted(world.files)):
        world.rename(path, f"c/new/{99 - number}.mp4")
    plan = _plan(world, "with progress")
    assert (plan.doubts, plan.proposals) == ((), ())
    assert [one.decision for one in plan.lessons] == [Decision.SKIP] * 8


def test_nobody_is_asked_where_records_tell_or_no_row_is_linked() -> None:
    def refuse(_: object) -> dict[str, object]:
        raise AssertionError("Kinescope was asked")

    recorded = _grown(_insert_last, "in step")
    fresh = _grown(_insert_middle, "in step")
    fresh.linked.clear()
    linked = _base()
    for world, records in ((recorded, recorded.records(recorded.linked)), (fresh, {}), (linked, {})):
        world.survey().resolve(records, ask=refuse, read=refuse)  # type: ignore[arg-type]


def test_two_files_of_one_size_and_time_are_told_apart_by_their_md5() -> None:
    """Both were renamed, so that neither path tells whose they are."""
    world = Growing()
    world.begin(_SECTION, ("Альфа", "Бета"))
    world.alike = True
    records = world.records(world.linked)
    world.rename("c/m01/001_Альфа.mp4", "c/m01/z.mp4")
    world.rename("c/m01/002_Бета.mp4", "c/m01/a.mp4")
    survey = world.survey()

    unread = survey.resolve(records)
    assert {part.path for part in unread.unread} == set(world.files)
    assert [one for one in unread.assignments if unread.proof_of(one) is MappingSource.RECORD] == []

    read = survey.resolve(records, read=world.md5s)
    assert {one.file.path: one.lesson_id for one in read.assignments} == {
        "c/m01/z.mp4": "c_m01_001",
        "c/m01/a.mp4": "c_m01_002",
    }


# --- What a person confirmed, and runs without the database ----------------------------------------------------------


def _inserted() -> Growing:
    """Three linked lessons, a new file before the second, a row at the end, and the pair confirmed."""
    world = Growing()
    world.begin(_SECTION, ("Альфа", "Бета", "Гамма"))
    _add(world, "c/m01/001a_Новая.mp4", "Новая")
    world.confirmed["c/m01/001a_Новая.mp4"] = world.add_lesson(_SECTION, content("Новая"))
    return world


@pytest.mark.parametrize("progress", _PROGRESS)
def test_a_confirmed_pair_is_sent_and_the_rest_is_mapped_as_without_it(progress: str) -> None:
    world = _inserted()
    plan = _plan(world, progress)
    assert (world.sent(plan), world.wrong(plan), plan.doubts, plan.proposals) == ({"c_m01_004"}, [], (), ())
    assert len(plan.lessons) == 4


@pytest.mark.parametrize("progress", _PROGRESS)
def test_a_confirmed_file_that_was_renamed_before_it_was_sent_is_no_mans_and_its_section_waits(progress: str) -> None:
    world = _inserted()
    world.rename("c/m01/001a_Новая.mp4", "c/m01/001b_Новая.mp4")
    plan = _plan(world, progress)
    assert (world.sent(plan), plan.is_in_doubt) == (set(), True)
    assert world.asked(plan)["c/m01/001b_Новая.mp4"] == "c_m01_004"


def test_a_confirmed_file_that_was_renamed_after_it_was_sent_is_in_no_doubt() -> None:
    world = _inserted()
    world.linked.add("c_m01_004")
    world.sent_from["c_m01_004"] = "c/m01/001a_Новая.mp4"
    world.rename("c/m01/001a_Новая.mp4", "c/m01/001b_Новая.mp4")
    plan = _plan(world, "with progress")
    assert (plan.doubts, plan.proposals, len(plan.lessons)) == ((), (), 4)


def test_a_confirmed_pair_goes_before_the_record_of_its_file() -> None:
    """The plan then says that the lesson was uploaded from another file: nothing is re-pointed without a word."""
    world = _base()
    world.confirmed["c/m01/001_Альфа.mp4"] = "c_m01_002"
    plan = _plan(world, "with progress")
    assert world.sent(plan) == set()
    assert {one.lesson_id for one in plan.in_doubt} == {"c_m01_002"}


def test_without_the_database_all_that_is_recorded_is_known() -> None:
    world = _base()
    world.has_rows = False
    mapped = world.survey().resolve(world.records(world.linked))
    assert {one.lesson_id for one in mapped.assignments} == world.linked
    assert {mapped.proof_of(one) for one in mapped.assignments} == {MappingSource.RECORD}
    assert (mapped.doubts, mapped.proposals, mapped.ignored) == ((), (), ())


def test_without_the_database_a_recorded_lesson_keeps_its_file_and_what_moved_on_waits() -> None:
    world = _inserted()
    world.confirmed.clear()
    world.has_rows = False
    plan = _plan(world, "with progress")
    assert (world.sent(plan), world.asked(plan)) == (set(), {"c/m01/001a_Новая.mp4": "c_m01_004"})

    world.rename("c/m01/001a_Новая.mp4", "c/m01/004_Новая.mp4")
    plan = _plan(world, "with progress")
    assert (world.sent(plan), world.wrong(plan), plan.doubts) == ({"c_m01_004"}, [], ())


# --- Files of equal size and time --------------------------------------------------------------------------------

_TWIN: Final = "Близнец"
"""Another content with the size and time of Гамма, which is lesson c_m01_003."""


def _twin(world: Growing, section: str, path: str, *, of_time: str | None = None) -> None:
    """Its file, and its lesson, which has no video."""
    world.files[path] = alike(_TWIN, "Гамма", of_time=of_time)
    world.add_lesson(section, world.files[path])


def _change(world: Growing, *, is_alike: bool = False) -> None:
    """Гамма is shot again under its old name."""
    cut = alike("Гамма, снята заново", "Гамма", of_time="later") if is_alike else content("Гамма, снята заново")
    world.files["c/m01/003_Гамма.mp4"] = world.lessons["c_m01_003"] = cut
    world.uploaded["c_m01_003"] = content("Гамма")


def _drop(world: Growing) -> None:
    del world.files["c/m01/003_Гамма.mp4"]


def _move_away(world: Growing) -> None:
    world.rename("c/m01/003_Гамма.mp4", "c/m01/003_Гамма_2.mp4")


_TWIN_PLACES: Final = {
    "the same section": (_SECTION, "c/m01/006_Близнец.mp4"),
    "its place in the section": (_SECTION, "c/m01/002b_Близнец.mp4"),
    "another section": ("c/m02", "c/m02/004_Близнец.mp4"),
    "a section of another name": ("c/m07", "c/m8/001_Близнец.mp4"),
    "another course": ("d/m01", "d/m01/001_Близнец.mp4"),
}
_DONE_TO: Final[dict[str, Callable[[Growing], None]]] = {
    "changed": _change,
    "changed, of one size": partial(_change, is_alike=True),
    "deleted": _drop,
    "renamed": _move_away,
}


@pytest.mark.parametrize("rows", ["in step", "too few"])
@pytest.mark.parametrize("progress", _PROGRESS)
@pytest.mark.parametrize("place", _TWIN_PLACES)
@pytest.mark.parametrize("what", _DONE_TO)
def test_a_file_of_equal_size_and_time_is_taken_for_no_other(what: str, place: str, progress: str, rows: str) -> None:
    for is_half, has_originals in ((False, True), (False, False), (True, False)):
        world = _base()
        _DONE_TO[what](world)
        _twin(world, *_TWIN_PLACES[place])
        known = _PROGRESS[progress](sorted(world.linked))
        if rows == "too few":
            del world.lessons[max(key for key, one in world.lessons.items() if one and one.name == _TWIN)]
        if is_half and "c_m01_003" not in known:
            continue  # nothing tells that anything of it is sent
        if is_half:
            world.linked.clear()
        records = world.half_sent(known) if is_half else world.records(known)
        mapped = world.plan(records, has_originals=has_originals)
        unread = world.survey().plan(records, world.survey().resolve(records))  # as a dry run does: it reads no file
        is_nobody_s = rows == "too few" and not is_half  # then it stands for a file that was renamed, and is not sent
        for plan in (mapped, unread):
            assert world.wrong(plan) == []
            assert is_nobody_s or world.taken(plan) == []


def test_a_changed_file_is_its_lesson_s_although_another_course_has_one_of_the_old_size_and_time() -> None:
    world = _base()
    _change(world)
    _twin(world, "d/m01", "d/m01/001_Близнец.mp4")
    plan = world.plan(world.records(["c_m01_003"]))

    assert [one.lesson_id for one in plan.changed] == ["c_m01_003"]
    assert world.sent(plan) == {"d_m01_001"}


def test_a_file_that_another_record_names_is_no_renamed_one_although_nothing_of_it_is_begun() -> None:
    """`unlink` has left the record: the next run is to upload the file again."""
    world = _base()
    _drop(world)
    _twin(world, _SECTION, "c/m01/006_Близнец.mp4")
    records = world.records(world.linked)
    planned = replace(records["c_m01_001"], lesson_id="c_m01_006", path="c/m01/006_Близнец.mp4")
    records["c_m01_006"] = replace(planned, stage=Stage.PLANNED, attempted_at=None, old_videos=())
    plan = world.plan(records)
    assert world.taken(plan) == []
    assert "c_m01_003" not in {one.lesson_id for one in plan.lessons}


@pytest.mark.parametrize("is_half", [False, True])
@pytest.mark.parametrize("section", ["c/m02", "d/m01"])
def test_a_file_that_moved_where_a_lesson_lacks_its_file_is_known_by_its_md5(section: str, *, is_half: bool) -> None:
    world = _base()
    world.begin("d/m01", ("Раз",))
    world.rename("c/m01/003_Гамма.mp4", f"{section}/009_Гамма.mp4")
    world.add_lesson(section, None)
    records = world.half_sent(["c_m01_003"]) if is_half else world.records(["c_m01_003"])

    unread = world.survey().resolve(records)
    assert [part.path for part in unread.unread] == [f"{section}/009_Гамма.mp4"]
    assert [one for one in unread.assignments if one.lesson_id == "c_m01_003"] == []

    read = world.survey().resolve(records, read=world.md5s)
    assert [one.file.path for one in read.assignments if one.lesson_id == "c_m01_003"] == [f"{section}/009_Гамма.mp4"]


@pytest.mark.parametrize("is_half", [False, True])
def test_files_numbered_anew_over_each_other_are_sent_for_no_lesson(*, is_half: bool) -> None:
    """Bare numbers of one size: each recorded path holds the file of the lesson before."""
    names = ["Альфа", "Бета", "Гамма"]
    world = Growing()
    for number, name in enumerate(names, start=1):
        path, key = f"c/m01/{number:03d}.mp4", f"c_m01_{number:03d}"
        world.files[path] = world.lessons[key] = alike(name, "size", of_time=name)
        world.sent_from[key] = path
    records = (world.half_sent if is_half else world.records)(list(world.lessons))
    world.linked = set() if is_half else set(records)
    for number in (3, 2, 1):
        world.rename(f"c/m01/{number:03d}.mp4", f"c/m01/{number + 1:03d}.mp4")
    world.files["c/m01/001.mp4"] = alike("Новая", "size", of_time="Новая")
    world.add_lesson(_SECTION, world.files["c/m01/001.mp4"])

    plan = world.plan(records, has_originals=False)

    assert [one for one in world.wrong(plan) if not one.endswith("001")] == []
    if is_half:
        assert {one.lesson_id for one in plan.lessons if one.mixed_up} == {"c_m01_002", "c_m01_003"}
    else:
        steps = {one.lesson_id: replacement_of(one) for one in plan.changed}
        refused = [key for key, step in steps.items() if isinstance(step, Refused)]
        assert refused == ["c_m01_001", "c_m01_002", "c_m01_003"], "the first one's own file stands at 002"


# --- Any edits ------------------------------------------------------------------------------------------------------

_NAMES = st.sampled_from(["001", "002", "003", "004", "005", "006", "000", "002a", "003b", "1", "10", "ё", "z"])


@st.composite
def _edited(draw: st.DrawFn, *, across_sections: bool) -> Growing:
    """A library that was uploaded whole, then edited; new rows come in the order of the new files."""
    world = Growing()
    for section, most in ((_SECTION, 5), ("c/m02", 3), ("d/m01", 2)):
        world.begin(section, [f"{section} {number}" for number in range(draw(st.integers(0, most)))])
    for number in range(draw(st.integers(1, 6))):
        section = draw(st.sampled_from([_SECTION, "c/m02", "c/m03", "d/m01"]))
        path = f"{section}/{draw(_NAMES)}_{draw(st.sampled_from(['x', 'y']))}.mp4"
        edit = draw(st.sampled_from(["add", "add", "delete", "rename", "swap"]))
        if edit == "add":
            world.files.setdefault(path, content(f"new {number}"))
        elif world.files:
            others = [one for one in sorted(world.files) if across_sections or one.startswith(f"{section}/")]
            _edit(world, edit, path, draw(st.permutations(others)))
    _add_rows(world, draw(st.sampled_from(["in step", "too many", "too few"])))
    return world


def _edit(world: Growing, edit: str, path: str, others: list[str]) -> None:
    match edit, others:
        case "delete", [one, *_]:
            del world.files[one]
        case "rename", [one, *_] if path not in world.files:
            world.rename(one, path)
        case "swap", [one, other, *_]:
            world.files[one], world.files[other] = world.files[other], world.files[one]


def _add_rows(world: Growing, rows: str) -> None:
    """Rows for the contents that are new and still there, in the order in which they stand."""
    known = set(filter(None, world.lessons.values()))
    for section in (_SECTION, "c/m02", "c/m03", "d/m01"):
        here = [path for path in sorted(world.files) if path.startswith(f"{section}/")]
        fresh = [world.files[path] for path in here if world.files[path] not in known]
        fresh = [one for one in fresh if one.name.startswith("new")]
        for one in fresh[: len(fresh) - (rows == "too few")]:
            world.add_lesson(section, one)
        if rows == "too many":
            world.add_lesson(section, None)


def test_originals_are_asked_for_until_no_answer_makes_another_section_hang_on_more() -> None:
    """The second section of the other course is sound only once the first answer tells whose file moved there."""
    names = ("c/m01 0", "c/m01 1", "c/m02 0", "c/m02 1", "c/m02 2")
    world = Growing()
    for name in names:
        section, number = name[:5].replace("/", "_"), int(name[-1]) + 1
        world.lessons[f"{section}_{number:03}"] = content(name)
        world.sent_from[f"{section}_{number:03}"] = f"{name[:5]}/{number:03}_{name}.mp4"
    world.linked |= world.lessons.keys()
    world.lessons |= {"c_m01_003": content("new 1"), "d_m01_001": None}
    world.files = {world.sent_from[one]: content(world.sent_from[one][10:-4]) for one in world.linked}
    for lesson_id, path in (("c_m01_001", "d/m01/001_x.mp4"), ("c_m02_002", "d/m01/001_y.mp4")):
        world.rename(world.sent_from[lesson_id], path)
    world.files["c/m01/001_x.mp4"] = content("new 1")
    plan = world.plan(world.records(["c_m01_001", "c_m02_001", "c_m02_003"]))
    assert world.wrong(plan) == []
    assert any("has the size of the file of c_m02_002" in doubt.reason for doubt in plan.doubts)


@must_draw("sent", "waits", "shifted")
@given(has_originals=st.booleans(), data=st.data())
def test_after_any_edits_a_file_is_sent_for_its_own_lesson_or_for_none(
    has_originals: bool, data: st.DataObject
) -> None:
    """Without originals nothing can tell a file that went to another section from a new one there."""
    world = data.draw(_edited(across_sections=has_originals))
    linked = sorted(world.linked)
    known = data.draw(st.sampled_from([linked, [], linked[::2], linked[1::2]]))
    plan = world.plan(world.records(known), has_originals=has_originals)

    drew("sent", when=world.sent(plan))
    drew("waits", when=plan.proposals)
    drew("shifted", when=any("place" in doubt.reason for doubt in plan.doubts))
    assert world.wrong(plan) == []
    assert world.taken(plan) == []
