"""Removes the checks of the upload driver one at a time, in a copy, and fails where no test turns red."""

# ruff: noqa: INP001 - a script

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
AT_A_TIME: Final = 2
TESTS: Final = (
    "test_table.py",
    "test_same_part.py",
    "test_same_file.py",
    "test_removal.py",
    "test_leftovers.py",
    "test_driver.py",
    "test_driver_histories.py",
)
"""The quick ones first: a run ends at the first failure."""
LONGEST: Final = 300
"""Seconds after which tests count as red: a driver without its bounds may go on without end."""


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One check that is removed: its name, the module, the text as it stands there, and what takes its place."""

    name: str
    module: str
    text: str
    replacement: str = "pass"


DRIVER: Final = "driver.py"
LEFTOVERS: Final = "leftovers.py"
TABLE: Final = "table.py"
NEXT: Final = "next_upload.py"
RECORD: Final = "record.py"
SAME_FILE: Final = "same_file.py"
SENDER: Final = "chunk_sender.py"
SIZING: Final = "../policy/sizing.py"
SEARCH: Final = "search.py"
LATE: Final = "late_leftovers.py"
REMOVAL: Final = "removal.py"
ABSENCE: Final = "../policy/absence.py"

SABOTAGES: Final = (
    Sabotage("the file is open while bytes are sent", DRIVER, "with self._ports.open_file():", "if True:"),
    Sabotage("requests are tried again", DRIVER, "self._ports.call(self._take_steps)", "self._take_steps()"),
    Sabotage("late leftovers are looked for", DRIVER, "if self._record.lost_marks:", "if False:"),
    Sabotage(
        "what was begun from a changed file is removed",
        DRIVER,
        "                self._end_upload_of_changed_file()\n",
        "                pass\n",
    ),
    Sabotage(
        "a lesson that failed says so",
        DRIVER,
        "raise self._failed(error) from error\n        except Try",
        "raise\n        except Try",
    ),
    Sabotage(
        "a lesson that is given up says so",
        DRIVER,
        "raise self._failed(LessonFailedError.given_up(error, self._options.retries)) from error",
        "raise LessonFailedError.given_up(error, self._options.retries) from error",
    ),
    Sabotage("the batch may stop before each step", DRIVER, "self._ports.check()"),
    Sabotage(
        "after a failed request the offset is unknown",
        DRIVER,
        "self._record = advance(self._record, OffsetUnknown())",
    ),
    Sabotage(
        "look-alikes are kept apart",
        DRIVER,
        "return self._ports.alone(self._record) if names_no_id else nullcontext()",
        "return nullcontext()",
    ),
    Sabotage(
        "creations are kept apart",
        DRIVER,
        "isinstance(step, CreateUpload | LookForVideo)",
        "isinstance(step, LookForVideo)",
    ),
    Sabotage(
        "looks are kept apart",
        DRIVER,
        "isinstance(step, CreateUpload | LookForVideo)",
        "isinstance(step, CreateUpload)",
    ),
    Sabotage(
        "ids of ours wait for nobody",
        DRIVER,
        "self._record.dialect is Dialect.JSON and isinstance(step",
        "isinstance(step",
    ),
    Sabotage(
        "an attempt is written down once",
        DRIVER,
        "        if self._record.attempted_at is None:\n            mark",
        "        if True:\n            mark",
    ),
    Sabotage(
        "an attempt is on disk before its request",
        DRIVER,
        "self._become(Attempted(at=self._ports.utc_now(), mark=mark))",
        "self._record = advance(self._record, Attempted(at=self._ports.utc_now(), mark=mark))",
    ),
    Sabotage(
        "an attempt has a mark",
        DRIVER,
        "mark = self._ports.new_id() if self._record.dialect is Dialect.JSON else None",
        "mark = None",
    ),
    Sabotage(
        "a mark does not go out twice behind a gateway",
        DRIVER,
        "self._become(InitUnanswered())  # the same mark must not go out twice",
    ),
    Sabotage("a gateway's refusal may be a success", DRIVER, "if error.may_be_done and", "if"),
    Sabotage(
        "the MD5 is taken of what was sent",
        DRIVER,
        "md5=self._ports.md5(), duration=",
        "md5=None, duration=",
    ),
    Sabotage(
        "the duration of what was sent is written down",
        DRIVER,
        "md5=self._ports.md5(), duration=self._ports.duration()",
        "md5=self._ports.md5()",
    ),
    Sabotage(
        "each event is on disk",
        DRIVER,
        "        self._ports.save(self._record)\n        self._ports.tell",
        "        self._ports.tell",
    ),
    Sabotage("a new upload counts from its first byte", DRIVER, "self._furthest = 0"),
    Sabotage(
        "creations without an answer have an end",
        DRIVER,
        "raise why_unanswered(event)",
    ),
    Sabotage(
        "a complete upload is of this file",
        DRIVER,
        "if isinstance(event, LengthReached) and not self._accepts_file(whole):",
        "if False:",
    ),
    Sabotage(
        "all that Kinescope holds is compared",
        DRIVER,
        "replace(self._record, offset=self._record.size)",
        "self._record",
    ),
    Sabotage("a 404 to a deletion is looked into", REMOVAL, "if video is None:", "if True:"),
    Sabotage("what shows again is judged again", REMOVAL, "self.check(video)"),
    Sabotage("lost uploads have an end", DRIVER, "self._losses > _MOST_LOSSES", "False"),
    Sabotage(
        "bytes that move clear the setbacks", DRIVER, "self._setbacks = 0\n                self._ports", "self._ports"
    ),
    Sabotage("bytes that move refill the retries", DRIVER, "self._ports.progressed()"),
    Sabotage("setbacks have an end", DRIVER, "self._setbacks > self._options.retries", "False"),
    Sabotage("the next look comes later", SEARCH, "self._ports.wait(self._wait)"),
    Sabotage(
        "the next look counts",
        SEARCH,
        "seen[number].append(looks[number]())",
        "seen[number].append(looks[number]() if not seen[number] else seen[number][0])",
    ),
    Sabotage("a refused chunk makes the next ones smaller", SENDER, "not self._ports.shrink(record, step)", "False"),
    Sabotage(
        "a chunk that cannot be smaller fails the lesson",
        SENDER,
        "isinstance(event, ChunkRefused) and not self._ports.shrink(record, step)",
        "isinstance(event, ChunkRefused) and self._ports.shrink(record, step) is None",
    ),
    Sabotage("a refused chunk is no setback", DRIVER, "case _ if isinstance(event, ChunkRefused):", "case _ if False:"),
    Sabotage("a chunk that never left is no reason", SENDER, "step if error.was_sent else None", "step"),
    Sabotage(
        "a chunk that broke makes the next ones smaller", SENDER, "self._broken = step if", "self._broken = None if"
    ),
    Sabotage(
        "a chunk of which something arrived is not too large", SENDER, "return offset <= broken.offset", "return True"
    ),
    Sabotage("nothing told is nothing arrived", SENDER, "return isinstance(event, OffsetRefused)", "return False"),
    Sabotage(
        "smaller chunks have retries of their own",
        SENDER,
        "self._ports.progressed()  # retries are for chunks of one size",
    ),
    Sabotage("one look is no proof of absence", ABSENCE, ">= LOOKS", ">= 1"),
    Sabotage("two looks are no proof of absence", ABSENCE, ">= LOOKS", ">= 2"),
    Sabotage(
        "only looks in a row prove an absence",
        ABSENCE,
        "takewhile(lambda is_shown: not is_shown, shown)",
        "(x for x in shown if not x)",
    ),
    Sabotage(
        "one answer does not make an upload gone",
        SENDER,
        "if is_proven_absent(reversed(self._shown)):",
        "if True:",
    ),
    Sabotage(
        "an upload is gone only while Kinescope answers",
        SENDER,
        "if len(self._shown) == LOOKS - 1:",
        "if False:",
    ),
    Sabotage(
        "what was said of an upload while nobody of Kinescope answers does not count",
        SENDER,
        "except BaseException:\n            self._shown.clear()",
        "except BaseException:",
    ),
    Sabotage(
        "that an upload is gone is asked again later",
        SENDER,
        "self._ports.wait(self._wait)\n            return OffsetUnknown()",
        "return OffsetUnknown()",
    ),
    Sabotage(
        "an answer of the upload ends the doubt about it",
        SENDER,
        "if not isinstance(event, OffsetRefused):\n            self._shown.clear()",
        "",
    ),
    Sabotage("a refused HEAD is no sign of the upload", SENDER, "if not isinstance(event, OffsetRefused):", "if True:"),
    Sabotage(
        "a new upload is not gone",
        DRIVER,
        "self._furthest = 0\n                self._sender.forget()",
        "self._furthest = 0",
    ),
    Sabotage(
        "an earlier video that is absent is looked for again",
        LEFTOVERS,
        "return StartOver() if is_proven_absent(bool(look.ours) for look in reversed(looks)) else LookAgain()",
        "return StartOver()",
    ),
    Sabotage(
        "an id that took bytes is remembered",
        NEXT,
        "may_come = isinstance(event, OrphanGone) and not event.was_seen",
        "may_come = isinstance(event, OrphanGone) and not event.was_seen and record.upload_url is None",
    ),
    Sabotage(
        "a video is known by its id",
        SEARCH,
        "return self._named(record.video_id)",
        "return Found()",
    ),
    Sabotage(
        "the search finds the mark",
        SEARCH,
        "if mark and (ours := bearers(self._ports.videos",
        "if False and (ours := bearers(self._ports.videos",
    ),
    Sabotage(
        "the list finds the mark",
        SEARCH,
        "if ours := bearers(listed, mark):",
        "if False and (ours := bearers(listed, mark)):",
    ),
    Sabotage(
        "videos that records name are no doubt",
        SEARCH,
        "{*self._ports.known_ids(), *record.lost_marks}",
        "set(record.lost_marks)",
    ),
    Sabotage(
        "attempts of ours are no doubt",
        SEARCH,
        "{*self._ports.known_ids(), *record.lost_marks}",
        "self._ports.known_ids()",
    ),
    Sabotage(
        "doubtful videos are a doubt", SEARCH, "return Found(doubtful=tuple(", "return Found() or Found(doubtful=tuple("
    ),
    Sabotage(
        "an attempt that shows nothing is remembered",
        DRIVER,
        "OrphanGone(fresh=self._fresh(), was_seen=False)",
        "OrphanGone(fresh=self._fresh())",
    ),
    Sabotage(
        "the MD5 of an adopted video is written down", DRIVER, "md5=md5, video_id=adopt", "md5=None, video_id=adopt"
    ),
    Sabotage(
        "the duration of an adopted video is written down",
        DRIVER,
        "embed_url, duration=self._ports.duration()",
        "embed_url",
    ),
    Sabotage("an upload is ended before its video is deleted", DRIVER, "self._ports.terminate(self._record)"),
    Sabotage("a deletion has time", DRIVER, "self._ports.wait(self._options.orphan_wait)  # deleting is not instant"),
    Sabotage(
        "a new upload has a new id", DRIVER, "self._new_video_id(), self._file)", "self._record.video_id, self._file)"
    ),
    Sabotage(
        "a new upload is of the file as it is", NEXT, "size=file.size if file else record.size", "size=record.size"
    ),
    Sabotage("late leftovers have time to show", LATE, "ports.wait(min(_LATE * distance, _LATE * distance - passed))"),
    Sabotage(
        "late looks are kept apart",
        LATE,
        "with ports.alone(record):",
        "if True:",
    ),
    Sabotage("the first lost attempt says since when", LATE, "record.lost_since or attempted_at", "attempted_at"),
    Sabotage(
        "lost attempts are forgotten in the end",
        DRIVER,
        "self._record = replace(self._record, lost_marks=(), lost_since=None)",
    ),
    Sabotage(
        "a late video is known by its id",
        SEARCH,
        "by_id if by_id.ours else self._of_attempt(record, lost, since)",
        "self._of_attempt(record, lost, since)",
    ),
    Sabotage(
        "a late video is known by its mark",
        SEARCH,
        "by_id if by_id.ours else self._of_attempt(record, lost, since)",
        "by_id",
    ),
    Sabotage(
        "nothing asked for, nothing to remove",
        DRIVER,
        " or self._record.attempted_at is None:\n            return",
        ":\n            return",
    ),
    Sabotage(
        "what fails while removing is not what failed",
        DRIVER,
        "with suppress(TryAgainError, LessonFailedError):",
        "if True:",
    ),
    Sabotage(
        "a complete video is not adopted for a changed file",
        DRIVER,
        "if not isinstance(decision, leftovers.Adopt):",
        "if True:",
    ),
    Sabotage(
        "a failure is on disk",
        DRIVER,
        "self._ports.save(self._record)\n        return error",
        "return error",
    ),
    Sabotage(
        "a wait costs no retry, and is not said to",
        "../errors.py",
        "passing = isinstance(error, ThrottledError | LockedError)",
        "passing = False",
    ),
    Sabotage(
        "doubt touches nothing",
        LEFTOVERS,
        "        raise InDoubtError(decision.what, decision.hint)\n    return decision",
        "        pass\n    return decision",
    ),
    Sabotage(
        "the MD5 of an adopted video is compared",
        DRIVER,
        "self._keep(checked)\n        leftovers.certain(checked)",
    ),
    Sabotage(
        "a partial video is deleted", DRIVER, "is_deleted = self._removal.of(remove.video.id)", "is_deleted = True"
    ),
    Sabotage("what is removed is told", DRIVER, 'self._ports.removed(remove.video.id, self._record.reason or "")'),
    Sabotage(
        "a deletion is looked at",
        DRIVER,
        "decide_deleted(self._ports.video(remove.video.id))",
        "decide_deleted(None)",
    ),
    Sabotage("what is there again is deleted again", DRIVER, "self._removal.of(again.video.id)"),
    Sabotage("a late video is deleted", LATE, "removal.of(decision.video.id)"),
    Sabotage("one that may be ours is a doubt", LEFTOVERS, "if not found.doubtful:", "if True:"),
    Sabotage(
        "a video that is not there is looked for twice",
        LEFTOVERS,
        "        return not is_proven_absent(bool(look.ours) for look in reversed(looks))\n    return len",
        "        return False\n    return len",
    ),
    Sabotage(
        "a video whose bytes may be on their way is looked at twice",
        LEFTOVERS,
        "return len(looks) == 1 and video.state is VideoState.PARTIAL and record.upload_url is not None",
        "return False",
    ),
    Sabotage(
        "a creation without bytes is looked at once",
        LEFTOVERS,
        "video.state is VideoState.PARTIAL and record.upload_url is not None",
        "video.state is VideoState.PARTIAL",
    ),
    Sabotage(
        "a complete video is looked at once",
        LEFTOVERS,
        "video.state is VideoState.PARTIAL and record.upload_url is not None",
        "record.upload_url is not None",
    ),
    Sabotage(
        "a broken video is not removed",
        LEFTOVERS,
        "        case VideoState.PARTIAL:\n            return Remove",
        "        case VideoState.PARTIAL | VideoState.BROKEN:\n            return Remove",
    ),
    Sabotage(
        "a complete video is not removed",
        LEFTOVERS,
        "        case VideoState.PARTIAL:\n            return Remove",
        "        case VideoState.PARTIAL | VideoState.COMPLETE:\n            return Remove",
    ),
    Sabotage(
        "only what is unfinished is deleted again",
        LEFTOVERS,
        "        return StartOver()\n    if video.state is VideoState.PARTIAL:\n        return Remove(video=video)",
        "        return StartOver()\n    if True:\n        return Remove(video=video)",
    ),
    Sabotage("several with one mark are a doubt", LEFTOVERS, "if len(found.ours) > 1:", "if False:"),
    Sabotage(
        "decisions ask whose",
        LEFTOVERS,
        "    if doubt := _doubt_whose(found):\n        return doubt\n    video",
        "    video",
    ),
    Sabotage(
        "late decisions ask whose",
        LEFTOVERS,
        "    if doubt := _doubt_whose(found):\n        return doubt\n    if not",
        "    if not",
    ),
    Sabotage(
        "a second look at a partial video is the last", LEFTOVERS, "len(looks) == 1 and video.state", "video.state"
    ),
    Sabotage(
        "a complete video is of a file of this size",
        LEFTOVERS,
        "if record.size == file.size and video.size in",
        "if video.size in",
    ),
    Sabotage(
        "a complete video has the file's size",
        LEFTOVERS,
        " and video.size in {None, file.size}:\n            return Adopt",
        ":\n            return Adopt",
    ),
    Sabotage(
        "an unknown status is a doubt",
        LEFTOVERS,
        'return InDoubt(what=f\'Kinescope says "{video.status}" of our',
        'return StartOver() or InDoubt(what=f\'Kinescope says "{video.status}" of our',
    ),
    Sabotage("another MD5 is a doubt", LEFTOVERS, "is_same, why = known == {md5},", "is_same, why = True,"),
    Sabotage("another time is a doubt where no MD5 is known", LEFTOVERS, "is_in_place and record.is_for(file)", "True"),
    Sabotage("a part's MD5 is not the file's", LEFTOVERS, "if record.sent_bytes == record.size else None", ""),
    Sabotage(
        "another time alone is no doubt",
        LEFTOVERS,
        "    if md5 and known:\n",
        "    if md5 and known and record.is_for(file):\n",
    ),
    Sabotage(
        "an adopted video's file has its time as it is now",
        DRIVER,
        "leftovers.certain(checked)\n        self._take_part()",
        "leftovers.certain(checked)",
    ),
    Sabotage("an orphan's file may have another time", RECORD, "if self.stage is Stage.ORPHANED:", "if False:"),
    Sabotage(
        "only an unfinished late video is removed",
        LEFTOVERS,
        "    if video.state is VideoState.PARTIAL:\n        return Remove(video=video)\n    return InDoubt(\n",
        "    if True:\n        return Remove(video=video)\n    return InDoubt(\n",
    ),
    Sabotage("a list is left where it is older", LEFTOVERS, "video.created_at < since - _CLEARLY_BEFORE", "False"),
    Sabotage("clocks differ", LEFTOVERS, "since - _CLEARLY_BEFORE", "since + _CLEARLY_BEFORE"),
    Sabotage(
        "a leftover is unfinished",
        LEFTOVERS,
        "if video.state is not VideoState.PARTIAL or bears_a_mark",
        "if bears_a_mark",
    ),
    Sabotage("a leftover bears nobody's mark", LEFTOVERS, " or bears_a_mark(video.description):", ":"),
    Sabotage(
        "a leftover is not older than its attempt", LEFTOVERS, "video.created_at < since - _CLOCK_TOLERANCE", "False"
    ),
    Sabotage("a leftover has the file's size", LEFTOVERS, "video.size in {None, record.size}", "True"),
    Sabotage("a leftover has the lesson's title", LEFTOVERS, "is_title_of(video.title, record.title)", "True"),
    Sabotage("a leftover has the file's name", LEFTOVERS, "return nfc(told) == ", "return True or "),
    Sabotage(
        "only an attempt is taken up again",
        TABLE,
        "if saved is not None and saved.attempted_at is not None:",
        "if saved is not None:",
    ),
    Sabotage(
        "an earlier run is gone on from", TABLE, "if saved is not None and saved.attempted_at is not None:", "if False:"
    ),
    Sabotage("lost attempts outlive a run", TABLE, "lost_marks=saved.lost_marks if saved else ()", "lost_marks=()"),
    Sabotage("a changed file ends its upload", TABLE, "if not record.may_go_on_with(file):", "if False:"),
    Sabotage(
        "a changed time has what was sent compared",
        TABLE,
        "if not record.may_go_on_with(file):",
        "if not record.is_for(file):",
    ),
    Sabotage(
        "what was sent is compared before more is sent",
        DRIVER,
        "if not self._accepts_file(self._record):",
        "if False:",
    ),
    Sabotage(
        "an accepted time is on disk before more is sent",
        DRIVER,
        "if now != self._record:",
        "if False:",
    ),
    Sabotage(
        "a file of equal size and time is compared",
        DRIVER,
        "if accepted is None or not self._start.is_as_sent(record):",
        "if accepted is None:",
    ),
    Sabotage("the head is compared", SAME_FILE, "record.head_md5 not in {None, head_md5}", "False"),
    Sabotage("an adopted video begins as sent", LEFTOVERS, "elif not begins_as_sent:", "elif False:"),
    Sabotage("the head is on record", DRIVER, "replace(self._record, head_md5=self._start.look())", "self._record"),
    Sabotage("what was sent is known by its MD5", DRIVER, "with_part(self._record, part)", "self._record"),
    Sabotage(
        "what may have arrived is on disk",
        DRIVER,
        "self._ports.save(self._record)  # what may have arrived is known by its MD5",
    ),
    Sabotage(
        "only a file that has changed ends its upload", DRIVER, "if isinstance(error, FileChangedError):", "if True:"
    ),
    Sabotage("another MD5 is another file", SAME_FILE, "md5_of_first(record.sent_bytes) == record.sent_md5", "True"),
    Sabotage("the MD5 of a whole file decides too", SAME_FILE, "md5_of_first(record.size) == record.md5", "True"),
    Sabotage("a linked file's time may shift a little", SAME_FILE, "return record.is_for(file) or (", "return ("),
    Sabotage("without an MD5 of all of it nothing goes on", SAME_FILE, "not record.may_go_on_with(file)", "False"),
    Sabotage("a file at another path is compared", RECORD, " and self.is_in_place(file)\n", "\n"),
    Sabotage("the larger part counts", SAME_FILE, "part.md5 is None or part.length < record.sent_bytes", "False"),
    Sabotage(
        "an MD5 of less than was sent proves nothing",
        RECORD,
        "self.sent_md5 is not None and self.sent_bytes >=",
        "self.sent_md5 is not None or self.sent_bytes >=",
    ),
    Sabotage("a request of which nothing is known is looked into", TABLE, "if answer_is_unknown and", "if False and"),
    Sabotage(
        "an offset on disk is a hint", TABLE, "record = replace(record, offset_confirmed=False, offset_refused=False)"
    ),
    Sabotage(
        "a complete upload stays so",
        TABLE,
        "if record.stage.has_all_bytes:",
        "if False:",
    ),
    Sabotage(
        "an id of ours may come late", NEXT, "record.video_id or record.mark if may_come", "record.mark if may_come"
    ),
    Sabotage("what was seen is not lost", NEXT, " and not event.was_seen", ""),
    Sabotage("a row names the video that was linked", NEXT, "None if record.stage.is_linked else event.at", "event.at"),
    Sabotage("old videos outlive a new start", NEXT, "event.fresh, record.old_videos)", "event.fresh, ())"),
    Sabotage("old videos outlive a run", TABLE, "old_videos=saved.old_videos if saved else ()", "old_videos=()"),
    Sabotage("an unlinked video is still known", NEXT, "(*taken_away(record.old_videos, event), before)", "()"),
)


def main(part: str) -> int:
    """Tries every sabotage whose name has the part; returns the exit code."""
    chosen = [sabotage for sabotage in SABOTAGES if part in sabotage.name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kupload-sabotage-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(AT_A_TIME)]
        if said := _red(copies[0]):
            sys.stdout.write(f"The tests are red before anything is removed:\n{said}\n")
            return 1
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            missed = 0
            for sabotage, verdict in zip(chosen, pool.map(partial(_try, copies), chosen), strict=True):
                sys.stdout.write(f"{Path(sabotage.module).name:13} {sabotage.name:55} {verdict}\n")
                sys.stdout.flush()
                missed += not verdict.startswith("caught")
    sys.stdout.write(f"\n{len(chosen) - missed} of {len(chosen)} caught in {time.monotonic() - began:.0f} s\n")
    return 1 if missed else 0


def _copy(folder: Path) -> Path:
    for name in ("src", "tests", "pyproject.toml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def _try(free: list[Path], sabotage: Sabotage) -> str:
    """What became of the sabotage."""
    folder = free.pop()
    module = folder / "src" / "kinescope_upload" / "upload" / sabotage.module
    text = module.read_text(encoding="utf-8")
    try:
        if text.count(sabotage.text) != 1:
            return f"NOT FOUND (its text stands there {text.count(sabotage.text)} times)"
        module.write_text(text.replace(sabotage.text, sabotage.replacement), encoding="utf-8")
        said = _red(folder)
        if said.startswith("BROKEN"):
            return said
        return f"caught: {said}" if said else "NOT CAUGHT"
    finally:
        module.write_text(text, encoding="utf-8")
        free.append(folder)


def _red(folder: Path) -> str:
    """The first test that fails; empty where all are green."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-m",
        "",
        "--tb=no",
        "--noconftest",
    ]  # these tests need no fixtures
    command += [option for plugin in ("cacheprovider", "xdist", "cov") for option in ("-p", f"no:{plugin}")]
    tests = [str(Path("tests") / "upload" / name) for name in TESTS]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - the tests of a copy
            [*command, *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        return "the tests do not end"
    if done.returncode == 0:
        return ""
    if done.returncode != 1:
        return f"BROKEN: {done.stdout[-500:]}{done.stderr[-500:]}"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].partition("::")[2].partition(" - ")[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check", nargs="?", default="", help="a part of the names of those that are tried")
    sys.exit(main(parser.parse_args().check))
