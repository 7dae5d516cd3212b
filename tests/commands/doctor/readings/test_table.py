"""The table of readings is the one of the document."""

from __future__ import annotations

import re

from kinescope_upload.commands.doctor.readings.table import READINGS
from support.project import ROOT

DOCUMENT = ROOT / "docs" / "kinescope.md"


def test_it_has_the_names_questions_and_values_of_the_document_in_its_order() -> None:
    section = DOCUMENT.read_text("utf-8").partition("## Open readings")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    written = [(name, question.replace("`", ""), _values_of(values)) for name, question, values in rows]
    assert written == [(one.name, one.question, one.values) for one in READINGS]


def _values_of(text: str) -> tuple[str, ...]:
    return tuple(found[1] for value in text.split(" · ") if (found := re.match(r"`([^`]+)`", value)))
