from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kinescope_upload
from kinescope_upload.output.terminal_output import Surface, escape_unencodable, surface_of
from kinescope_upload.text import (
    cell_width,
    count,
    distinct_bytes,
    format_bytes,
    format_bytes_of,
    format_duration,
    format_rate,
    joined,
    pad,
    printable,
    shorten_middle,
    shorten_path,
    wrapped,
)

SOURCES = Path(kinescope_upload.__file__).parent
HOUSES = {"demo", "emulator"}

UNSAFE = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("День 1 – «Начало», 😀 ёлки.mp4", "День 1 – «Начало», 😀 ёлки.mp4"),
        ("👩\u200d🔧.mp4", "👩\u200d🔧.mp4"),
        ("[red]x[/red]", "[red]x[/red]"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("two\nlines\r\t\x00", r"two\x0alines\x0d\x09\x00"),
        ("a\u202egpj.exe", r"a\u202egpj.exe"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("\x9b31m", r"\x9b31m"),
        ("bad\udcff\ud800", r"bad\xff\ud800"),
        ("\u2028\ufeff\U000e0001", r"\u2028\ufeff\U000e0001"),
    ],
)
def test_a_name_is_shown_with_everything_a_terminal_obeys_escaped(name: str, shown: str) -> None:
    assert printable(name) == shown


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(UNSAFE))))
def test_nothing_that_a_terminal_obeys_is_left_in_any_text(text: str) -> None:
    shown = printable(text)
    assert not set(shown) & set(UNSAFE)
    shown.encode()


@given(st.text())
def test_making_printable_twice_changes_nothing(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("005_5_instrumenty.mp4", 30, "005_5_instrumenty.mp4"),
        ("005_5_instrumenty_konkurentnogo_analiza_5.mp4", 21, "005_5_inst…aliza_5.mp4"[:10] + "…" + "liza_5.mp4"),
        ("Ассортимент как система.mp4", 12, "Ассорт…а.mp4"),
        ("漢字漢字漢字漢字.mp4", 9, "漢字….mp4"),
        ("😀😀😀😀😀", 5, "😀…😀"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_a_long_name_loses_its_middle(text: str, width: int, short: str) -> None:
    assert shorten_middle(text, width) == short


@given(st.text(max_size=60), st.integers(min_value=0, max_value=40))
def test_a_shortened_name_never_takes_more_cells_than_it_may(text: str, width: int) -> None:
    assert cell_width(shorten_middle(text, width)) <= width


@pytest.mark.parametrize(
    ("width", "short"),
    [
        (60, "01_analytics/m01_start/001_Начало.mp4"),
        (32, "01_analytics/m01…/001_Начало.mp4"),
        (20, "01_a…/001_Начало.mp4"),
        (18, "001_Начало.mp4"),
        (12, "001_На…о.mp4"),
    ],
)
def test_a_long_path_keeps_its_name_and_as_much_of_its_course_as_has_room(width: int, short: str) -> None:
    assert shorten_path("01_analytics/m01_start/001_Начало.mp4", width) == short


@given(st.text(max_size=60), st.integers(min_value=0, max_value=40))
def test_a_shortened_path_never_takes_more_cells_than_it_may(text: str, width: int) -> None:
    assert cell_width(shorten_path(text, width)) <= width


def test_a_shortened_name_keeps_a_letter_and_its_accent_together() -> None:
    assert shorten_middle("й" + "и\u0306" * 8, 4).count("\u0306") == shorten_middle("й" + "и\u0306" * 8, 4)[1:].count(
        "и"
    )


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("漢字", 4), ("и\u0306", 1), ("😀", 2), ("❤\ufe0f", 2), ("", 0)]
)
def test_the_width_of_a_text_is_counted_in_cells(text: str, width: int) -> None:
    assert cell_width(text) == width
    assert pad(text, 6) == text + " " * (6 - width)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_400_000, "9.4 MB"),
        (99_960_000, "100 MB"),
        (304_000_000, "304 MB"),
        (999_600_000, "1.0 GB"),
        (33_400_000_000, "33.4 GB"),
        (212_200_000_000, "212 GB"),
        (5 * 10**18, "5000 PB"),
    ],
)
def test_sizes_are_decimal_with_the_digits_that_say_something(size: int, text: str) -> None:
    assert format_bytes(size) == text


@given(st.integers(min_value=0, max_value=10**17))
def test_a_size_is_right_within_six_percent(size: int) -> None:
    number, unit = format_bytes(size).split()
    factor = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15}[unit]
    assert float(number) * factor == pytest.approx(size, rel=0.06)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (95_400_000, 286_000_000, "95.4 of 286 MB"),
        (100_000_000, 300_000_000, "100 of 300 MB"),
        (0, 9_400_000, "0 of 9.4 MB"),
        (9_400_000, 9_400_000, "9.4 of 9.4 MB"),
        (512, 900, "512 of 900 B"),
        (609_000_000, 6_600_000_000, "0.6 of 6.6 GB"),
        (9_400_000, 33_400_000_000, "9.4 MB of 33.4 GB"),
        (12_000_000_000, 900_000_000, "12000 of 900 MB"),
        (0, 0, "0 of 0 B"),
        (5, 0, "5 B of 0 B"),
    ],
)
def test_two_sizes_side_by_side_share_their_unit(part: int, whole: int, text: str) -> None:
    assert format_bytes_of(part, whole) == text


@given(st.integers(min_value=0, max_value=10**17), st.integers(min_value=1, max_value=10**17))
def test_something_never_reads_as_nothing_of_the_whole(part: int, whole: int) -> None:
    assert format_bytes_of(part, whole).startswith(("0 of", "0.0 ")) == (part == 0)


@given(st.integers(min_value=0, max_value=10**17), st.integers(min_value=1, max_value=10**6))
def test_different_sizes_differ_as_texts(size: int, more: int) -> None:
    first, second = distinct_bytes(size, size + more)
    assert first != second


def test_sizes_that_look_alike_are_shown_to_the_byte() -> None:
    assert distinct_bytes(304_000_012, 304_000_000) == ("304,000,012 B", "304,000,000 B")
    assert distinct_bytes(304_000_012, 12) == ("304 MB", "12 B")


def test_no_sentence_shows_a_raw_number_of_bytes() -> None:
    paths = {path.relative_to(SOURCES): path for path in SOURCES.rglob("*.py")}
    raw = re.compile(r"\{[^{}]*[a-z][^{}]*\} bytes")
    sources = {name: path.read_text("utf-8") for name, path in paths.items() if name.parts[0] not in HOUSES}
    assert len(sources) > 100
    assert {name: found for name, text in sources.items() if (found := raw.findall(text))} == {}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (0.97, "1 s"),
        (42, "42 s"),
        (59.7, "1 min 00 s"),
        (303, "5 min 03 s"),
        (3900, "1 h 05 min"),
        (183_600, "2 d 03 h"),
        (-1, "0 s"),
    ],
)
def test_durations_read_as_one_says_them(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_numbers_come_with_their_nouns_and_rates_with_their_unit() -> None:
    assert count(1, "video", "videos") == "1 video"
    assert count(100_000, "video", "videos") == "100,000 videos"
    assert format_rate(3_200_000.4) == "3.2 MB/s"


@pytest.mark.parametrize(
    ("reason", "hint", "text"),
    [("broken", "", "broken"), ("broken", "Fix it.", "broken. Fix it."), ("Broken!", "Fix it.", "Broken! Fix it.")],
)
def test_a_reason_and_its_hint_are_two_sentences(reason: str, hint: str, text: str) -> None:
    assert joined(reason, hint) == text


def test_what_an_encoding_cannot_carry_is_escaped() -> None:
    surface = Surface(encoding="cp1251")
    assert surface.shown("День 😀\x1b") == r"День \U0001f600\x1b"
    assert surface.ellipsis == "…"
    assert Surface(encoding="ascii").ellipsis == ".."
    assert not Surface(encoding="no such encoding").carries("a")


def test_a_stream_writes_escapes_instead_of_failing() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    print("ё", file=escape_unencodable(stream), end="", flush=True)
    assert raw.getvalue() == rb"\u0451"


def test_a_stream_that_is_no_terminal_has_eighty_columns_and_no_colour() -> None:
    surface = surface_of(io.StringIO(), {"TERM": "xterm"})
    assert surface == Surface(encoding="utf-8", width=80, has_colour=False)


_WORDS = st.lists(
    st.sampled_from(["a", "word", "папка", "`kupload map --course x`", "`kupload`,", "x" * 30]), min_size=1
)


@given(_WORDS, st.integers(min_value=10, max_value=40), st.sampled_from(["", "    "]))
def test_text_is_broken_between_words_alone_and_never_in_a_command(words: list[str], width: int, indent: str) -> None:
    lines = wrapped(" ".join(words), width, "", indent)
    assert " ".join(line.strip() for line in lines) == " ".join(words)
    assert all(line.startswith(indent) for line in lines[1:])
    assert all(cell_width(line) <= width or line.strip() in words for line in lines)
