"""The pieces of a progress file are the same text that the whole would be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.progress.format import encode_course
from kinescope_upload.progress.lines import CourseLines

IDS = st.integers(0, 400).map(lambda number: f"lesson_{number:03d}")
LINES = st.dictionaries(IDS, st.binary(max_size=5), max_size=300)
STEPS = st.lists(st.dictionaries(IDS, st.binary(max_size=5), max_size=3), max_size=30)


def _text(lines: CourseLines) -> bytes:
    return b"".join(lines.pieces())


@given(LINES, STEPS)
def test_the_pieces_make_the_same_file_as_the_lines(begun: dict[str, bytes], steps: list[dict[str, bytes]]) -> None:
    lines, expected = CourseLines("курс", begun), begun
    for step in steps:
        lines, expected = lines.with_lines(step), expected | step
        assert _text(lines) == encode_course("курс", expected)
        assert lines.holds(step)


@given(LINES, STEPS)
def test_what_could_not_be_written_leaves_no_trace(begun: dict[str, bytes], steps: list[dict[str, bytes]]) -> None:
    lines = CourseLines("c", begun)
    for step in steps:
        lines.with_lines(step)
    assert _text(lines) == encode_course("c", begun)
    for step in steps:
        assert lines.holds(step) is (step.items() <= begun.items())
