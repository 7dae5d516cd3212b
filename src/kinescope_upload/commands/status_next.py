"""Words what is to be typed, or done, next about a course that is not done. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.text.hints import Hint, command_line, typed_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.commands.course_status import CourseStatus
    from kinescope_upload.monitor.state_file import SeenRun
    from kinescope_upload.output.terminal_output import Surface
    from kinescope_upload.text.hints import Command

NEXT: Final = "  next: "
THEN: Final = "  then: "


def is_stopped_first(runs: Sequence[SeenRun]) -> bool:
    """Whether the last run was stopped before it began anything: the same command alone would be stopped again.

    Args:
        runs: The runs of the progress folder, the latest begun last.
    """
    ended = runs[-1].state.ended if runs else None
    return ended is not None and ended.exit_code is None and bool(ended.reason)


def next_lines(status: CourseStatus, surface: Surface, command: Command, *, is_stopped: bool = False) -> Iterator[str]:
    """What to type, or to do, now.

    Args:
        status: The course.
        surface: What the stream can show.
        command: What uploads that which is shown.
        is_stopped: Whether a run would be stopped at once, and what is to be done about that is said above.
    """
    if status.is_all_in_doubt and status.without_folder:
        create = command_line(("folders", "--create", "--course", status.course))
        then = typed_line((*_without_courses(command), "--course", status.course))
        yield f"{NEXT}{surface.shown(create)}"
        yield f"{THEN}{surface.shown(then)}"
    elif status.is_stuck and status.asked and not status.is_all_in_doubt:
        yield f"{NEXT}{surface.shown(command_line(('map', '--confirm')))}"
    elif status.is_all_in_doubt or (status.videos and not status.is_stuck):
        only = (*_without_courses(command), "--course", status.course)
        if status.is_all_in_doubt:
            yield f"{NEXT}{surface.shown(command_line(('verify',)))}"
        elif not is_stopped:
            yield f"{NEXT}{surface.shown(typed_line(only))}"
    else:
        yield "  next: put its files back into the library, or name the folder that holds them with --library"


def publish_changed(status: CourseStatus) -> Hint:
    """What publishes the changed files of a course; where files may have moved on, what tells of each."""
    if status.mixed_up:
        return Hint("they may have moved on to other lessons: ", ("verify",), " tells of each")
    all_of_it = ("replace", "--changed", "--course", status.course)
    return Hint(("replace", status.changed[0]) if len(status.changed) == 1 else all_of_it, " publishes it")


def _without_courses(command: Command) -> Command:
    """The command for every course."""
    words = iter(command)
    kept: list[str] = []
    for word in words:
        if word == "--course":
            next(words, None)
        elif not word.startswith("--course="):
            kept.append(word)
    return tuple(kept)
