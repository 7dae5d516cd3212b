"""A mapping written down as a map file is read back as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.mapping import (
    assign_by_map,
    assign_by_scan_rule,
    check_sections,
    draft_of,
    map_text,
    trust_scan,
)
from kinescope_upload.model import Assignment, MappedLibrary, MappingSource, VideoFile
from support.mapping_cases import libraries, rows_of, video, videos

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = "/library"

TITLES = st.none() | st.text(min_size=1).map(lambda text: text.strip() or "x")


def facts(assignments: Iterable[Assignment]) -> list[tuple[str, str, str, str | None]]:
    return sorted((one.lesson_id, one.course, one.file.path, one.title or "") for one in assignments)


def read_back(text: str, files: Iterable[VideoFile]) -> MappedLibrary:
    return assign_by_map(json.loads(text), files, root=ROOT, origin="lessons.json")


@given(libraries())
def test_a_scanned_mapping_survives(files: list[VideoFile]) -> None:
    guessed = assign_by_scan_rule(files)
    mapped = trust_scan(guessed)
    draft = draft_of(mapped, guessed, None, root=ROOT)
    again = read_back(map_text(draft), files)
    assert facts(again.assignments) == facts(mapped.assignments)
    assert again.doubts == ()


@given(st.lists(st.tuples(st.text(), st.text(), TITLES), max_size=8, unique_by=lambda one: one[0]))
def test_any_names_at_all_give_a_file_that_can_be_read(drawn: list[tuple[str, str, str | None]]) -> None:
    files = [video(f"a/{name}.mp4") for name, _, _ in drawn]
    assignments = tuple(
        Assignment(lesson_id=lesson, course="a", file=file, source=MappingSource.SCAN_RULE, title=title)
        for file, (_, lesson, title) in zip(files, drawn, strict=True)
    )
    draft = draft_of(MappedLibrary(assignments=assignments), assignments, None, root=ROOT)
    text = map_text(draft)
    text.encode()
    again = read_back(text, files)
    assert facts(again.assignments) == facts(draft.matched)
    assert {one.file.path for one in draft.matched} | {one.file.path for one, _ in draft.unsure} == {
        file.path for file in files
    }


def test_every_file_of_a_doubtful_section_is_offered_once() -> None:
    files = videos("a/m/1.mp4", "a/m/2.mp4", "a/n/1.mp4", "b/m/1.mp4")
    guessed = assign_by_scan_rule(files)
    rows = rows_of([one for one in guessed if one.course == "a" and one.lesson_id != "a_m_002"])
    draft = draft_of(check_sections(guessed, rows), guessed, rows, root=ROOT)
    assert [one.file.path for one in draft.matched] == ["a/n/1.mp4"]
    assert [one.file.path for one, _ in draft.unsure] == ["a/m/1.mp4", "a/m/2.mp4"]
    assert [one.path for one in draft.ignored] == ["b/m/1.mp4"]
    assert draft.without_file == ("a_m_001",)


def test_an_entry_is_one_line_that_can_be_edited_by_hand() -> None:
    guessed = assign_by_scan_rule(videos("a/m/День 1.mp4"))
    text = map_text(draft_of(trust_scan(guessed), guessed, None, root=ROOT))
    assert '  {"filePath": "a/m/День 1.mp4", "lessonId": "a_m_001", "courseId": "a"}\n' in text
