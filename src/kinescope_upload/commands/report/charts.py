"""Draws the plots of a report as SVG elements, with pygal.

pygal is small, pure Python and asks for neither fonts nor a display; its plots are plain SVG whose parts have classes,
so that the page's own style colours them by day, by night and in print. What it adds beside the drawing (scripts,
comments, styles, what its scripts would show) is taken out again.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Comment

from kinescope_upload.errors import UsageError
from kinescope_upload.extras import install_hint

try:
    import pygal
except ImportError as error:
    raise UsageError(f"The page's plots need {error.name}.", install_hint("report")) from error
# pygal adds a finder of a kind that Python no longer knows, for its maps alone; what it imports adds one that counts.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo
    from xml.etree.ElementTree import Element

    from kinescope_upload.commands.report.figures import Point

_WIDTH, _HEIGHT = 720, 260
_X_LABELS: Final = 5
_FOR_LARGE_LABELS: Final = 64
"""On a phone the labels are larger beside the plot."""
_DAY: Final = 86400.0
_SOME_MINUTES: Final = 600.0
_NOT_DRAWING: Final = frozenset({"script", "style", "desc"})


def curve(title: str, points: Sequence[Point], wording: Callable[[float], str], zone: tzinfo | None) -> Element:
    """Draws a value over time.

    Args:
        title: What it shows, for those who do not see it.
        points: Two at least, by time.
        wording: The value in words, for the axis.
        zone: The time zone of people here; None means the machine's.
    """
    first, last = points[0][0], points[-1][0]
    span = last - first
    form = "%H:%M:%S" if span < _SOME_MINUTES else "%m-%d %H:%M" if span < _X_LABELS * _DAY else "%Y-%m-%d"

    def moment(seconds: float) -> str:
        return datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime(form)

    chart = pygal.XY(
        js=(),
        css=(),
        no_prefix=True,
        width=_WIDTH,
        height=_HEIGHT,
        show_dots=False,
        show_legend=False,
        include_x_axis=True,
        max_scale=6,
        min_scale=3,
        x_value_formatter=moment,
        value_formatter=wording,
        x_labels=[first + (last - first) * place / (_X_LABELS - 1) for place in range(_X_LABELS)],
        margin_left=_FOR_LARGE_LABELS,
        margin_right=60,
        title=None,
    )
    chart.add(None, list(points), fill=True)
    chart.add(None, list(points))  # the line of its own: that of an area goes on down to 0 at both ends
    drawing = _drawing(chart.render_tree(), title)
    drawing.set("class", "curve")
    return drawing


def histogram(title: str, columns: Sequence[tuple[str, int]]) -> Element:
    """Draws how many there are of each.

    Args:
        title: What it shows, for those who do not see it.
        columns: The name of each column, and how many.
    """
    chart = pygal.Bar(
        js=(),
        css=(),
        no_prefix=True,
        width=_WIDTH,
        height=_HEIGHT,
        show_legend=False,
        max_scale=5,
        min_scale=2,
        value_formatter=lambda value: f"{value:,.0f}",
        x_labels=[name for name, _ in columns],
        title=None,
    )
    chart.add(None, [number for _, number in columns])
    return _drawing(chart.render_tree(), title)


def _drawing(svg: Element, title: str) -> Element:
    """The plot without what is no drawing, and with its name for those who do not see it."""
    for parent in list(svg.iter()):
        for child in list(parent):
            if child.tag in (*_NOT_DRAWING, Comment) or _is_for_scripts(child):
                parent.remove(child)
    for one in svg.iter("title"):
        one.text = one.text if one.text != "Pygal" else title
    for one in svg.iter():
        one.attrib.pop("id", None)
    svg.attrib.pop("xmlns", None)  # HTML knows SVG by its name
    svg.set("role", "img")
    svg.set("aria-label", title)
    return svg


def _is_for_scripts(element: Element) -> bool:
    """Whether it is shown at the pointer, by scripts."""
    return bool({"tooltip", "tooltip-overlay"} & set(element.get("class", "").split()))
