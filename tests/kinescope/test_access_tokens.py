"""What Kinescope's list of access tokens tells of our own token."""

from __future__ import annotations

import json
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinescope_upload.kinescope.access_tokens import (
    NOTHING_TOLD,
    TokenFacts,
    agreed_facts,
    read_token,
    token_facts,
)

WORKSPACE: Final = "c1a5e0d2-7b36-4e89-a4f0-3d2b1c0e9f87"
ALL: Final = TokenFacts(may_delete=True, may_upload=True, workspace_id=WORKSPACE)
ENTRY: Final = {
    "id": "0b0e6d6e-0000-4000-8000-000000000001",
    "workspace_id": WORKSPACE,
    "scope": {
        "api": {"permissions": ["read", "write", "delete"]},
        "upload": {"permissions": ["write"], "entities": ["video"]},
    },
}


def entry(api: object = None, upload: object = None, workspace_id: object = WORKSPACE) -> dict[str, object]:
    return {"workspace_id": workspace_id, "scope": {"api": api, "upload": upload}}


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (ENTRY, ALL),
        (ENTRY | {"scope": None}, TokenFacts(workspace_id=WORKSPACE)),
        (ENTRY | {"scope": ["api"]}, TokenFacts(workspace_id=WORKSPACE)),
        ({"scope": ENTRY["scope"]}, TokenFacts(may_delete=True, may_upload=True)),
        (entry(), TokenFacts(workspace_id=WORKSPACE)),
        (entry({"permissions": ["read"]}), TokenFacts(may_delete=False, workspace_id=WORKSPACE)),
        (entry({"permissions": []}), TokenFacts(may_delete=False, workspace_id=WORKSPACE)),
        (entry({"permissions": "delete"}), TokenFacts(workspace_id=WORKSPACE)),
        (entry({"permissions": ["delete", 7]}), TokenFacts(workspace_id=WORKSPACE)),
        (entry({"permissions": {"delete": True}}), TokenFacts(workspace_id=WORKSPACE)),
        (entry({}), TokenFacts(workspace_id=WORKSPACE)),
        (entry(None, {"permissions": []}), TokenFacts(may_upload=False, workspace_id=WORKSPACE)),
        (entry(None, {"permissions": ["write"]}), TokenFacts(workspace_id=WORKSPACE)),
        (entry(None, {"permissions": ["write"], "entities": ["poster"]}), TokenFacts(workspace_id=WORKSPACE)),
        (entry(None, {"permissions": ["read"], "entities": ["video"]}), TokenFacts(workspace_id=WORKSPACE)),
        (entry(workspace_id=WORKSPACE.upper()), TokenFacts(workspace_id=WORKSPACE)),
        (entry(workspace_id="main"), NOTHING_TOLD),
        (entry(workspace_id=7), NOTHING_TOLD),
        (None, NOTHING_TOLD),
        ("token", NOTHING_TOLD),
        ([ENTRY], NOTHING_TOLD),
    ],
)
def test_an_entry_tells_what_is_plain_and_nothing_else(data: object, facts: TokenFacts) -> None:
    assert read_token(data) == facts


WEAK: Final = TokenFacts(may_delete=False, may_upload=True, workspace_id=WORKSPACE)


@pytest.mark.parametrize(
    ("tokens", "facts"),
    [
        ([], NOTHING_TOLD),
        ([ALL], ALL),
        ([WEAK], WEAK),
        ([ALL, ALL], ALL),
        ([ALL, WEAK], TokenFacts(may_upload=True, workspace_id=WORKSPACE)),
        ([ALL, NOTHING_TOLD], NOTHING_TOLD),
        ([ALL, TokenFacts(may_delete=True, workspace_id="other")], TokenFacts(may_delete=True)),
    ],
)
def test_a_fact_counts_where_all_entries_agree_on_it(tokens: list[TokenFacts], facts: TokenFacts) -> None:
    assert agreed_facts(tokens) == facts


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        ({"data": [ENTRY]}, ALL),
        ({"data": [ENTRY], "meta": {"pagination": {"total": 1}}}, ALL),
        ({"data": [ENTRY], "meta": {"pagination": {"total": 2}}}, NOTHING_TOLD),
        ({"data": [ENTRY, None]}, NOTHING_TOLD),
        ({"data": []}, NOTHING_TOLD),
        ({"data": ENTRY}, NOTHING_TOLD),
        ({"data": "x"}, NOTHING_TOLD),
        ([ENTRY], NOTHING_TOLD),
        (None, NOTHING_TOLD),
    ],
)
def test_a_list_that_shows_only_some_of_the_tokens_tells_nothing(answer: object, facts: TokenFacts) -> None:
    assert token_facts(answer) == facts


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["delete", "write", WORKSPACE]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "scope", "api", "upload", "permissions", "workspace_id"]), inner)
    ),
    max_leaves=20,
)


@given(JSON)
@example(json.loads('{"data": [{"scope": {"api": {"permissions": [null]}}}]}'))
def test_any_json_is_read_without_an_error(answer: object) -> None:
    facts = token_facts(answer)
    assert facts.may_delete in {True, False, None}
    assert facts.workspace_id in {WORKSPACE, None}


FACTS = st.builds(
    TokenFacts,
    may_delete=st.sampled_from([True, False, None]),
    may_upload=st.sampled_from([True, False, None]),
    workspace_id=st.sampled_from([WORKSPACE, "other", None]),
)


@given(st.lists(FACTS, min_size=1, max_size=4), st.data())
def test_whichever_entry_is_ours_nothing_untrue_is_told(tokens: list[TokenFacts], data: st.DataObject) -> None:
    ours, told = data.draw(st.sampled_from(tokens)), agreed_facts(tokens)
    assert told.may_delete in {ours.may_delete, None}
    assert told.may_upload in {ours.may_upload, None}
    assert told.workspace_id in {ours.workspace_id, None}
