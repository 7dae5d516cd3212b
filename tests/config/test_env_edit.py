"""A value is set in `.env`, and every other line stays as it is."""

from __future__ import annotations

import io

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.config.env_edit import with_values
from kinescope_upload.errors import UsageError


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "K=new\n"),
        ("A=1", "A=1\nK=new\n"),
        ("# mine\nA=1\r\n", "# mine\nA=1\r\nK=new\r\n"),
        ("K=old\n", "K=new\n"),
        ("K=\nA=1\n", "K=new\nA=1\n"),
        ("# K=example\nK=old # why\nA=1", "# K=example\nK=new # why\nA=1"),
        ("K=  # why\n", "K=new  # why\n"),
        ('K="a # b"  # why\n', "K=new  # why\n"),
        ("K = 'two\nlines'\nA=1\n", "K =new\nA=1\n"),
        ("\n\n  export K=old\n\n", "\n\n  export K=new\n\n"),
        ("K=first\nA=1\nK=second\n", "K=first\nA=1\nK=new\n"),
        ("K=old\r\nA=1\r\n", "K=new\r\nA=1\r\n"),
        ("KK=1\nKEY_K=2\n", "KK=1\nKEY_K=2\nK=new\n"),
    ],
)
def test_the_line_that_counts_gets_the_value_and_the_others_stay(before: str, after: str) -> None:
    assert with_values(before, {"K": "new"}, name=".env") == after


_LINES = st.lists(
    st.sampled_from(["# a comment", "", "A=1", "B='x y'", 'C="1"  # why', "export D=4", "K=old", "K='o l d' # why"]),
    max_size=8,
)
_VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30)


@given(lines=_LINES, value=_VALUES.map(str.strip))
def test_what_is_written_is_read_and_no_other_line_changes(lines: list[str], value: str) -> None:
    before = "".join(f"{line}\n" for line in lines)
    try:
        after = with_values(before, {"K": value}, name=".env")
    except UsageError:
        assert not value.isprintable()
        return
    read = dotenv_values(stream=io.StringIO(after), interpolate=False)
    assert read == dotenv_values(stream=io.StringIO(before), interpolate=False) | {"K": value}
    kept = [line for line in lines if not line.startswith("K=")]
    assert [line for line in after.splitlines() if line in kept][: len(kept)] == kept


def test_a_line_that_cannot_be_changed_is_left() -> None:
    with pytest.raises(UsageError, match="left as it is"):
        with_values("K\n", {"K": "new", "": "x"}, name=".env")
