"""`kupload replace`."""

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kinescope_upload.cli.questions import check_somebody_answers, is_agreed
from kinescope_upload.command_line import options
from kinescope_upload.command_line.completion import complete_lessons
from kinescope_upload.errors import UsageError
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.commands.replace.choice import ReplaceOptions
    from kinescope_upload.commands.replace.command import Replacement


def replace(
    context: typer.Context,
    *,
    lessons: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LESSON… [FILE]",
            help="The lessons; after a single one, its new file.",
            autocompletion=complete_lessons,
        ),
    ] = None,
    keep_old: Annotated[
        str | None,
        typer.Option("--keep-old", metavar="TIME", help="How long the old videos stay [default: 7d; 0: not at all]."),
    ] = None,
    changed: Annotated[bool, typer.Option("--changed", help="All lessons whose file has changed.")] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="Call off what was begun: viewers keep the video that they see.")
    ] = False,
    courses: options.CourseOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Replace without asking.")] = False,
    replace_wait: Annotated[
        str | None,
        typer.Option("--replace-wait", metavar="TIME", help="Longest wait for Kinescope's `done` [default: 2h]."),
    ] = None,
    send_broken: options.SendBrokenOption = None,
    library: options.LibraryOption = None,
    max_outage: options.MaxOutageOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    json: options.JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only failures and the result.")] = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Publish new cuts of lessons: viewers see the old video until the new one is done.

    The new file is uploaded beside the old video; when Kinescope is done with it and size and MD5 agree, the lesson's
    row is switched, and the old video is deleted by the first run or `kupload repair` after --keep-old.

    Exit codes: those of a run; 1 also where a lesson cannot be replaced, and with --dry-run, where one could not.
    """
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.commands.replace.command import preview_replacements, replace_lessons
    from kinescope_upload.commands.replace.view import show_replacements
    from kinescope_upload.commands.upload import Screen

    wanted = _wanted(lessons or [], keep_old, is_changed=changed, drops=drop)
    settings = options.load(context)
    if not (yes or dry_run):
        check_somebody_answers("Pass --yes to replace without asking.", as_json=json)
    display = options.display_options(settings)
    view = AuditView(display, sys.stdout)
    with audit_progress(display, view, stdout=sys.stdout, stderr=sys.stderr) as tell:

        def agree(found: "Sequence[Replacement]") -> bool:
            tell.leave_terminal()
            show_replacements(found, display, sys.stdout)
            number = sum(one.is_work for one in found)
            question = _DROP if drop else _REPLACE
            return not dry_run and is_agreed(*question, number, yes=yes)

        if dry_run:
            raise typer.Exit(preview_replacements(settings, wanted, agree, tell))
        raise typer.Exit(replace_lessons(settings, wanted, Screen(display, sys.stdout, sys.stderr), agree, tell))


_REPLACE: Final = "Replace this video?", "Replace these {} videos?"
_DROP: Final = "Call this replacement off?", "Call these {} replacements off?"


def _wanted(words: list[str], keep_old: str | None, *, is_changed: bool, drops: bool) -> "ReplaceOptions":
    from kinescope_upload.commands.replace.choice import ReplaceOptions
    from kinescope_upload.mapping import is_video_name

    if is_changed == bool(words):
        raise UsageError(
            "Name the lessons that are to be replaced, or --changed for all whose file has changed, not both."
            if words
            else "It is not said which lessons are to be replaced.",
            Hint("For example: ", ("replace", "--changed"), "."),
        )
    files = [word for word in words if is_video_name(word) or "/" in word or "\\" in word]
    names = [word for word in words if word not in files]
    if drops and files:
        raise UsageError(
            "Of a replacement that is called off, the lesson alone is named.",
            Hint("For example: ", ("replace", names[0] if names else "LESSON", "--drop"), "."),
        )
    if len(files) > 1 or (files and len(names) != 1):
        raise UsageError(
            "A file stands after the one lesson that it belongs to.",
            Hint("The files of all lessons that changed: ", ("replace", "--changed"), "."),
        )
    keep = None if keep_old is None else round(options.parse_keep(keep_old))
    file = files[0] if files else None
    names = list(dict.fromkeys(names))
    return ReplaceOptions(lessons=tuple(names), file=file, changed=is_changed, keep=keep, drop=drops)
