"""The page is whole, small, needs nothing else, and no name can write HTML into it."""

from __future__ import annotations

import re
from datetime import UTC
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.commands.report.figures import CourseFigures, FailedLesson
from kinescope_upload.commands.report.page import page_of
from support.display_cases import HOSTILE
from support.report_cases import GB, a_finished, a_report, a_run_that_sent, an_outage

if TYPE_CHECKING:
    from kinescope_upload.commands.report.figures import Report

EVIL: Final = '</td></title></style><script>alert(1)</script><img src="https://evil.example/x" onerror=alert(1)>&lt;'
WITHOUT_END: Final = frozenset({"meta"})


class Reader(HTMLParser):
    """Reads a page: its elements, its texts; fails where an element is closed that is not open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in WITHOUT_END:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(a_report(), UTC)


def test_405_lessons_and_20_runs_are_a_whole_page_of_less_than_300_kb(page: str) -> None:
    assert len(page.encode()) < 300_000
    read = Reader(page)
    assert read.open == []
    assert page.startswith("<!DOCTYPE html>\n<html")


def test_it_shows_the_figures_the_tables_and_four_plots(page: str) -> None:
    read = Reader(page)
    for text in (
        "Upload report: Academy Courses",
        "405 of 408 have their video",
        "20 runs, 20 h 00 min in all",
        "5.6 MB/s on average while at work, waits included",
        "02_маркетинг",
        "The file is broken.",
    ):
        assert text in read.texts
    plots = [attributes for tag, attributes in read.elements if tag == "svg"]
    assert [(one["role"], bool(one["aria-label"])) for one in plots] == [("img", True)] * 4
    assert "100 GB" in read.texts
    heads = [text for text in read.texts if text in {"Courses", "Runs", "What runs waited for", "Failed lessons"}]
    assert len(heads) == 4


def test_nothing_is_loaded_from_anywhere_and_nothing_runs(page: str) -> None:
    read = Reader(page)
    assert not re.search(r"https?:|//|url\(|@import", page)
    assert {tag for tag, _ in read.elements}.isdisjoint({"script", "link", "img", "iframe", "a", "form", "object"})
    names = {name for _, attributes in read.elements for name in attributes}
    assert names.isdisjoint({"src", "href", "xlink:href", "srcset", "action"})
    assert not any(name.startswith("on") for name in names)


def test_names_and_reasons_cannot_write_html() -> None:
    clean = a_report(runs=1)
    report = a_report(
        subject=EVIL,
        courses=(CourseFigures(course=EVIL, lessons=2, done=1, done_bytes=GB, all_bytes=2 * GB, failed=1),),
        failures=(FailedLesson(lesson_id=EVIL, reason=HOSTILE),),
        runs=(a_run_that_sent("a", hours=0, size=GB, reason=EVIL, outages=(an_outage(0, 1, kind=EVIL, reason=EVIL),)),),
        notes=(EVIL,),
    )
    evil, usual = Reader(page_of(report, UTC)), Reader(page_of(clean, UTC))
    assert {tag for tag, _ in evil.elements} <= {tag for tag, _ in usual.elements} | {"p"}
    assert EVIL in evil.texts
    assert evil.open == []
    assert not any(char in "".join(evil.texts) for char in "\x1b\u202e\udcff")


def test_commands_are_shown_as_such_and_not_between_backticks() -> None:
    reason = "It has no folder. `kupload folders --create` makes it. Or `kupload map`"
    read = Reader(page_of(a_report(failures=(FailedLesson(lesson_id="a", reason=reason),)), UTC))
    assert [tag for tag, _ in read.elements].count("code") == 2
    place = read.texts.index("kupload folders --create")
    assert read.texts[place - 1 : place + 3] == [
        "It has no folder. ",
        "kupload folders --create",
        " makes it. Or ",
        "kupload map",
    ]
    assert not any("`" in text for text in read.texts)


def test_the_line_of_a_curve_ends_with_its_last_value(page: str) -> None:
    areas = re.findall(r'<path d="([^"]*)" class="line reactive"', page)
    lines = re.findall(r'<path d="([^"]*)" class="line reactive nofill"', page)
    assert len(lines) == len(areas) == 3
    for line, area in zip(lines, areas, strict=True):
        assert line.split()[-2:] == area.split()[-4:-2]


def test_a_page_stays_small_however_much_there_is() -> None:
    long = "x" * 5_000
    report = a_report(
        lessons=2_000,
        courses=tuple(
            CourseFigures(course=f"{number}{long}", lessons=1, done=1, done_bytes=1, all_bytes=1, failed=0)
            for number in range(300)
        ),
        failures=tuple(FailedLesson(lesson_id=long, reason=f"{number}{long}") for number in range(300)),
        runs=tuple(
            a_run_that_sent(str(number), hours=number, size=GB, samples=(), reason=long) for number in range(300)
        ),
    )
    page = page_of(report, UTC)
    assert len(page.encode()) < 300_000
    assert "and 100 more" in page


@pytest.mark.parametrize(
    "report",
    [
        a_report(lessons=0, runs=0, courses=(), failures=()),
        a_report(runs=0, finished=(a_finished(0),)),
        a_report(runs=0, finished=(a_finished(0), a_finished(0))),
    ],
    ids=["nothing", "one lesson", "two at one moment"],
)
def test_where_little_is_known_there_is_a_page_without_plots_over_time(report: Report) -> None:
    read = Reader(page_of(report, UTC))
    assert read.open == []
    assert [tag for tag, _ in read.elements if tag == "svg"] == []


def test_it_is_made_for_dark_rooms_phones_and_paper(page: str) -> None:
    assert 'name="viewport" content="width=device-width' in page
    for rule in ("prefers-color-scheme: dark", "max-width: 34rem", "@media print"):
        assert rule in page
