"""Makes the report's page: one HTML file that needs nothing else, readable by day, by night, on a phone and on paper.

It is built as a tree, so that every text is escaped where it is written; texts are made printable first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from kinescope_upload import __version__
from kinescope_upload.commands.report.charts import curve, histogram
from kinescope_upload.commands.report.figures import filled, growth, processing_seconds, rates, thinned
from kinescope_upload.commands.report.sections import headline, local, sections_of
from kinescope_upload.text import format_bytes, format_rate, printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from kinescope_upload.commands.report.figures import Report
    from kinescope_upload.output.sections import Section

_MOST_POINTS: Final = 240
_SHORT: Final = 24
"""Characters of a cell that is not broken into lines: a moment, a size, most names."""
_TIMES: Final = (
    (300.0, "≤ 5 min"),
    (900.0, "≤ 15 min"),
    (3600.0, "≤ 1 h"),
    (4 * 3600.0, "≤ 4 h"),
    (86400.0, "≤ 1 day"),
    (float("inf"), "longer"),
)
_STYLE: Final = """
:root { color-scheme: light dark; --back: #fff; --text: #1c1f23; --faint: #60666e; --line: #d5d9de; --mark: #0b7285;
  --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --back: #14171a; --text: #e6e8ea; --faint: #9aa1a9; --line: #343a40;
  --mark: #3bc9db; --bad: #ff8a80; } }
@media print { :root { color-scheme: light; --back: #fff; --text: #000; --faint: #444; --line: #bbb; --mark: #0b7285;
  --bad: #b3261e; } section, figure { break-inside: avoid; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; overflow-wrap: anywhere; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p, footer { color: var(--faint); margin: .2rem 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: 1.2rem 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; min-width: 4.5rem; }
code { font-size: .95em; }
th, td.short { white-space: nowrap; }
th { color: var(--faint); font-weight: 600; }
progress { accent-color: var(--mark); width: 6rem; }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; display: block; font: 11px system-ui, sans-serif; }
svg .background { fill: none; } svg text { fill: var(--faint); }
svg .axis.x text { text-anchor: middle; } svg .axis.y text { text-anchor: end; }
svg .line { stroke: var(--line); fill: none; }
svg .series .line { stroke: none; fill: var(--mark); fill-opacity: .15; }
svg .series .line.nofill { stroke: var(--mark); stroke-width: 2; fill: none; }
svg .series rect { fill: var(--mark); }
svg .axis.x .guides .line { opacity: 0; } svg .bar text, svg .text-overlay { display: none; }
@media (max-width: 34rem) { body { padding: 1rem .7rem; } dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; } td:not(.short) { min-width: 12rem; } svg { font-size: 20px; }
  svg.curve .axis.x .guides:nth-of-type(even) text { display: none; } }
"""


def page_of(report: Report, zone: tzinfo | None) -> str:
    """The whole file.

    Args:
        report: What it tells.
        zone: The time zone of people here; None means the machine's.

    Raises:
        UsageError: The library that draws is not installed.
    """
    root = ET.Element("html", lang="en")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    ET.SubElement(head, "meta", name="referrer", content="no-referrer")
    title = f"Upload report: {report.subject}"
    _add(head, "title", title)
    ET.SubElement(head, "style").text = _STYLE
    body = ET.SubElement(root, "body")
    _add(body, "h1", title)
    zone_name = report.made.astimezone(zone).strftime("%z")
    _add(body, "p", f"As of {local(report.made, zone)}; times are UTC{zone_name[:3]}:{zone_name[3:]}.")
    facts = ET.SubElement(body, "dl")
    for label, text in headline(report, zone):
        _add(facts, "dt", label)
        _add(facts, "dd", text)
    for note in report.notes:
        _add(body, "p", note)
    for caption, drawing in _figures(report, zone):
        figure = ET.SubElement(body, "figure")
        _add(figure, "figcaption", caption)
        figure.append(drawing)
    for section in sections_of(report, zone):
        if section.rows:
            _add_table(body, section, report)
    _add(body, "footer", f"Made by kupload {__version__}.")
    return f"<!DOCTYPE html>\n{ET.tostring(root, encoding='unicode', method='html')}\n"


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    """Adds an element with this text; what stands between backticks is a command."""
    child = ET.SubElement(parent, tag)
    child.text, *rest = printable(text).split("`")
    for command, after in zip(rest[::2], (*rest[1::2], ""), strict=False):
        code = ET.SubElement(child, "code")
        code.text, code.tail = command, after
    return child


def _figures(report: Report, zone: tzinfo | None) -> Iterator[tuple[str, ET.Element]]:
    (sizes, lessons), rate = growth(report.finished), rates(report, _MOST_POINTS)
    curves = (
        ("Uploaded over time", sizes, lambda value: format_bytes(round(value))),
        ("Lessons over time", lessons, lambda value: f"{value:,.0f}"),
        ("Rate over time", rate, format_rate),
    )
    drawn = [one for one in curves if one[1] and any(value for _, value in one[1])]
    begin = min((points[0][0] for _, points, _ in drawn), default=0.0)
    end = max((points[-1][0] for _, points, _ in drawn), default=0.0)
    for caption, points, wording in drawn:
        if begin < end:
            whole = filled(thinned(points, _MOST_POINTS), begin, end, holds=points is not rate)
            yield caption, curve(caption, whole, wording, zone)
    if times := processing_seconds(report.finished):
        caption = "From the upload until Kinescope was seen to be done: lessons"
        yield caption, histogram(caption, _columns(times))


def _columns(times: tuple[float, ...]) -> list[tuple[str, int]]:
    """How many times are within each limit, and not within the one before."""
    columns, below = [], 0
    for limit, name in _TIMES:
        within = sum(one <= limit for one in times)
        columns.append((name, within - below))
        below = within
    return columns


def _add_table(body: ET.Element, section: Section, report: Report) -> None:
    part = ET.SubElement(body, "section")
    _add(part, "h2", section.title)
    table = ET.SubElement(ET.SubElement(part, "div", {"class": "scroll", "tabindex": "0"}), "table")
    head = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    has_bars = section.title == "Courses"
    for column in (*section.columns, *(("Done",) if has_bars else ())):
        _add(head, "th", column).set("scope", "col")
    rows = ET.SubElement(table, "tbody")
    for row in section.rows:
        line = ET.SubElement(rows, "tr")
        for cell in row:
            child = _add(line, "td", cell)
            if len(cell) <= _SHORT:
                child.set("class", "short")
    if has_bars:
        for line, course in zip(rows, report.courses, strict=False):
            share = {"max": str(max(1, course.lessons)), "value": str(course.done), "aria-label": "done"}
            ET.SubElement(ET.SubElement(line, "td"), "progress", share)
