"""docs/kinescope.md marks every fact, and agrees with the emulator."""

import re
from collections.abc import Iterator

import pytest

from kinescope_upload.emulator import READINGS, ErrorCode, Settings, short_id
from kinescope_upload.emulator.errors import Refusal
from support.project import ROOT

DOCUMENT = (ROOT / "docs" / "kinescope.md").read_text(encoding="utf-8")
WITHOUT_MARKS = {"Open readings", "What kupload does"}
MARKED_ITEM = re.compile(r"\([DCSI](, [DCSI])*(: [^()]+)?\)$")
MARKED_CELL = re.compile(r"[DCSI](, [DCSI])*")


def sections() -> dict[str, str]:
    """Return the text of each section, by its heading."""
    parts = DOCUMENT.split("\n## ")[1:]
    return {
        part.partition("\n")[0]: re.sub(r"```.*?```", "", part.partition("\n")[2], flags=re.DOTALL) for part in parts
    }


FACTUAL = {name: text for name, text in sections().items() if name not in WITHOUT_MARKS}


def items(text: str) -> list[str]:
    """Return the items of the lists in a text."""
    return [item.replace("\n  ", " ") for item in re.findall(r"^\* (.+(?:\n  .+)*)", text, re.MULTILINE)]


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables in a text, heads and rules left out."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        is_head = number + 1 < len(lines) and lines[number + 1].startswith("|---")
        if line.startswith("|") and not line.startswith("|---") and not is_head:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def is_list_or_table(paragraph: str) -> bool:
    """Say whether a paragraph consists of list items, of rows, or of a heading, or is empty."""
    return all(re.match(r"\* |  |\||###|$", line) for line in paragraph.splitlines())


@pytest.mark.parametrize("name", FACTUAL)
def test_every_fact_has_a_mark(name: str) -> None:
    unmarked = [item for item in items(FACTUAL[name]) if not MARKED_ITEM.search(item)]
    unmarked += [" | ".join(row) for row in rows(FACTUAL[name]) if not MARKED_CELL.fullmatch(row[-1])]
    assert unmarked == []


@pytest.mark.parametrize("name", FACTUAL)
def test_facts_stand_in_lists_and_tables_alone(name: str) -> None:
    assert items(FACTUAL[name]) or any(rows(FACTUAL[name]))
    paragraphs = [paragraph for paragraph in FACTUAL[name].strip().split("\n\n") if not is_list_or_table(paragraph)]
    assert [paragraph for paragraph in paragraphs if not paragraph.endswith(":")] == []


@pytest.mark.parametrize(
    ("text", "is_marked"),
    [("a fact (D)", True), ("a fact (D, C: seen)", True), ("a fact", False), ("(D) a fact", False), ("a (X)", False)],
)
def test_an_item_without_a_mark_would_be_noticed(text: str, is_marked: bool) -> None:
    assert bool(MARKED_ITEM.search(text)) is is_marked


def test_the_open_readings_are_those_of_the_emulator() -> None:
    told = {
        row[0].strip("`"): tuple(re.findall(r"(?:^|· )`([^`]+)`", row[2])) for row in rows(sections()["Open readings"])
    }
    assert list(told.items()) == list(READINGS.items())


def test_the_codes_are_those_of_the_emulator() -> None:
    told = {int(row[0]): int(row[2]) for row in rows(sections()["Errors"]) if len(row) == 4}
    assert told == {int(code): Refusal(code).response(Settings()).status_code for code in ErrorCode}


def test_the_short_id_of_the_example_follows_the_rule() -> None:
    pair = re.search(r"`([0-9a-f-]{36})` is `([1-9A-Za-z]+)`", DOCUMENT)
    assert pair is not None
    assert short_id(pair[1]) == pair[2]


def test_every_reading_stands_in_the_emulators_code() -> None:
    package = ROOT / "src" / "kinescope_upload" / "emulator"
    code = "\n".join(path.read_text(encoding="utf-8") for path in package.glob("*.py") if path.stem != "readings")
    assert [name for name in READINGS if f'"{name}"' not in code] == []
