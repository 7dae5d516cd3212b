"""A course's folder is set in kupload.toml, and every other line stays as it is."""

from __future__ import annotations

import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.config.toml_edit import with_pins, with_settings
from kinescope_upload.errors import UsageError

A, B = "cccccccc-0000-4000-8000-00000000000a", "cccccccc-0000-4000-8000-00000000000b"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f'[folders]\n"c" = "{A}"\n'),
        ("jobs = 4  # ours", f'jobs = 4  # ours\n\n[folders]\n"c" = "{A}"\n'),
        ("jobs = 4\n\n", f'jobs = 4\n\n[folders]\n"c" = "{A}"\n'),
        (f'[folders]\nc = "{B}"\n', f'[folders]\nc = "{A}"\n'),
        (
            f"[folders] # by course\n  'c'   =  '{B}'   # first\n",
            f"[folders] # by course\n  'c'   =  \"{A}\"   # first\n",
        ),
        (
            f'[folders]\nd = "{B}"\n\n# names\n[database]\ntable = "T"\n',
            f'[folders]\nd = "{B}"\n"c" = "{A}"\n\n# names\n[database]\ntable = "T"\n',
        ),
        (f'[folders]\r\nd = "{B}"\r\n', f'[folders]\r\nd = "{B}"\r\n"c" = "{A}"\r\n'),
        (f'[database]\nc = "{B}"\n', f'[database]\nc = "{B}"\n\n[folders]\n"c" = "{A}"\n'),
    ],
)
def test_a_pin_changes_its_line_alone(before: str, after: str) -> None:
    assert with_pins(before, {"c": A}, name="kupload.toml") == after


@pytest.mark.parametrize(
    "before", [f'folders.c = "{B}"\n', f'folders = {{ c = "{B}" }}\n', f'[folders]\nc = """{B}"""\n']
)
def test_what_cannot_be_changed_by_lines_is_refused(before: str) -> None:
    with pytest.raises(UsageError, match=r"kupload\.toml is written in a way") as caught:
        with_pins(before, {"c": A}, name="kupload.toml")
    assert "on a line of its own" in str(caught.value.hint)


courses = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12)


@given(st.dictionaries(courses, st.sampled_from([A, B]), max_size=4), st.dictionaries(courses, st.just(A), max_size=3))
def test_whatever_a_course_is_called_its_pin_is_read_again(there: dict[str, str], new: dict[str, str]) -> None:
    def composed(pins: dict[str, str]) -> dict[str, str]:
        return {unicodedata.normalize("NFC", key): value for key, value in pins.items()}

    if len(composed(there)) < len(there):
        return
    text = with_pins("jobs = 4 # four\n", there, name="kupload.toml")
    again = with_pins(text, new, name="kupload.toml")
    data = tomllib.loads(again)
    assert composed(data["folders"]) == composed(there) | composed(new)
    assert again.startswith("jobs = 4 # four\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "library = 'E:\\Courses'\n"),
        ("# mine\njobs = 4 # four\n", "# mine\njobs = 4 # four\nlibrary = 'E:\\Courses'\n"),
        ('library = "/old" # where\r\njobs = 4\r\n', "library = 'E:\\Courses' # where\r\njobs = 4\r\n"),
        ('[folders]\nlibrary = "x"\n', "library = 'E:\\Courses'\n[folders]\nlibrary = \"x\"\n"),
    ],
)
def test_a_setting_stands_above_all_sections(before: str, after: str) -> None:
    assert with_settings(before, {"library": "E:\\Courses"}, name="kupload.toml") == after
    assert tomllib.loads(after)["library"] == "E:\\Courses"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_every_text_can_be_a_setting(value: str) -> None:
    try:
        text = with_settings("jobs = 4\n", {"library": value}, name="kupload.toml")
    except UsageError:
        assert not value.isprintable()
        return
    assert tomllib.loads(text) == {"jobs": 4, "library": value}


def test_a_setting_that_cannot_be_changed_line_by_line_is_left() -> None:
    with pytest.raises(UsageError, match="left as it is"):
        with_settings('library = """\n/a"""\n', {"library": "/b"}, name="kupload.toml")
