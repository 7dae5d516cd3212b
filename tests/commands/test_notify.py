"""Who is told of runs is shown without what is secret, and a test message shows whether it arrives."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.notify import notify
from kinescope_upload.config import load_settings
from kinescope_upload.errors import UsageError
from support.told import an_inbox

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.config import Settings

SECRET = "hunter2"


def told(folder: Path, addresses: str) -> Settings:
    return load_settings({}, directory=folder, environment={"KUPLOAD_NOTIFY": addresses})


@pytest.mark.parametrize(
    ("status", "exit_code", "answer"), [(200, 0, "the message was taken"), (500, 1, "the message was not taken")]
)
def test_a_test_message_shows_whether_it_arrives(tmp_path: Path, status: int, exit_code: int, answer: str) -> None:
    out = io.StringIO()
    with an_inbox() as inbox:
        inbox.status = status
        assert notify(told(tmp_path, inbox.address), out, is_test=True) == exit_code
    assert out.getvalue().startswith(f"json://…: {answer}")
    assert SECRET not in out.getvalue()
    assert {one["title"] for one in inbox.requests} == {"kupload: a test"}


def test_of_several_services_each_has_its_answer(tmp_path: Path) -> None:
    out = io.StringIO()
    with an_inbox() as inbox:
        settings = told(tmp_path, f"nosuchservice://{SECRET} {inbox.address}")
        assert notify(settings, out, is_test=True) == 1
    first, second = out.getvalue().splitlines()
    assert first.startswith('nosuchservice://…: KUPLOAD_NOTIFY: "nosuchservice://…" is no address')
    assert second == "json://…: the message was taken"
    assert SECRET not in out.getvalue()


def test_two_addresses_of_one_service_are_told_apart(tmp_path: Path) -> None:
    with an_inbox() as inbox, an_inbox() as other:
        other.status = 500
        settings, out = told(tmp_path, f"{inbox.address} {other.address}"), io.StringIO()
        assert notify(settings, out, is_test=True) == 1
    assert [line.partition(";")[0] for line in out.getvalue().splitlines()] == [
        "json://… no. 1: the message was taken",
        "json://… no. 2: the message was not taken",
    ]


def test_a_service_that_does_not_answer_ends_the_test_in_time(tmp_path: Path) -> None:
    out = io.StringIO()
    with an_inbox() as inbox:
        inbox.may_answer.clear()
        assert notify(told(tmp_path, inbox.address), out, is_test=True, longest=0.2) == 1
    assert "was not taken" in out.getvalue()


def test_without_a_test_it_names_the_services_and_sends_nothing(tmp_path: Path) -> None:
    out = io.StringIO()
    with an_inbox() as inbox:
        assert notify(told(tmp_path, inbox.address), out, is_test=False) == 0
        assert inbox.requests == []
    assert out.getvalue().splitlines() == [
        "json://… (KUPLOAD_NOTIFY from the environment)",
        "`kupload notify --test` sends each a message.",
    ]


def test_without_addresses_there_is_nobody_to_tell(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="KUPLOAD_NOTIFY is not set"):
        notify(told(tmp_path, ""), io.StringIO(), is_test=True)
