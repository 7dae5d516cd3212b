"""What is handed on holds no upload URL and no whole id."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kinescope_upload.commands.doctor.readings.masking import masked, masked_item
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried, Step, StepState

ID = "3f6d0a94-58c1-4e27-9b0e-7d1c42a5e8f6"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"no video {ID}", "no video …e8f6"),
        (f"NO VIDEO {ID.upper()}", "NO VIDEO …E8F6"),
        (
            f"at https://eu-ams-uploader-1.kinescope.io/v2/upload/{ID}?x=1.",
            "at https://eu-ams-uploader-1.kinescope.io/…",
        ),
        ("at https://u:p@host/secret", "at https://host/…"),
        ("at http://[bad/secret", "at …"),
        ("upload /v2/upload/abc123 is gone", "upload /v2/upload/… is gone"),
        (f"refused (X-Request-ID {ID})", f"refused (X-Request-ID {ID})"),
        ("HTTP 402 code 402402", "HTTP 402 code 402402"),
    ],
)
def test_urls_become_hosts_and_ids_their_last_four_characters(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.uuids(), st.text(), st.text())
def test_no_uuid_survives_in_any_text(one: object, before: str, after: str) -> None:
    assume("x-request-id" not in before.casefold())  # the id of a request is what the support asks for
    assert str(one) not in masked(f"{before} {one} {after}")


def test_every_item_is_masked() -> None:
    items = (
        Found(name="move", value="put", remark=ID),
        NotTold(name="move", why=ID),
        NotTried(name="move", why=ID),
        Step(subject="move", state=StepState.NOTE, message=ID),
    )
    assert not any(ID in repr(masked_item(item)) for item in items)
