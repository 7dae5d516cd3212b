"""Which success is Kinescope's: each form of a request, held against what others answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.errors import ForeignAnswerError
from kinescope_upload.kinescope.documented_answers import Form, is_documented
from kinescope_upload.kinescope.foreign_answers import foreign_words
from kinescope_upload.kinescope.management_api import KinescopeApi
from kinescope_upload.kinescope.tus import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kinescope_upload.kinescope.http_client import ApiRequest

_ID: Final = {"x-request-id": "7"}
_TUS: Final = {"tus-resumable": "1.0.0"}
_LOCATION: Final = {"location": "/v2/upload/1"}
_PAGES: Final = {"pagination": {"page": 1, "per_page": 100, "total": 0}}
_UPLOAD, _NAMED, _ENTITY, _PAGE, _DELETION, _OPEN = Form
_KINDS: Final = {_UPLOAD: Request.INIT, _NAMED: Request.INIT}


def _answer(status: int = 200, body: object = None, *headers: Mapping[str, str]) -> Answer:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Answer(status=status, body=raw, headers={name: value for one in headers for name, value in one.items()})


_GRAPHQL: Final = {"errors": [{"message": "x"}], "data": None}
_SUCCESSES: Final[dict[str, tuple[Answer, set[Form]]]] = {
    "an upload": (_answer(201, None, _LOCATION, _ID), {_UPLOAD, _OPEN}),
    "an upload without a mark": (_answer(201, None, _LOCATION), {_UPLOAD, _OPEN}),
    "an upload under 200": (_answer(200, None, _LOCATION, _ID), {_UPLOAD, _OPEN}),
    "an upload with a body": (_answer(201, {"more": 1}, _LOCATION, _TUS), {_UPLOAD}),
    "an upload without an address": (_answer(201, None, _ID), {_UPLOAD, _OPEN}),
    "an upload without an address, marked by Tus": (_answer(201, None, _TUS), {_UPLOAD, _OPEN}),
    "201 of anybody": (_answer(201), {_OPEN}),
    "an address of anybody": (_answer(200, None, _LOCATION), {_OPEN}),
    "a named upload": (_answer(201, {"data": {"id": "v", "endpoint": "e", "more": 1}}), {_NAMED, _ENTITY, _OPEN}),
    "a named upload without an address": (_answer(200, {"data": {"id": "v"}}), {_NAMED, _ENTITY, _OPEN}),
    "a video with more": (_answer(200, {"data": {"id": "v", "new": []}, "errors": []}), {_NAMED, _ENTITY, _OPEN}),
    "a list": (_answer(200, {"data": [], "meta": _PAGES, "more": 1}), {_PAGE, _OPEN}),
    "a list that tells no total": (_answer(200, {"data": [5], "meta": {"pagination": {}}}), {_PAGE, _OPEN}),
    "a list without meta": (_answer(200, {"data": []}), {_OPEN}),
    "a list without meta, with a mark": (_answer(200, {"data": [5]}, _ID), {_PAGE, _OPEN}),
    "a list with an empty meta": (_answer(200, {"data": [], "meta": {}}), {_OPEN}),
    "a list with another meta": (_answer(200, {"data": [], "meta": {"pagination": 5}}), {_OPEN}),
    "pages of an object": (_answer(200, {"data": {}, "meta": _PAGES}), {_OPEN}),
    "a deletion": (_answer(200, {"data": {"success": True, "more": 1}}), {_DELETION, _OPEN}),
    "a deletion without a body": (_answer(204, None, _ID), {_DELETION, _OPEN}),
    "204 of anybody": (_answer(204), {_OPEN}),
    "an empty 200": (_answer(200), {_OPEN}),
    "an empty 200 with a mark": (_answer(200, None, _ID), {_OPEN}),
    "a failed deletion": (_answer(200, {"data": {"success": False}}), {_OPEN}),
    "a deletion in other words": (_answer(200, {"data": {"success": 1}}), {_OPEN}),
    "an empty object": (_answer(200, {"data": {}}), {_OPEN}),
    "an empty object with a mark": (_answer(200, {"data": {}}, _ID), {_OPEN}),
    "an empty object in UTF-16": (_answer(200, '{"data":{}}'.encode("utf-16")), {_OPEN}),
    "no data": (_answer(200, {"data": None}), {_OPEN}),
    "an empty id": (_answer(200, {"data": {"id": ""}}), {_OPEN}),
    "a number as the id": (_answer(200, {"data": {"id": 5}}), {_OPEN}),
    "GraphQL's errors": (_answer(200, _GRAPHQL, _ID), set()),
    "an error under 200": (_answer(200, {"error": {"code": 404404}}, _ID), set()),
    "an array": (_answer(200, []), set()),
    "a number": (_answer(200, 1), set()),
    "an array with a mark": (_answer(200, [], _ID), set()),
    "a text": (_answer(200, b"OK", _ID, {"content-type": "text/plain"}), set()),
    "a portal's page": (_answer(200, b"<html>Log in</html>", _ID), set()),
    "a portal's page under 201": (_answer(201, b"<html>Log in</html>", _LOCATION), set()),
}


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(("answer", "forms"), _SUCCESSES.values(), ids=_SUCCESSES)
def test_a_success_is_kinescopes_in_the_form_of_its_request_alone(answer: Answer, forms: set[Form], form: Form) -> None:
    words = foreign_words(_KINDS.get(form, Request.API), answer, form)
    assert (words is None) is (form in forms), words


def test_an_answer_with_a_mark_is_not_said_to_be_somebody_elses() -> None:
    said = foreign_words(Request.API, _SUCCESSES["an empty object with a mark"][0], _ENTITY)
    assert said == 'is answered in a form that is none of Kinescope\'s (HTTP 200, JSON of another form: "{"data": {}}")'


class _Says:
    """A service that answers every request so, as far as it counts as Kinescope's."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def send(self, call: ApiRequest) -> Answer:
        if words := foreign_words(call.kind, self.answer, call.form):
            raise ForeignAnswerError(words)
        return self.answer

    def now(self) -> datetime:
        raise AssertionError("nobody asks for the time")


_QUESTIONS: Final[dict[str, tuple[Form, Callable[[KinescopeApi], object]]]] = {
    "a video": (_ENTITY, lambda api: api.video("v")),
    "a title": (_ENTITY, lambda api: api.rename_video("v", "title")),
    "videos": (_PAGE, lambda api: list(api.videos(folder_id="f"))),
    "projects": (_PAGE, lambda api: api.projects()),
    "folders": (_PAGE, lambda api: api.folders("p")),
    "a new folder": (_ENTITY, lambda api: api.create_folder("p", "name")),
    "a move": (_ENTITY, lambda api: api.move_video("v", project_id="p", parent_id="f")),
}
_NOT_THEIRS: Final = {
    name: (answer, forms) for name, (answer, forms) in _SUCCESSES.items() if forms.isdisjoint({_ENTITY, _PAGE})
}


@pytest.mark.parametrize(("form", "ask"), _QUESTIONS.values(), ids=_QUESTIONS)
@pytest.mark.parametrize(("answer", "forms"), _NOT_THEIRS.values(), ids=_NOT_THEIRS)
def test_no_question_takes_another_form_for_an_answer(
    form: Form, ask: Callable[[KinescopeApi], object], answer: Answer, forms: set[Form]
) -> None:
    assert form not in forms
    with pytest.raises(ForeignAnswerError):
        ask(KinescopeApi(_Says(answer), api_url="http://kinescope.test"))


_SAID_TO_A_DELETION: Final = {name: case for name, case in _SUCCESSES.items() if _OPEN in case[1]}


@pytest.mark.parametrize(("answer", "forms"), _SAID_TO_A_DELETION.values(), ids=_SAID_TO_A_DELETION)
def test_only_the_documented_answer_proves_a_deletion(answer: Answer, forms: set[Form]) -> None:
    api = KinescopeApi(_Says(answer), api_url="http://kinescope.test")
    assert api.delete_video("v") is (_DELETION in forms) is is_documented(_DELETION, answer)
    assert api.may_delete("v") is (True if _DELETION in forms else None)
