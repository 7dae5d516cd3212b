"""The title that Kinescope can hold of a lesson's title."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinescope_upload.upload.titles import LONGEST_TITLE, fit_title, is_title_of
from support.drawn import drew, must_draw

WORD = "аналитика "
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e9\U0001f1ea"
THUMB = "\U0001f44d\U0001f3fd"

TITLES = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="ab é\u0301\u0308й\u0306", min_size=120, max_size=300),
    st.lists(st.sampled_from(["слово", "e\u0301", FAMILY, FLAG, THUMB, "и\u0306", "x" * 30]), max_size=80).map(
        " ".join
    ),
    st.lists(st.sampled_from(["e\u0301", FAMILY, FLAG, THUMB, "a"]), max_size=200).map("".join),
    st.text(alphabet="\u0958\ufb2c \u0344a", min_size=60, max_size=200),  # their composed form is longer
)


@pytest.mark.parametrize(
    ("title", "fitted"),
    [
        ("", ""),
        ("Урок 1", "Урок 1"),
        ("a" * 140, "a" * 140),
        ("a" * 141, "a" * 139 + "…"),
        ("a" * 139 + " b", "a" * 139 + "…"),
        ("a" * 138 + " bc", "a" * 138 + "…"),
        (WORD * 20, (WORD * 14).strip() + "…"),
        ("Курс " + "b" * 200, ("Курс " + "b" * 200)[:139] + "…"),
        ("e\u0301" * 140, "é" * 140),
        ("x\u0301" * 100, "x\u0301" * 69 + "…"),
        ("a" * 138 + FLAG + "b", "a" * 138 + "…"),
        (" " * 10 + "a" * 139, "a" * 139),
        ("a" * 140 + "  ", "a" * 140),
        (" " * 200, " " * 140),
        (FLAG * 100, FLAG * 69 + "…"),
        ("\U0001f600" * 141, "\U0001f600" * 139 + "…"),
        ("a" * 138 + "\ud83d\ude00" + "b", "a" * 138 + "…"),
    ],
)
def test_a_title_is_cut_between_words_where_it_can_be(title: str, fitted: str) -> None:
    assert fit_title(title) == fitted


@given(TITLES)
@example("a" * 139 + "\u0301" * 200)
@example("\u0301" * 300)
@example(" " * 300)
def test_the_result_fits_and_is_its_own_result(title: str) -> None:
    fitted = fit_title(title)
    assert max(len(fitted), len(unicodedata.normalize("NFC", fitted))) <= LONGEST_TITLE
    assert fit_title(fitted) == fitted
    assert is_title_of(fitted, title)
    assert is_title_of(title, title)


@must_draw("too long", "fits")
@given(TITLES)
def test_only_what_is_too_long_is_changed_and_only_its_end(title: str) -> None:
    composed = unicodedata.normalize("NFC", title).strip()
    fitted = fit_title(title)
    drew("fits" if len(composed) <= LONGEST_TITLE else "too long")
    if len(composed) <= LONGEST_TITLE:
        assert unicodedata.normalize("NFC", fitted).strip() == composed
    else:
        assert fitted.endswith("…")
        assert composed.startswith(fitted[:-1])


@must_draw("cut", "whole")
@given(st.lists(st.sampled_from(["a", "e\u0323\u0302", "x\u0301", FAMILY, FLAG, THUMB, " "]), min_size=30, max_size=90))
def test_no_character_of_several_parts_is_split(parts: list[str]) -> None:
    composed = [unicodedata.normalize("NFC", part) for part in ("a", *parts)]
    fitted = fit_title("".join(composed))
    drew("cut" if fitted.endswith("…") else "whole")
    backends = {len("".join(composed[:count])) for count in range(len(composed) + 1)}
    assert len(fitted.removesuffix("…")) in backends


@pytest.mark.parametrize(
    ("video", "lesson", "same"),
    [
        ("Урок 1", "Урок 1", True),
        (" Урок 1 ", "Урок 1", True),
        ("и\u0306", "й", True),
        ("a" * 200, "a" * 200, True),
        ("a" * 139 + "…", "a" * 200, True),
        ("a" * 140, "a" * 200, False),
        ("a" * 138 + "…", "a" * 200, False),
        ("Урок 2", "Урок 1", False),
    ],
)
def test_a_video_is_called_as_its_lesson_or_as_the_cut(video: str, lesson: str, same: bool) -> None:
    assert is_title_of(video, lesson) is same
