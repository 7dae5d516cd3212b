"""Messages reach a real service over real sockets, and one that does not answer holds nobody."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.display.collector import Collector
from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.events import LessonFailed, RunEnded, RunEvent, WaitKind, WaitStarted, Warned
from kinescope_upload.monitor.channel import Channel, Pauses
from kinescope_upload.monitor.notice_words import Message, Words
from kinescope_upload.monitor.notifier import Notifier, Timing, close_all
from support.display_cases import FakeTime, scenario
from support.told import an_inbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.monitor.channel import Send
    from support.told import Inbox

QUICK = Timing(pauses=Pauses(first=0.01, longest=0.01), last=60.0)
TOKEN = "0f0f0f0f-0000-4000-8000-000000000000"


class Run:
    """A run of which somebody is told, with a clock that moves when it is told to."""

    def __init__(self) -> None:
        self.fake = FakeTime()
        self.collector = Collector(self.fake.clock)
        self.warnings: list[str] = []

    def notifier(self, *addresses: str, timing: Timing = QUICK) -> Notifier:
        words = Words(
            subject="Academy, on nas",
            command=("--course", "01_analytics"),
            collector=self.collector,
            clock=self.fake.clock,
            secrets=(TOKEN, *addresses),
        )
        return Notifier(addresses, words, self.emit, timing)

    def emit(self, event: RunEvent, /) -> None:
        self.collector.note(event)
        if isinstance(event, Warned) and event.message.startswith("Notifications: "):
            self.warnings.append(event.message)

    def play(self, notifier: Notifier) -> None:
        for seconds, event in scenario():
            self.fake.pass_by(seconds)
            notifier.listening(event)


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with an_inbox() as inbox:
        yield inbox


def test_the_end_comes_with_the_summary_and_the_next_command(run: Run, inbox: Inbox) -> None:
    with run.notifier(inbox.address) as notifier:
        run.play(notifier)
    [message] = inbox.taken
    assert message["title"] == "kupload: done, but some lessons are not"
    lines = message["message"].splitlines()
    assert lines[0] == "Academy, on nas"
    assert "Failed: 1" in lines
    assert lines[-1] == "Next: kupload --course 01_analytics"
    assert run.warnings == []


def test_an_error_before_the_work_is_told_with_its_hint_and_the_next_command(run: Run, inbox: Inbox) -> None:
    with pytest.raises(BatchStoppedError), run.notifier(inbox.address):
        raise BatchStoppedError("The token was refused.", "Make a new one.")
    [message] = inbox.taken
    assert message["title"] == "kupload: stopped"
    assert message["message"].splitlines()[1:] == [
        "The token was refused. Make a new one.",
        "Next: kupload --course 01_analytics",
    ]


def test_what_happens_while_it_goes_on_is_told_in_its_order(run: Run, inbox: Inbox) -> None:
    with run.notifier(inbox.address) as notifier:
        for _, event in scenario()[:8]:
            notifier.listening(event)
        notifier.listening(LessonFailed(lesson_id="a_002", reason="The file is broken.", hint="Copy it again."))
        run.fake.pass_by(61)
        notifier.tick()
        notifier.listening(WaitStarted(kind=WaitKind.NETWORK, reason="The connection broke.", longest=3600.0))
        run.fake.pass_by(601)
        notifier.tick()
        run.fake.pass_by(90_000)
        notifier.tick()
        assert inbox.wait_for(taken=3)
        assert inbox.titles == [
            "kupload: 1 lesson failed; the run goes on",
            "kupload: no connection to Kinescope for 10 min 01 s",
            "kupload: still going after 1 d 01 h",
        ]
    assert "a_002: The file is broken. Copy it again." in inbox.taken[0]["message"]
    assert "The connection broke.\nTrying again until 11:27; nothing is lost." in inbox.taken[1]["message"]
    assert "of 4 done" in inbox.taken[2]["message"]


def test_no_secret_and_no_upload_url_is_in_a_message(run: Run, inbox: Inbox) -> None:
    upload = "https://uploader.kinescope.io/v2/upload/abc?sig=def"
    reason = f"Bearer {TOKEN} at {upload} in {inbox.address} postgresql://u:pw@h/d"
    with run.notifier(inbox.address) as notifier:
        notifier.listening(LessonFailed(lesson_id="a_002", reason=reason))
        run.fake.pass_by(61)
        notifier.tick()
        assert inbox.wait_for(taken=1)
    said = str(inbox.taken)
    assert "https://uploader.kinescope.io/…" in said
    assert not [secret for secret in (TOKEN, "abc", "sig", "hunter2", "pw@") if secret in said]


def test_a_message_that_is_not_taken_comes_later_once_and_the_run_is_warned_once(run: Run, inbox: Inbox) -> None:
    inbox.status = 503
    with run.notifier(inbox.address) as notifier:
        notifier.listening(LessonFailed(lesson_id="a_001", reason="broken"))
        run.fake.pass_by(61)
        notifier.tick()
        assert inbox.wait_for(requests=3)
        with inbox.changed:
            inbox.status = 200
        assert inbox.wait_for(taken=1)
    assert inbox.titles == ["kupload: 1 lesson failed; the run goes on"]
    assert run.warnings == ["Notifications: json took no message; it is tried again."]


def test_at_the_end_all_that_was_not_taken_comes_in_one_message(run: Run, inbox: Inbox) -> None:
    inbox.status = 503
    with run.notifier(inbox.address, timing=Timing(pauses=Pauses(first=3600.0, longest=3600.0))) as notifier:
        notifier.listening(LessonFailed(lesson_id="a_001", reason="broken"))
        run.fake.pass_by(61)
        notifier.tick()
        assert inbox.wait_for(requests=1)
        with inbox.changed:
            inbox.status = 200
        run.play(notifier)
    assert inbox.titles == ["kupload: done, but some lessons are not"]
    assert "Before that, not delivered in time:\n\nkupload: 1 lesson failed" in inbox.taken[0]["message"]


def test_a_service_that_does_not_answer_holds_the_run_no_longer_than_it_may(run: Run, inbox: Inbox) -> None:
    inbox.may_answer.clear()
    with run.notifier(inbox.address, timing=Timing(last=0.2)) as notifier:
        began = time.monotonic()
        run.play(notifier)
        notifier.tick()
        held = time.monotonic() - began
        assert inbox.wait_for(requests=1)
        ended = time.monotonic()
    assert held < 2  # generous: words are made, nothing is sent
    assert time.monotonic() - ended < 3
    assert run.warnings == ["Notifications: json did not take the last message."]


def test_a_run_that_ends_before_services_are_loaded_waits_for_that_as_well() -> None:
    loaded = threading.Event()
    taken: list[Message] = []

    def send(message: Message) -> bool:
        taken.append(message)
        return True

    def connect() -> Send:
        loaded.wait(60)
        return send

    channel = Channel("json", connect, pytest.fail)
    channel.put(Message(title="done", body=""))
    threading.Timer(1.5, loaded.set).start()
    close_all([channel], 1.0)
    assert (len(taken), channel.undelivered) == (1, 0)


def test_once_the_run_is_over_nobody_says_that_it_goes_on(run: Run, inbox: Inbox) -> None:
    inbox.status = 503
    with run.notifier(inbox.address) as notifier:
        notifier.listening(RunEnded(exit_code=0, seconds=1.0))
    assert run.warnings[-1] == "Notifications: json did not take the last message."
    assert not [one for one in run.warnings if "goes on" in one]


def test_one_service_that_is_dead_keeps_nothing_from_the_other(run: Run, inbox: Inbox) -> None:
    with an_inbox() as dead:
        dead.may_answer.clear()
        with run.notifier(dead.address, inbox.address, timing=Timing(last=0.2)) as notifier:
            run.play(notifier)
            assert inbox.wait_for(taken=1)
        assert run.warnings == ["Notifications: json no. 1 did not take the last message."]


def test_an_address_that_means_nothing_is_a_warning_that_does_not_show_it(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with run.notifier("nosuchservice://topsecret/x") as notifier:
        run.play(notifier)
    assert len(run.warnings) == 1
    assert "nosuchservice://…" in run.warnings[0]
    assert "topsecret" not in run.warnings[0] + caplog.text
