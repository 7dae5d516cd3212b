from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.display.collector import Collector
from kinescope_upload.events import BytesSent
from kinescope_upload.monitor.event_log import EventLog, RotatingFile
from support.display_cases import FakeTime, scenario

if TYPE_CHECKING:
    from pathlib import Path


def kept(path: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted(path.parent.iterdir())}


def test_a_full_file_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "log" / "events"
    file = RotatingFile(path, largest=8, files=3)
    for number in range(8):
        file.write(b"%d23\n" % number)
    file.close()
    assert kept(path) == {"events": "623\n723\n", "events.1": "423\n523\n", "events.2": "223\n323\n"}


def test_a_line_that_is_longer_than_a_file_is_written_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "log" / "events"
    file = RotatingFile(path, largest=4)
    file.write(b"a long line\n")
    file.write(b"b\n")
    file.close()
    assert kept(path) == {"events": "b\n", "events.1": "a long line\n"}


def test_a_run_goes_on_after_the_lines_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "log" / "events"
    for line in (b"one\n", b"two\n"):
        file = RotatingFile(path)
        file.write(line)
        file.close()
    assert kept(path) == {"events": "one\ntwo\n"}


@pytest.mark.skipif(sys.platform == "win32", reason="nobody renames a file there that another has open")
def test_two_runs_share_a_log_without_losing_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log" / "events"
    files = [RotatingFile(path, largest=1000, files=1000) for _ in range(2)]

    def write(file: RotatingFile, name: str) -> None:
        for number in range(300):
            file.write(f"{name}{number}\n".encode())

    threads = [threading.Thread(target=write, args=(file, name)) for file, name in zip(files, "ab", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for file in files:
        file.close()
    lines = sorted("".join(kept(path).values()).split())
    assert lines == sorted(f"{name}{number}" for name in "ab" for number in range(300))


def test_each_event_is_a_line_as_with_json_and_names_its_run(tmp_path: Path) -> None:
    fake, path = FakeTime(), tmp_path / "log" / "events"
    collector = Collector(fake.clock)
    log = EventLog(RotatingFile(path), "one", collector, fake.clock)
    for seconds, event in scenario():
        fake.pass_by(seconds)
        collector.note(event)
        log.add(event)
    log.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["run"] for line in lines} == {"one"}
    assert (lines[0]["event"], lines[-1]["event"]) == ("run_started", "summary")
    assert len([line for line in lines if line["event"] == "lesson_done"]) == 3


def test_the_totals_are_written_once_a_minute_and_not_with_the_bytes(tmp_path: Path) -> None:
    fake, path = FakeTime(), tmp_path / "log" / "events"
    collector = Collector(fake.clock)
    log = EventLog(RotatingFile(path), "one", collector, fake.clock)
    for _ in range(185):
        fake.pass_by(1)
        log.add(BytesSent(lesson_id="a", count=1))
        log.tick()
    log.close()
    assert [json.loads(line)["event"] for line in path.read_text().splitlines()] == ["progress"] * 3
