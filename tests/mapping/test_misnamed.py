"""A new file with another title than its lesson waits where the other files have their lessons' titles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.mapping import Evidence, Known, assign_by_scan_rule, check_sections
from kinescope_upload.mapping.naming import is_named_otherwise
from kinescope_upload.model import LessonRow
from kinescope_upload.upload import Record, Stage
from support.mapping_cases import table, videos
from support.progress_cases import a_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.model import MappedLibrary

_VIDEO: Final = "0e0e0e0e-0000-4000-8000-00000000000"


def _record(number: int, path: str) -> Record:
    return replace(
        a_record(f"c_m_{number:03d}"),
        path=path,
        size=1_000,
        modified_ns=0,
        video_id=f"{_VIDEO}{number}",
        stage=Stage.LINKED,
        attempted_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def _map(names: Sequence[str], titles: Sequence[str]) -> MappedLibrary:
    """A section in which all lessons but the last are linked, each to its file."""
    files = videos(*(f"c/m/{number:03d}{name}.mp4" for number, name in enumerate(names, start=1)))
    linked = range(1, len(files))
    records = {f"c_m_{number:03d}": _record(number, files[number - 1].path) for number in linked}
    rows = [
        LessonRow(
            lesson_id=f"c_m_{number:03d}",
            course="c",
            title=title,
            video_id=f"{_VIDEO}{number}" if number in linked else None,
        )
        for number, title in enumerate(titles, start=1)
    ]
    return check_sections(assign_by_scan_rule(files), table(rows), Known(evidence=Evidence(records=records)))


_LIKE: Final = ["_Альфа", "_Бета"]
_TITLES: Final = ["Альфа", "Бета"]


@pytest.mark.parametrize(
    ("names", "titles", "is_open"),
    [
        pytest.param([*_LIKE, "_Гамма"], [*_TITLES, "Гамма"], False, id="its lesson's title"),
        pytest.param([*_LIKE, "_Введение"], [*_TITLES, "Эта тема"], True, id="another title"),
        pytest.param([*_LIKE, ""], [*_TITLES, "Эта тема"], False, id="a number alone"),
        pytest.param([*_LIKE, "_Введение"], [*_TITLES, "3"], False, id="the lesson has a number alone"),
        pytest.param([*_LIKE, "_Эта"], [*_TITLES, "Эта тема"], False, id="a part of the title"),
        pytest.param(["_Альфа", "_Введение"], ["Альфа", "Эта тема"], False, id="one other file alone"),
        pytest.param(["", "", "_Введение"], [*_TITLES, "Эта тема"], False, id="the others are numbers"),
        pytest.param(["_дубль", "_запись", "_Введение"], [*_TITLES, "Тема"], False, id="the others say something else"),
        pytest.param([*_LIKE, "_запись", "_Введение"], [*_TITLES, "Гамма", "Тема"], False, id="one other does"),
    ],
)
def test_a_new_file_with_another_title_is_proposed_where_the_others_have_their_lessons_titles(
    names: Sequence[str], titles: Sequence[str], *, is_open: bool
) -> None:
    mapped = _map(names, titles)

    new = f"c_m_{len(names):03d}"
    assert [one.lesson_id for one in mapped.proposals] == [new] * is_open
    assert (new in {one.lesson_id for one in mapped.assignments}) is not is_open
    if is_open:
        assert "is not named like c_m_003" in mapped.doubts[0].reason


def test_only_words_of_which_neither_holds_the_other_say_another_title() -> None:
    assert is_named_otherwise("004a_Введение", "Эта")
    assert not is_named_otherwise("004", "Эта")
    assert not is_named_otherwise("4. Эта тема", "Эта")
    assert not is_named_otherwise("да", "нет, и почему")
