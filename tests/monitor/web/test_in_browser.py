"""The page in a real browser: on a phone and a desk, by day and by night, with the keyboard alone; and a real run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.events import LessonStarted, RunStarted, WaitStarted
from kinescope_upload.monitor.wishes_file import read_wishes
from support.browser import LOOKS, faint_texts, looking
from support.display_cases import lesson
from support.monitored import a_run
from support.paged import BEFORE_THE_END, THE_REST, a_paged_run
from support.world import KIB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from support.browser import Look
    from support.paged import Paged
    from support.world import WorldMaker

pytestmark = pytest.mark.slow
DESK = LOOKS[2]


@pytest.fixture
def paged(tmp_path: Path) -> Iterator[Paged]:
    with a_paged_run(tmp_path) as paged:
        yield paged


def _says(page: Page, selector: str, text: str) -> None:
    page.locator(selector).filter(has_text=text).wait_for()


def _is_wide_as(page: Page) -> int:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert isinstance(width, int)
    return width


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_the_page_shows_the_run_and_nothing_is_wider_than_the_screen(
    paged: Paged, browser: Browser, look: Look
) -> None:
    paged.play(BEFORE_THE_END)
    with looking(browser, look) as page:
        page.goto(paged.page.address)
        _says(page, "#status", "Uploading")
        assert page.url == f"{paged.url}/"
        _says(page, "#files", "a_003.mp4")
        _says(page, "#courses", "1 of 4 lessons")
        _says(page, "#doubts", "a_005: in doubt: has no row in the database")
        _says(page, "#log", ".env is readable by others")
        assert page.locator("#rate svg").get_attribute("aria-label") is not None
        assert page.title().startswith("5") or "%" in page.title()
        assert _is_wide_as(page) <= look.width
        assert faint_texts(page) == []
        paged.play(THE_REST)
        _says(page, "#status", "Ended at")
        _says(page, "#failures", "a_002: failed")
        _says(page, "#summary", "Next")
        assert page.locator("#pause").is_hidden()
        assert _is_wide_as(page) <= look.width
        assert faint_texts(page) == []


def test_every_control_has_a_name_and_every_bar_and_plot_says_what_it_shows(paged: Paged, browser: Browser) -> None:
    paged.play(BEFORE_THE_END)
    with looking(browser, DESK) as page:
        page.goto(paged.page.address)
        _says(page, "#files", "a_003.mp4")
        shown: tuple[tuple[Any, str], ...] = (
            ("button", "Pause"),
            ("combobox", "How long to pause"),
            ("button", "Stop…"),
            ("progressbar", "All that is to be sent"),
            ("progressbar", "01_analytics/a_003.mp4"),
            ("img", "Rate over time: "),
            ("log", "Log"),
            ("region", "Files in hand"),
            ("region", "Courses"),
        )
        for role, name in shown:
            assert page.get_by_role(role, name=name).count() == 1, (role, name)
        assert page.get_by_role("status").first.text_content() == "Uploading"


def test_the_keyboard_alone_reaches_every_control_in_their_order(paged: Paged, browser: Browser) -> None:
    paged.play(BEFORE_THE_END)
    with looking(browser, DESK) as page:
        page.goto(paged.page.address)
        _says(page, "#status", "Uploading")
        reached = []
        for _ in range(5):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.getAttribute('role')"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
        assert reached == ["pause", "for", "stop", "log", "share-page"]
        page.locator("#stop").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "keep"
        page.keyboard.press("Escape")
        assert page.locator("#stopping").is_hidden()
        assert page.evaluate("document.activeElement.id") == "stop"


def test_what_is_waited_for_is_said(paged: Paged, browser: Browser) -> None:
    paged.play(BEFORE_THE_END)
    [wait] = [(seconds, event) for seconds, event in THE_REST if isinstance(event, WaitStarted)]
    with looking(browser, DESK) as page:
        page.goto(paged.page.address)
        paged.play([wait])
        _says(page, "#status", "Waiting")
        _says(page, "#waits", "No connection to Kinescope since")


def test_names_of_files_are_text_and_no_markup(paged: Paged, browser: Browser) -> None:
    name = "<img src=x onerror=document.title=1> `b` <b>.mp4"
    paged.play([(0, BEFORE_THE_END[0][1]), (0, LessonStarted(lesson=lesson("a_002", 9, name=name)))])
    assert isinstance(BEFORE_THE_END[0][1], RunStarted)
    with looking(browser, DESK) as page:
        page.goto(paged.page.address)
        _says(page, "#files", name)
        assert page.locator("main img, main b").count() == 1  # the percentage
        assert page.title() != "1"


def test_a_used_address_says_what_to_do_and_another_browser_gets_its_own(paged: Paged, browser: Browser) -> None:
    with looking(browser, DESK) as page, looking(browser, LOOKS[0]) as other:
        page.goto(paged.page.address)
        page.locator("#share-page").click()
        address = page.locator("#address")
        address.wait_for()
        other.goto(address.input_value())
        _says(other, "#status", "Starting")


_SEEN = """isSeen => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => !isSeen });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_page_that_nobody_sees_follows_the_run_and_hears_of_its_end(tmp_path: Path, browser: Browser) -> None:
    with looking(browser, DESK) as page:
        with a_paged_run(tmp_path) as paged:
            paged.play(BEFORE_THE_END)
            page.goto(paged.page.address)
            _says(page, "#status", "Uploading")
            page.evaluate(_SEEN, False)
            other = page.context.new_page()
            other.goto(paged.url)
            _says(other, "#status", "Uploading")
            [wait] = [(seconds, event) for seconds, event in THE_REST if isinstance(event, WaitStarted)]
            paged.play([wait])
            _says(other, "#status", "Waiting")
            while "Waiting" not in page.title():
                page.wait_for_timeout(20)
            other.close()
            while not page.evaluate("leads && stream?.readyState === EventSource.OPEN"):
                page.wait_for_timeout(20)
            paged.play([one for one in THE_REST if one[1] is not wait[1]])
        _says(page, "#status", "Ended at")
        _says(page, "#summary", "Next")
        assert "Ended at" in page.title()


def test_many_windows_of_one_browser_are_served_and_a_button_works_in_each(paged: Paged, browser: Browser) -> None:
    paged.play(BEFORE_THE_END)
    with looking(browser, DESK) as page:
        page.goto(paged.page.address)
        windows = [page, *(page.context.new_page() for _ in range(7))]
        for window in windows[1:]:
            window.goto(paged.url)
        for number, window in enumerate(windows, 1):
            _says(window, "#status", "Uploading")
            window.locator("#pause").click()
            while read_wishes(paged.progress, a_run().name).number < number:
                window.wait_for_timeout(20)


def test_a_button_that_reaches_nobody_says_so_in_plain_words(paged: Paged, browser: Browser) -> None:
    paged.play(BEFORE_THE_END)
    context = browser.new_context()
    page = context.new_page()
    page.goto(paged.page.address)
    _says(page, "#status", "Uploading")
    page.route("**/pause", lambda route: route.abort())
    page.locator("#pause").click()
    _says(page, "#answer", "Pause did not work: the run gave no answer.")
    page.evaluate("forgetAt = 1")
    page.locator("#answer:empty").wait_for(state="attached")
    context.close()


def test_the_address_lets_in_without_javascript_by_its_button(paged: Paged, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(paged.page.address)
    page.get_by_role("button", name="Open the page in this browser").click()
    assert page.url == f"{paged.url}/"
    _says(page, "noscript, .notice", "This page needs JavaScript")
    context.close()


@pytest.fixture
def address_of() -> re.Pattern[str]:
    return re.compile(r"^page: (http://127\.0\.0\.1:\d+/\?token=\S+) ")


def test_pause_resume_and_stop_act_on_a_run_at_work(
    worlds: WorldMaker, browser: Browser, address_of: re.Pattern[str]
) -> None:
    world = worlds()
    world.fill((3000 * KIB,) * 4)
    with (
        world.start("--jobs", "2", "--bwlimit", "200KB", "--web") as run,
        looking(browser, DESK) as page,
    ):
        try:
            assert run.stdout
            found = next(filter(None, map(address_of.match, run.stdout)))
            page.goto(found[1])
            _says(page, "#status", "Uploading")
            with looking(browser, LOOKS[0]) as other:
                further = address_of.match(world.run("page").text)
                assert further
                other.goto(further[1])
                _says(other, "#status", "Uploading")
            page.locator("#pause").focus()
            page.keyboard.press("Enter")
            _says(page, "#status", "Paused")
            _says(page, "#answer", "Paused; every upload keeps its bytes.")
            assert page.evaluate("document.activeElement.id") == "resume"
            while not (waits := world.run("--status", "--json").said[0]["runs"][0]["waits"]):
                assert run.poll() is None  # the state's file is written once a second
            assert [wait["kind"] for wait in waits] == ["paused"]
            page.keyboard.press("Enter")
            _says(page, "#status", "Uploading")
            assert page.evaluate("document.activeElement.id") == "pause"
            page.locator("#for").select_option("for 2 hours")
            page.locator("#pause").click()
            _says(page, "#status", "Paused until")
            page.locator("#stop").click()
            page.locator("#really").click()
            _says(page, "#status", "Stopped at")
            _says(page, "#detail", "Stopped on its page.")
            _says(page, "#summary", "kupload --jobs 2 --bwlimit 200KB --web")
            run.communicate(timeout=60)
        finally:
            run.kill()
    assert run.returncode == 130
    assert world.run("--bwlimit", "off").exit_code == 0
    world.assert_promise(cuts=2)


def test_the_end_of_a_run_is_shown_and_a_killed_one_cannot_be_reached(
    worlds: WorldMaker, browser: Browser, address_of: re.Pattern[str]
) -> None:
    world = worlds()
    world.fill((1500 * KIB,) * 2)
    with world.start("--bwlimit", "300KB", "--web") as run, looking(browser, DESK) as page:
        assert run.stdout
        page.goto(next(filter(None, map(address_of.match, run.stdout)))[1])
        _says(page, "#status", "Uploading")
        run.kill()
        _says(page, "#away", "cannot be reached")
        _says(page, "#away", "It was last heard of at ")
        _says(page, "#status", "Not reached")
        _says(page, "#detail", "then it said: Uploading")
        assert page.title().startswith("? · ")
        assert page.locator("#facts div", has_text="Rate").count() == 0
        assert page.locator("#stop").is_disabled()
        assert faint_texts(page) == []
    with world.start("--bwlimit", "1M", "--web") as run, looking(browser, DESK) as page:
        assert run.stdout
        page.goto(next(filter(None, map(address_of.match, run.stdout)))[1])
        _says(page, "#status", "Done at")
        _says(page, "#summary", "kupload verify")
        assert page.locator("#away").is_hidden()
