from __future__ import annotations

import json

import pytest

from kinescope_upload.monitor.facts_json import from_json, to_json
from kinescope_upload.monitor.past_run import PastRun
from kinescope_upload.monitor.state import RunState
from support.display_cases import HOSTILE
from support.monitored import FULL_PAST, FULL_STATE, a_past_run, a_state


@pytest.mark.parametrize("fact", [FULL_STATE, a_state(), FULL_PAST, a_past_run()])
def test_what_is_written_is_read_again(fact: RunState | PastRun) -> None:
    assert from_json(type(fact), json.loads(json.dumps(to_json(fact)))) == fact


def test_a_name_that_is_not_utf8_is_text_that_any_reader_takes() -> None:
    text = json.dumps(to_json(a_state(library=HOSTILE)), ensure_ascii=False)
    assert from_json(RunState, json.loads(text.encode())).library == HOSTILE.replace("\udcff", "\\xff")


def test_what_a_later_version_adds_is_left_alone_and_what_it_leaves_out_has_its_default() -> None:
    node = to_json(a_past_run()) | {"mood": "good"}
    del node["courses"]
    assert from_json(PastRun, node) == a_past_run()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("started", "yesterday"),
        ("started", "2026-02-18T10:26:44"),
        ("jobs", "4"),
        ("jobs", True),
        ("jobs", None),
        ("phase", "bored"),
        ("courses", {}),
        ("courses", [{}]),
        ("courses", ["a"]),
        ("ended", []),
    ],
)
def test_what_is_of_another_form_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(RunState, to_json(a_state()) | {field: value})


@pytest.mark.parametrize("node", [None, [], "state", {}])
def test_what_is_no_object_of_that_kind_is_refused(node: object) -> None:
    with pytest.raises(ValueError, match="RunState"):
        from_json(RunState, node)
