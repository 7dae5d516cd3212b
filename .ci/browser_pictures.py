"""Takes the pictures of the page and of the report, in the Chromium of this machine, as PNG with what it says as text.

That text (headings, labels, buttons) is kept in the file, in a chunk "Description" (PNG 3rd edition, 11.3.3.2), and is
what `make pictures-check` compares: pixels differ from one machine to the next.
"""

# ruff: noqa: INP001, S603 - a script, which runs kupload

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
import zlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from kinescope_upload.demo.settings import command_environment
from kinescope_upload.demo.stage import open_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from kinescope_upload.demo.stage import Stage

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_WORDS: Final = "Array.from(document.querySelectorAll('h1, h2, dt, th, button, figcaption'), one => one.innerText)"
_HALF: Final = "document.getElementById('all').value > 0.5 && document.querySelectorAll('#files li').length > 1"
_LOOK: Final = 100
"""Milliseconds between two looks; the page's own policy keeps a script from waiting in it."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEAD_BYTES: Final = len(_SIGNATURE) + 25
"""The signature and the first chunk, IHDR, which has 13 bytes of data."""
_DESCRIPTION: Final = b"Description\0"


def program() -> str | None:
    """The Chromium of this machine; None where there is none, or nothing that drives it."""
    return next(filter(None, map(shutil.which, _NAMES)), None) if find_spec("playwright") else None


def browser_pictures(chromium: str) -> Iterator[tuple[str, bytes]]:
    """The pictures' names without ".png", and what each file holds."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of an extra that few have

    with open_stage(None, lambda: None) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            yield from _of_the_page(stage, browser)
            yield from _of_the_report(stage, browser)
        finally:
            browser.close()


def words_in(picture: bytes) -> str:
    """What the picture says; empty where that is not in it."""
    begin = picture.find(_DESCRIPTION)
    if begin < 0:
        return ""
    (size,) = struct.unpack(">I", picture[begin - 8 : begin - 4])
    return picture[begin + len(_DESCRIPTION) : begin + size].decode("unicode_escape")


def _of_the_page(stage: Stage, browser: Browser) -> Iterator[tuple[str, bytes]]:
    command = _kupload("--create-folders", "--yes", "--jobs", "3", "--bwlimit", "900K", "--web")
    with subprocess.Popen(
        command, cwd=stage.desk, env=_environment(stage), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr  # noqa: S101 - it is a pipe
        found = filter(None, (re.match(r"page: (\S+)", line) for line in run.stderr))
        desk = _page(browser, 1100, "light")
        desk.goto(next(found)[1])
        desk.locator("#share-page").click()
        phone = _page(browser, 390, "dark")
        phone.goto(desk.locator("#address:visible").input_value())
        desk.evaluate("document.getElementById('address').hidden = true; document.activeElement.blur()")
        while not desk.evaluate(_HALF):
            desk.wait_for_timeout(_LOOK)
        yield "page", _taken(desk, full=True)
        yield "page-phone", _taken(phone, full=False)
        subprocess.run(_kupload("bwlimit", "off"), cwd=stage.desk, env=_environment(stage), check=True)
        run.stderr.read()


def _of_the_report(stage: Stage, browser: Browser) -> Iterator[tuple[str, bytes]]:
    for arguments in (("verify", "--wait"), ("report", "--html", "report.html")):
        subprocess.run(_kupload(*arguments), cwd=stage.desk, env=_environment(stage), check=True, capture_output=True)
    page = _page(browser, 900, "light")
    page.goto((stage.desk / "report.html").as_uri())
    yield "report", _taken(page, full=True)


def _page(browser: Browser, width: int, scheme: str) -> Page:
    height = {390: 844}.get(width, 700)
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    return context.new_page()


def _taken(page: Page, *, full: bool) -> bytes:
    """The picture, with what it says put behind its first chunk."""
    words = " | ".join(text for text in page.evaluate(_WORDS) if text)
    data = _DESCRIPTION + words.encode("unicode_escape")
    chunk = struct.pack(">I", len(data)) + b"tEXt" + data + struct.pack(">I", zlib.crc32(b"tEXt" + data))
    picture = page.screenshot(full_page=full)
    return picture[:_HEAD_BYTES] + chunk + picture[_HEAD_BYTES:]


def _kupload(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kinescope_upload", *arguments]


def _environment(stage: Stage) -> dict[str, str]:
    return command_environment(stage.variables, os.environ) | {"PYTHONUTF8": "1", "TZ": "UTC"}
