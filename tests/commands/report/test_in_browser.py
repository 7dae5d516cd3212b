"""The report's page in a real browser: on a phone and a desk, by day and by night."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.report.figures import CourseFigures
from kinescope_upload.commands.report.page import page_of
from support.browser import LOOKS, faint_texts, looking
from support.report_cases import a_report

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from support.browser import Look

pytestmark = pytest.mark.slow

_CUT_OFF = """() => [...document.querySelectorAll("svg text")]
  .filter((text) => text.checkVisibility())
  .filter((text) => {
    const [own, plot] = [text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()];
    return own.left < plot.left - 1 || own.right > plot.right + 1;
  })
  .map((text) => text.textContent)"""
_BROKEN_WORDS = """() => [...document.querySelectorAll("th, td.short")]
  .filter((cell) => {
    const text = document.createRange();
    text.selectNodeContents(cell);
    return new Set([...text.getClientRects()].map((line) => line.top)).size > 1;
  })
  .map((cell) => cell.textContent)"""


_CUT_COLUMNS = """() => [...document.querySelectorAll(".scroll")]
  .filter((part) => part.scrollWidth > part.clientWidth)
  .map((part) => part.textContent)"""


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_report_is_read_on_every_screen(tmp_path: Path, browser: Browser, look: Look) -> None:
    file = tmp_path / "report.html"
    long = CourseFigures(course="длинное_имя_" * 20, lessons=2, done=1, done_bytes=1, all_bytes=2, failed=1)
    report = a_report(courses=(*a_report().courses, long))
    file.write_text(page_of(report, UTC), encoding="utf-8")
    with looking(browser, look) as page:
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width
        assert page.locator("svg.curve").count() == 3
        assert page.evaluate(_CUT_OFF) == []
        assert page.evaluate(_BROKEN_WORDS) == []
        assert page.evaluate(_CUT_COLUMNS if look.width > 600 else "[]") == []
        assert faint_texts(page) == []
