from __future__ import annotations

import io
import json

from kinescope_upload.errors import BatchStoppedError
from kinescope_upload.output.error_view import print_error, print_error_object, without_secrets
from support.display_cases import HOSTILE, FakeTime
from support.terminal import Terminal


def test_an_error_is_told_with_its_hint_and_the_request_id_and_nothing_that_commands_a_terminal() -> None:
    told = io.StringIO()
    print_error(BatchStoppedError(f"It is {HOSTILE}.", "Do this.", request_id="r-1"), told)
    assert told.getvalue().startswith("kupload: It is ")
    assert told.getvalue().endswith(" (X-Request-ID r-1). Do this.\n")
    assert "\x1b" not in told.getvalue()


def test_scripts_get_the_error_as_an_object() -> None:
    told = io.StringIO()
    print_error_object(BatchStoppedError("It is so.", "Do this."), 3, told, clock=FakeTime().clock)
    line = json.loads(told.getvalue())
    assert (line["event"], line["reason"], line["hint"], line["exit_code"]) == ("error", "It is so.", "Do this.", 3)


def test_a_traceback_shows_no_secret() -> None:
    text = "b'Bearer 5f0c2a86' in postgresql://me:pa:ss@host/db; KEY=topsecret"
    shown = without_secrets(text, ["topsecret", ""])
    assert shown == "b'Bearer …' in postgresql://me:…@host/db; KEY=…"


def test_an_error_is_broken_between_words_on_a_terminal_and_nowhere_else() -> None:
    error = BatchStoppedError("Nothing can be sent, since " + "the disk is away and " * 5 + "so on.", "Mount it.")
    elsewhere = io.StringIO()
    print_error(error, elsewhere)
    with Terminal(40) as terminal:
        print_error(error, terminal.stream)
        shown = terminal.lines()
    assert elsewhere.getvalue().count("\n") == 1
    assert len(shown) > 3
    assert " ".join(shown) == elsewhere.getvalue().strip()
