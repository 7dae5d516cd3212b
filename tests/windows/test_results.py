"""What becomes of tests under Wine is judged by both runs: each has to pass once, and a share of all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from windows.results import Results

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _results(**kinds: str) -> Results:
    return Results(collected=("a", "b", "c", "d"), kinds=kinds)


@pytest.mark.parametrize(
    ("first", "again", "least", "code"),
    [
        ({"a": "passed", "b": "passed", "c": "passed", "d": "passed"}, {}, 100, 0),
        ({"a": "passed", "b": "passed", "c": "passed", "d": "skipped"}, {}, 76, 1),
        ({"a": "passed", "b": "passed", "c": "passed", "d": "xfailed"}, {}, 75, 0),
        ({"a": "passed", "b": "passed", "c": "failed"}, {"c": "passed", "d": "passed"}, 100, 0),
        ({"a": "passed", "b": "passed", "c": "failed"}, {"c": "passed"}, 0, 1),
        ({"a": "passed", "b": "passed", "c": "failed", "d": "passed"}, {"c": "error"}, 0, 1),
    ],
    ids=["all pass", "too few pass", "a listed one", "the second time", "one never ends", "one fails twice"],
)
def test_every_test_has_to_pass_once_and_so_many_of_all(
    first: Mapping[str, str], again: Mapping[str, str], least: float, code: int
) -> None:
    assert _results(**first).then(_results(**again)).judged(least) == code


def test_what_failed_or_did_not_end_is_run_again_in_the_order_of_all(tmp_path: Path) -> None:
    path = tmp_path / "results"
    lines = [
        {"collected": ["a", "b", "c", "d"]},
        {"collected": ["a", "b", "c", "d"]},
        {"test": "d", "is": "failed"},
        {"test": "a", "is": "passed"},
        {"test": "c", "is": "passed"},
        {"test": "c", "is": "error"},
    ]
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines) + '{"test": "b", "is', encoding="utf-8")
    first = Results.read(path)
    assert first.not_passed == ("b", "c", "d")
    again = Results(collected=first.not_passed, kinds=dict.fromkeys(first.not_passed, "passed"))
    told = list(first.then(again).told_again(again))
    assert told[:-1] == [f"the second time passed: {one}" for one in ("b", "c", "d")]
    assert told[-1].endswith("4 tests, 4 passed (100.0 % passed)")


def test_a_run_that_collected_nothing_has_nothing_to_run_again(tmp_path: Path) -> None:
    assert Results.read(tmp_path / "none").not_passed == ()
