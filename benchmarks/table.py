"""One line of the table: a figure, its bar, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Figure", "at_least", "at_most", "noted", "table_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured.

    Attributes:
        line: What it is.
        figure: The figure in words.
        bar: What it has to be; empty for what is only worth knowing.
        is_met: Whether it is; None without a bar.
    """

    line: str
    figure: str
    bar: str = ""
    is_met: bool | None = None


def at_least(line: str, figure: float, bar: float, unit: str = "", note: str = "") -> Figure:
    """A figure that has to be as large as the bar."""
    return Figure(line=line, figure=_words(figure, unit, note), bar=f">= {bar:g}{unit}", is_met=figure >= bar)


def at_most(line: str, figure: float, bar: float, unit: str = "", note: str = "") -> Figure:
    """A figure that has to be as small as the bar."""
    return Figure(line=line, figure=_words(figure, unit, note), bar=f"<= {bar:g}{unit}", is_met=figure <= bar)


def noted(line: str, figure: str) -> Figure:
    """Something worth knowing."""
    return Figure(line=line, figure=figure)


def table_of(figures: list[Figure]) -> str:
    """The table in Markdown."""
    lines = ["| line | figure | bar | met |", "|---|---|---|---|"]
    met = {True: "yes", False: "**no**", None: ""}
    lines += [f"| {one.line} | {one.figure} | {one.bar} | {met[one.is_met]} |" for one in figures]
    return "\n".join(lines)


def _words(figure: float, unit: str, note: str) -> str:
    return f"{figure:.3g}{unit}" + (f" ({note})" if note else "")
