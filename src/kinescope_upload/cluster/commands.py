"""What `kupload cluster …`, and `kupload` itself where there is a cluster, do step by step."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, TextIO

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.line import line_of
from kinescope_upload.cluster.presence import those_there
from kinescope_upload.cluster.queue import Queue
from kinescope_upload.cluster.schema import check_only_cluster, install, script_of
from kinescope_upload.cluster.settings import CORRECT, check_rows, cluster_of, libraries_of
from kinescope_upload.cluster.store import opened
from kinescope_upload.cluster.transfer import (
    TAKEN_OVER,
    TakenOver,
    check_export,
    end_export,
    take_over,
    write_back,
)
from kinescope_upload.cluster.worker import enqueue_all, work
from kinescope_upload.display.printers import waits_on_stderr
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.show import View, show
from kinescope_upload.output.terminal_output import surface_of
from kinescope_upload.progress import courses_in
from kinescope_upload.text import count, first_few, format_bytes
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.cluster.enqueue import Enqueued
    from kinescope_upload.commands.upload import Screen
    from kinescope_upload.config import Settings
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions


def init(settings: Settings, stdout: TextIO, *, only_print: bool) -> int:
    """Makes the tables that all machines share, or prints the SQL that does.

    Raises:
        KuploadError: The database refuses, or does not answer.
    """
    with closing(line_of(settings)) as line:
        if only_print:
            stdout.write(script_of(line))
            return ExitCode.DONE
        cluster = cluster_of(settings)
        others = check_only_cluster(line, is_named=cluster.names_schema)
        done = "is made" if install(line) else "is there already, and up to date"
        beside = f" Beside it there is one in {first_few(others)}: no lesson may be in both." if others else ""
        stdout.write(f'The cluster in schema "{line.schema}" of {line.place} {done}.{beside}\n')
        machine = cluster.machine
        check_export(line, settings.progress, machine)
        _check_all_there(settings)
        taken = take_over(line, settings.progress, libraries_of(settings), machine)
        if taken.new or taken.known:
            stdout.write(f"{_taken_words(taken, settings.progress)}\n")
        end_export(line)
    return ExitCode.DONE


def _check_all_there(settings: Settings) -> None:
    """Returns where every file can be looked for that the progress folder names.

    Raises:
        UsageError: A library is away, and only a look there tells which records are of its files.
    """
    libraries, away = libraries_of(settings), list[str]()
    if len(libraries) > 1 and courses_in(settings.progress):
        those_there(libraries, away.append)
    if away:
        raise UsageError(
            f"{' '.join(away)} So which library each record of {settings.progress} belongs to is not known.", CORRECT
        )


def _taken_words(taken: TakenOver, folder: Path) -> str:
    words = f"Took over {count(taken.new, 'record', 'records')} of {folder}; its files are in {TAKEN_OVER} there."
    if taken.known:
        words += f" Of {count(taken.known, 'lesson', 'lessons')} the cluster had a record, which stays."
    if taken.begun_twice:
        hint = Hint(("repair", "--delete-unknown"), " asks of each whether to delete it.")
        words += (
            f" Another upload was begun here of {first_few(taken.begun_twice)}, and is an old video now: {shown(hint)}"
        )
    return words


def export(settings: Settings, stdout: TextIO) -> int:
    """Writes the cluster's records into this machine's progress folder, from where one machine goes on alone.

    Raises:
        KuploadError: A machine is at work, or the folder or the database refuses.
    """
    with opened(settings) as progress:
        number = write_back(progress.holds.line, settings.progress, cluster_of(settings).machine)
    stdout.write(
        f"Wrote {count(number, 'record', 'records')} into {settings.progress}; the cluster knows no lesson any more. "
        "Take [cluster] out of kupload.toml to go on with this machine alone.\n"
    )
    return ExitCode.DONE


def enqueue(settings: Settings, screen: Screen, libraries: Sequence[str] = ()) -> int:
    """Writes down what there is to do in this machine's libraries, or in those that were named.

    Returns:
        0, or 1 where a person has to decide about something, or a library is away.

    Raises:
        KuploadError: No library is there, one cannot be read, or database or Kinescope refuse.
    """
    check_rows(settings)
    options, stdout = screen.options, screen.stdout
    found, away = _enqueued(settings, screen, libraries_of(settings, libraries))
    for words in away:
        _say(words, screen.stderr)
    if any(one.added for one in found) and not options.as_json:
        stdout.write(f"{shown(Hint(('cluster', 'worker'), ' uploads them, on any machine that has the library.'))}\n")
    return _exit_code(found, away)


def _enqueued(
    settings: Settings, screen: Screen, libraries: Mapping[str, Path]
) -> tuple[Sequence[Enqueued], Sequence[str]]:
    """Writes down what there is to do; gives with it what is to be said of libraries that are away."""
    away: list[str] = []
    with opened(settings) as progress:
        found = enqueue_all(settings, progress, libraries, away.append, waits_on_stderr(screen.options))
    show(ENQUEUED, found, screen.options, screen.stdout)
    return found, away


def _say(words: str, stderr: TextIO) -> None:
    stderr.write(f"{words}\n")
    stderr.flush()


def _exit_code(found: Sequence[Enqueued], away: Sequence[str]) -> int:
    return ExitCode.NOT_DONE if away or any(one.is_in_doubt for one in found) else ExitCode.DONE


def run(settings: Settings, screen: Screen) -> int:
    """Enqueues what there is to do here, then works until nothing is left: on one machine or on many.

    Returns:
        0 when everything is done, 1 where something is in doubt, or a library is away.

    Raises:
        KuploadError: A library cannot be read, or database or Kinescope refuse.
    """
    check_rows(settings)
    libraries = libraries_of(settings)
    found, away = _enqueued(settings, screen, libraries)  # what is away, the work says
    if settings.courses or settings.limit is not None:
        _say("--course and --limit say what is written down; this machine then takes whatever waits.", screen.stderr)
    code = work(settings, screen, libraries=libraries, until_empty=True)
    return code or _exit_code(_as_now(settings, found), away)


def _as_now(settings: Settings, found: Sequence[Enqueued]) -> Sequence[Enqueued]:
    """The same, without doubts about lessons that machines with other libraries have written down meanwhile."""
    if not any(one.is_in_doubt for one in found):
        return found
    with opened(settings) as progress:
        written = progress.holds.line.ask(statements.LIBRARIES, patience=60)
    return [one.without({lesson for lesson, of, _ in written if of != one.library}) for one in found]


def cancel(settings: Settings, stdout: TextIO) -> int:
    """Takes lessons of the selected courses off the queue; records and uploads stay, any machine may say what they are.

    Raises:
        UsageError: The cluster knows no such course.
        KuploadError: The database refuses, or does not answer.
    """
    with opened(settings) as progress:
        line, courses = progress.holds.line, list(settings.courses) or None
        known = {course for (course,) in line.ask(statements.ALL_COURSES)}
        if unknown := sorted(set(settings.courses) - known):
            raise UsageError(
                f'Nothing of a course "{unknown[0]}" is written down.', Hint(("--status",), " lists the courses.")
            )
        ids = [lesson_id for (lesson_id,) in line.ask(statements.CANCEL, courses=courses)]
        line.ask(statements.RELEASE, courses=courses)
        Queue(line).cancel(ids)
    stdout.write(f"Took {count(len(ids), 'lesson', 'lessons')} off the queue; what is begun stays as it is.\n")
    return ExitCode.DONE


def _fields(found: Sequence[Enqueued]) -> JsonFields:
    return {
        "libraries": [
            {
                "library": one.library,
                "added": one.added,
                "there": one.there,
                "withdrawn": list(one.withdrawn),
                "elsewhere": len(one.elsewhere),
                "contradicting": list(one.contradicting),
                "to_send_bytes": one.plan.bytes_to_send,
                "in_doubt": [
                    {"lesson_id": lesson.lesson_id, "reason": lesson.reason, "hint": lesson.hint}
                    for lesson in one.plan.in_doubt
                ],
                "changed": [lesson.lesson_id for lesson in one.changed],
                "doubts": [{"subject": doubt.subject, "reason": doubt.reason} for doubt in one.plan.doubts],
            }
            for one in found
        ],
        "is_in_doubt": any(one.is_in_doubt for one in found),
    }


def _text(found: Sequence[Enqueued], _options: DisplayOptions, stream: TextIO) -> None:
    surface = surface_of(stream)
    for one in found:
        lines = [
            f"{one.library}: {count(one.added, 'lesson', 'lessons')} enqueued, "
            f"{format_bytes(one.plan.bytes_to_send)} to send"
            + (f"; {one.there:,} waited or were in hand already" if one.there else "")
            + "."
        ]
        if one.withdrawn:
            several = count(len(one.withdrawn), "lesson waits", "lessons wait")
            lines.append(f"{several} no more, as rows and files are now: {first_few(one.withdrawn)}.")
        if one.elsewhere:
            several = count(len(one.elsewhere), "lesson has its", "lessons have their")
            lines.append(
                f"{several} file in another library, too, which keeps them: {first_few(sorted(one.elsewhere))}."
            )
        if one.contradicting:
            lines.append(
                f"In doubt: {first_few(one.contradicting)}: the two files differ in size. Take the wrong one away, "
                "then enqueue again."
            )
        together: dict[tuple[str, str], list[str]] = {}
        for lesson in one.plan.in_doubt:
            together.setdefault((lesson.reason, lesson.hint), []).append(lesson.lesson_id)
        lines += [f"In doubt: {first_few(ids)}: {reason}. {shown(hint)}" for (reason, hint), ids in together.items()]
        lines += [shown(one.changes)] if one.changes else []
        lines += [f"Unmatched: {doubt.subject}: {doubt.reason}. {shown(doubt.hint)}" for doubt in one.plan.doubts]
        stream.writelines(f"{surface.shown(line.strip())}\n" for line in lines)


ENQUEUED: View[Sequence[Enqueued]] = View(event="enqueued", fields=_fields, text=_text)
