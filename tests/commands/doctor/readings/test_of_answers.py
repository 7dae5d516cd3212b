"""From answers to readings: each value, and every answer that is none of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.doctor.readings.of_answers import (
    decide_delete_unknown,
    decide_expires,
    decide_folder_parent,
    decide_head,
    decide_no_token,
    decide_not_found,
    decide_options,
    decide_rate_scope,
    decide_root_parent,
    decide_terminate,
    decide_tokens,
    decide_upload_token,
    decide_validation_status,
)
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried, Outcome
from kinescope_upload.commands.doctor.readings.table import READINGS, reading_named
from kinescope_upload.kinescope.tus import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = "9d3b7a10-52c4-4f6e-8b1d-0a9c8e7f6d5b"
TOLD_NOTHING = None


def answer(status: int, code: int | None = None, data: object = None, **headers: str) -> Answer:
    body: dict[str, object] = {"data": data} if code is None else {"error": {"code": code, "message": "words"}}
    has_body = code is not None or data is not None
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=names, body=json.dumps(body).encode() if has_body else b"plain")


def value_of(outcome: Outcome) -> str | None:
    return outcome.value if isinstance(outcome, Found) else TOLD_NOTHING


@pytest.mark.parametrize(
    ("decide", "given", "value"),
    [
        (decide_no_token, answer(400, 100101), "400"),
        (decide_no_token, answer(401, 100101), "401"),
        (decide_no_token, answer(200, data=[]), TOLD_NOTHING),
        (decide_tokens, answer(200, data=[{}]), "one"),
        (decide_tokens, answer(200, data=[{}, {}]), "several"),
        (decide_tokens, answer(200, data=[]), TOLD_NOTHING),
        (decide_tokens, answer(403, 100103), "403"),
        (decide_tokens, answer(404, 404404), "404"),
        (decide_tokens, answer(500), TOLD_NOTHING),
        (decide_not_found, answer(404, 404404), "envelope"),
        (decide_not_found, answer(404), "plain"),
        (decide_not_found, answer(200, data={}), TOLD_NOTHING),
        (decide_options, answer(204, tus_extension="creation"), "tus"),
        (decide_options, answer(204), TOLD_NOTHING),
        (decide_options, answer(404), "404"),
        (decide_options, answer(405), "405"),
        (decide_terminate, answer(204), "204"),
        (decide_terminate, answer(404), "404"),
        (decide_terminate, answer(405), "405"),
        (decide_terminate, answer(500), TOLD_NOTHING),
        (decide_head, answer(200, upload_offset="1024"), "works"),
        (decide_head, answer(200), TOLD_NOTHING),
        (decide_head, answer(400), "400"),
        (decide_head, answer(405), TOLD_NOTHING),
        (decide_upload_token, answer(204), "ignored"),
        (decide_upload_token, answer(401), "needed"),
        (decide_upload_token, answer(403), "needed"),
        (decide_upload_token, answer(400, 100101), "needed"),
        (decide_upload_token, answer(400), TOLD_NOTHING),
        (decide_folder_parent, answer(201, data={"id": "f"}), "optional"),
        (decide_folder_parent, answer(422), "required"),
        (decide_folder_parent, answer(402, 402402), "required"),
        (decide_folder_parent, answer(403, 100103), TOLD_NOTHING),
    ],
)
def test_an_answer_gives_a_value_or_says_that_it_tells_none(
    decide: Callable[[Answer], Outcome], given: Answer, value: str | None
) -> None:
    outcome = decide(given)
    assert value_of(outcome) == value
    if isinstance(outcome, NotTold):
        assert f"HTTP {given.status}" in outcome.why


@pytest.mark.parametrize(("status", "value"), [(402, "402"), (422, "422"), (400, "400"), (409, None)])
def test_only_an_answer_with_the_validation_code_counts(status: int, value: str | None) -> None:
    answers = (answer(400, 400400), answer(status, 402402), answer(400, 402402))
    assert value_of(decide_validation_status(answers)) == value


def test_without_the_validation_code_the_answers_are_named() -> None:
    outcome = decide_validation_status((answer(400, 400400), answer(400, 400400), answer(201, data={})))
    assert isinstance(outcome, NotTold)
    assert outcome.why.count("400400") == 1
    assert "HTTP 201" in outcome.why


def test_an_expiry_in_any_answer_counts() -> None:
    plain, dated = answer(204), answer(204, upload_expires="Wed, 18 Feb 2026 10:00:00 GMT")
    assert decide_expires((plain, plain)) == Found(name="expires", value="absent")
    assert value_of(decide_expires((plain, dated))) == "present"


@pytest.mark.parametrize(
    ("parents", "value"),
    [
        ([{"parent_id": PROJECT}, {"parent_id": "f1"}], "project"),
        ([{"parent_id": PROJECT.upper()}], "project"),
        ([{"parent_id": None}, {"parent_id": "f1"}], "null"),
        ([{}, {"parent_id": "f1"}], "absent"),
        ([{"parent_id": "f1"}], TOLD_NOTHING),
        ([], TOLD_NOTHING),
        ([{"parent_id": PROJECT}, {"parent_id": None}], TOLD_NOTHING),
        (["no folder", {"parent_id": PROJECT}], "project"),
    ],
)
def test_the_folders_that_name_no_other_as_their_parent_lie_at_the_root(
    parents: list[object], value: str | None
) -> None:
    assert value_of(decide_root_parent(parents, project_id=PROJECT)) == value


def test_the_rate_limit_counts_whom_it_refuses() -> None:
    good, refused = answer(404), answer(429)
    assert value_of(decide_rate_scope([good, refused], [good])) == "api"
    assert value_of(decide_rate_scope([good, refused], [good, refused])) == "all"
    assert value_of(decide_rate_scope([good, good], [good, refused])) is TOLD_NOTHING


def test_deleting_an_unknown_id_tells_something_only_without_the_right() -> None:
    assert value_of(decide_delete_unknown(answer(403, 100103), may_delete=False)) == "403"
    assert value_of(decide_delete_unknown(answer(404, 404404), may_delete=False)) == "404"
    assert isinstance(decide_delete_unknown(answer(404), may_delete=True), NotTried)


def test_no_value_can_be_found_that_the_table_has_not() -> None:
    for reading in READINGS:
        assert reading_named(reading.name).default == reading.values[0]
        with pytest.raises(ValueError, match="cannot be"):
            Found(name=reading.name, value="something else")
