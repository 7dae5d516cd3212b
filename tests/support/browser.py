"""A real Chromium for tests of the page and the report; those are skipped, with the reason, where there is none."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE: Final = 30_000
"""Milliseconds for what the page is to show."""


class Look(NamedTuple):
    """How somebody looks at a page."""

    name: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


LOOKS: Final = tuple(
    Look(f"{device}-{scheme}", width, height, scheme)
    for device, width, height in (("phone", 390, 844), ("desktop", 1280, 900))
    for scheme in ("light", "dark")
)


def why_there_is_none() -> str:
    """Why no browser can be started on this machine; empty where one can."""
    if find_spec("playwright") is None:
        return "playwright, of the extra `browser`, is not installed"
    return "" if _program() else f"none of {', '.join(_NAMES)} is on the PATH"


def _program() -> str | None:
    return os.environ.get("KUPLOAD_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of an extra that few have

    with sync_playwright() as playwright:
        # In a container the processes of Chromium cannot have a sandbox of their own; all that they open is ours.
        browser = playwright.chromium.launch(executable_path=_program(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if why := why_there_is_none():
        pytest.skip(why)
    with a_browser() as browser:
        yield browser


@contextmanager
def looking(browser: Browser, look: Look) -> Iterator[Page]:
    """A page of its own, whose complaints fail the test."""
    context = browser.new_context(viewport={"width": look.width, "height": look.height}, color_scheme=look.scheme)
    context.set_default_timeout(_PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    try:
        yield page
    finally:
        context.close()
    assert [one for one in complaints if "ERR_CONNECTION_REFUSED" not in one and "ERR_INCOMPLETE" not in one] == []


_FAINT_TEXTS: Final = """() => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const found = parts(getComputedStyle(one).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const isShown = element.checkVisibility && element.checkVisibility();
    if (!own || !isShown || element.matches(":disabled, option, noscript")) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(`${element.tagName} ${ratio.toFixed(2)} ${element.textContent.slice(0, 40)}`);
  }
  return bad;
}"""


def faint_texts(page: Page) -> Any:  # noqa: ANN401 - what the script gives
    """The texts that stand out too little from what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1)."""
    return page.evaluate(_FAINT_TEXTS)
