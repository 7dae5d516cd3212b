"""Which lesson a file is proposed for: by its title, else by number or order where no title speaks against that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kinescope_upload.mapping.proposals import Guesses, Titles, propose, sent_as
from kinescope_upload.mapping.sections import Section
from kinescope_upload.model import Assignment, LessonRow, MappingSource, VideoFile
from kinescope_upload.upload import Stage
from support.progress_cases import a_record


def _files(*names: str) -> list[Assignment]:
    return [
        Assignment(
            lesson_id=f"c_m_{number:03d}",
            course="c",
            file=VideoFile(path=f"c/m/{name}.mp4", size=1, modified_ns=1),
            source=MappingSource.SCAN_RULE,
        )
        for number, name in enumerate(names, start=1)
    ]


def _rows(*titles: str) -> list[LessonRow]:
    return [
        LessonRow(lesson_id=f"c_m_{number:03d}", course="c", title=title, video_id=None)
        for number, title in enumerate(titles, start=1)
    ]


NAMES = ("000a_Токи", "001_Оптика", "002_Фазы")


@pytest.mark.parametrize(
    ("titles", "free_files", "free_lessons", "expected"),
    [
        pytest.param(("Токи", "Оптика", "Фазы"), [0], [3], [(1, False)], id="the lesson of the title has a file"),
        pytest.param(("Введение", "Оптика", "Фазы"), [0], [3], [(None, True)], id="another file is named like it"),
        pytest.param(("Введение", "Оптика", "Итоги"), [0], [3], [(3, False)], id="no title speaks against the order"),
        pytest.param(("Токи", "Оптика", "Токи"), [0], [2], [(None, True)], id="two lessons have the title"),
        pytest.param(("Токи", "Оптика", "Фазы"), [0, 2], [1, 3], [(1, False), (3, False)], id="both are free"),
        pytest.param(("Токи", "Оптика", "Фазы"), [0], [], [(1, False)], id="no lesson is free"),
        pytest.param(("А", "Б", "В"), [0, 1], [2, 3], [(2, False), (3, False)], id="titles too short to tell"),
        pytest.param(("Итог", "Введение", "Прочее"), [0, 1], [3], [(3, False), (None, False)], id="one too many"),
    ],
)
def test_titles_go_before_the_order_and_speak_against_it(
    titles: tuple[str, ...], free_files: list[int], free_lessons: list[int], expected: list[tuple[int | None, bool]]
) -> None:
    files, rows = _files(*NAMES), _rows(*titles)
    left, free = [files[one] for one in free_files], [rows[number - 1] for number in free_lessons]
    found = propose("c/m", left, free, Guesses(sent={}, by_place={}), Titles.of(files, rows))
    ids = [f"c_m_{number:03d}" if number else None for number, _ in expected]
    assert [(one.lesson_id, one.is_open) for one in found] == list(
        zip(ids, [is_open for _, is_open in expected], strict=True)
    )


@pytest.mark.parametrize(
    ("name", "is_open"),
    [
        ("01. Практика — копия", True),
        ("01. Практика", True),
        ("Введение (2)", False),
        ("Урок 50", False),
        ("Урок 5 — копия", True),
        ("Разное", False),
    ],
)
def test_a_name_that_begins_with_another_lesson_s_title_is_proposed_for_no_lesson(name: str, *, is_open: bool) -> None:
    files, rows = _files(name), _rows("Введение", "Практика", "Урок 5")
    found = propose("c/m", files, rows[:1], Guesses(sent={}, by_place={}), Titles.of((), rows))
    assert [one.is_open for one in found] == [is_open]


def test_a_number_is_no_default_where_titles_speak_against_it() -> None:
    files, rows = _files("001_Фазы", "002_Белки", "003_Токи"), _rows("Оптика", "Фазы", "Белки")
    by_place = Guesses(sent={}, by_place={files[2].file.path: rows[0]})
    found = propose("c/m", files[2:], rows[:1], by_place, Titles.of(files, rows))
    assert [one.lesson_id for one in found] == ["c_m_001"]
    by_place = Guesses(sent={}, by_place={files[0].file.path: rows[0]})
    found = propose("c/m", files[:1], rows[:1], by_place, Titles.of(files[:2], rows))
    assert [one.lesson_id for one in found] == ["c_m_002"]


def _section(files: list[Assignment], *rows: LessonRow) -> Section:
    return Section(name="c/m", files=files, lessons={row.lesson_id: row for row in rows})


@pytest.mark.parametrize(("title", "is_sent"), [("Оптика", True), ("Фазы", False), ("", False)])
def test_a_file_is_proposed_for_the_lesson_that_it_was_sent_for_as_long_as_that_is_called_so(
    title: str, *, is_sent: bool
) -> None:
    [one], [row] = _files("009"), _rows("Оптика")
    sent = replace(a_record("c_m_001", title=title), path="c/m/001.mp4", size=1, modified_ns=1, stage=Stage.LINKED)
    found = sent_as([one], _section([one], row), {"c_m_001": sent})
    assert found == ({one.file.path: row} if is_sent else {})
    also = replace(sent, lesson_id="c_m_002")
    both = _section([one], row, replace(row, lesson_id="c_m_002"))
    assert sent_as([one], both, {"c_m_001": sent, "c_m_002": also}) == {}, "it may be that of either"
    own = replace(one, file=replace(one.file, path="c/m/001.mp4"))
    assert sent_as([one], _section([one, own], row), {"c_m_001": sent}) == {}, "its own is in its place"
