"""`kupload repair`."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cli.questions import check_somebody_answers, is_agreed
from kinescope_upload.cluster.entry import in_each_library
from kinescope_upload.command_line import options
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.terminal_output import is_terminal, laid_out
from kinescope_upload.text import count, printable
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kinescope_upload.audit.compare import UnknownVideo
    from kinescope_upload.audit.fixes import FixPlan
    from kinescope_upload.config import Settings
    from kinescope_upload.progress import AllProgress


def repair(
    context: typer.Context,
    *,
    courses: options.CourseOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply the changes without asking.")] = False,
    delete_unknown: Annotated[
        bool,
        typer.Option("--delete-unknown", help="Ask of each video that no lesson has whether to delete it."),
    ] = False,
    videos: Annotated[
        list[str] | None,
        typer.Option("--video", metavar="ID", help="With --delete-unknown: delete this one, unasked; repeatable."),
    ] = None,
    by_file: Annotated[
        str | None,
        typer.Option("--by-file", metavar="LESSON", help="Where progress file and journal contradict: go by the file."),
    ] = None,
    by_journal: Annotated[
        str | None, typer.Option("--by-journal", metavar="LESSON", help="The same: go by the journal.")
    ] = None,
    set_aside: Annotated[
        str | None,
        typer.Option(
            "--set-aside", metavar="COURSE", help="Keep its unreadable progress aside; go on with what can be read."
        ),
    ] = None,
    max_outage: options.MaxOutageOption = None,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    json: options.JsonOption = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Fix what `kupload verify` reports, where the correct state is certain. Shows the plan and asks first.

    Where only a person can decide, it lists the commands to choose from. Exit codes: 0 nothing is left
    that disagrees; 1 something is, or a change failed.
    """
    from kinescope_upload.audit.repair import repair as run_repair
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView

    _check_named({"--by-file": by_file, "--by-journal": by_journal}, "Name a lesson.", is_dry_run=dry_run)
    _check_named({"--set-aside": set_aside}, "Name a course.", is_dry_run=False)
    if by_file or by_journal:
        raise typer.Exit(_go_by(options.load(context), by_file, by_journal))
    if set_aside:
        raise typer.Exit(_set_aside(options.load(context), set_aside, is_dry_run=dry_run))
    if delete_unknown or videos:
        _check_unknown(videos or [], delete_unknown=delete_unknown, yes=yes)
        delete = partial(_delete_unknown, videos=videos or [], is_dry_run=dry_run)
        raise typer.Exit(in_each_library(options.load(context), delete))
    if not (yes or dry_run):
        check_somebody_answers("Pass --yes to apply the changes, or --dry-run to see them.", as_json=json)
    settings = options.load(context)
    display = options.display_options(settings)

    def fix(here: "Settings", records: "AllProgress | None" = None) -> int:
        view = AuditView(display, sys.stdout)
        with audit_progress(display, view, stdout=sys.stdout, stderr=sys.stderr) as tell:

            def agree(plan: "FixPlan") -> bool:
                tell.leave_terminal()
                view.show_plan(plan)
                questions = "Apply this change?", "Apply these {} changes?"
                return not dry_run and is_agreed(*questions, len(plan.fixes), yes=yes)

            result = run_repair(here, tell, agree, is_dry_run=dry_run, progress=records)
        is_refused = result.plan.fixes and not (result.was_agreed or dry_run)
        exit_code = ExitCode.NOT_DONE if result.failed or result.plan.is_left or is_refused else ExitCode.DONE
        view.show_end(result, exit_code=exit_code)
        return exit_code

    raise typer.Exit(in_each_library(settings, fix))


def _check_named(given: "Mapping[str, str | None]", hint: str, *, is_dry_run: bool) -> None:
    """Returns unless an option is given and empty, or is one that has no dry run beside `--dry-run`."""
    for option, name in given.items():
        if name is not None and not name.strip():
            raise UsageError(f"{option} is empty.", hint)
        if name is not None and is_dry_run:
            raise UsageError(f"{option} has no --dry-run.", "What it does keeps the file as it was, as .bak.")


def _go_by(settings: "Settings", by_file: str | None, by_journal: str | None) -> int:
    """Goes by the side that a person chose."""
    from kinescope_upload.progress.sides import Side, go_by

    for side, lesson_id in ((Side.FILE, by_file), (Side.JOURNAL, by_journal)):
        if lesson_id:
            changed = go_by(side, settings.progress, lesson_id)
            typer.echo(printable(f"{changed} holds {lesson_id} no more; as it was: {changed.name}.bak"))
    typer.echo(printable(Hint(("verify",), " compares the lesson with all sides.")))
    return ExitCode.DONE


def _set_aside(settings: "Settings", course: str, *, is_dry_run: bool) -> int:
    """Goes on without what cannot be read of a course's progress."""
    from kinescope_upload.progress.set_aside import set_aside

    done = set_aside(settings.progress, course, is_dry_run=is_dry_run)
    if not done.kept:
        typer.echo(printable(f'All of the progress of "{course}" can be read; nothing was set aside.'))
        return ExitCode.DONE
    lessons = count(done.records, "lesson", "lessons")
    if is_dry_run:
        unreadable = ", ".join(one.name for one in done.kept)
        typer.echo(printable(f'{lessons} of "{course}" can be read. {unreadable} would be set aside.'))
        typer.echo("Nothing was written.")
        return ExitCode.DONE
    for kept in done.kept:
        typer.echo(printable(f"Kept as it was: {kept}"))
    typer.echo(printable(f'{lessons} of "{course}" could be read. What else was begun, a run looks for on Kinescope.'))
    typer.echo(printable(Hint(("verify",), " compares all sides.")))
    return ExitCode.DONE


def _check_unknown(videos: list[str], *, delete_unknown: bool, yes: bool) -> None:
    named = [word for video in videos for word in ["--video", video]]
    hint = Hint("To delete it: ", ("repair", "--delete-unknown", *named), ".")
    if not delete_unknown:
        raise UsageError("--video means nothing alone.", hint)
    if yes:
        hint = hint if videos else Hint(("repair", "--delete-unknown"), " asks of each.")
        raise UsageError("--yes is no answer here: each video is confirmed or named by itself.", hint)


def _delete_unknown(
    settings: "Settings", records: "AllProgress | None" = None, *, videos: list[str], is_dry_run: bool
) -> int:
    """Deletes what a person confirms or has named; 0 when no unknown video is left."""
    from datetime import UTC, datetime

    from kinescope_upload.audit.delete_unknown import delete_unknown
    from kinescope_upload.audit.inspection import open_tools
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.unknown import show_unknown, show_unknown_end, unknown_sentence
    from kinescope_upload.audit.show.view import AuditView

    display = options.display_options(settings)
    may_ask = not display.as_json and is_terminal(sys.stdin) and not is_dry_run
    with audit_progress(display, AuditView(display, sys.stdout), stdout=sys.stdout, stderr=sys.stderr) as tell:

        def show(found: "Sequence[UnknownVideo]") -> None:
            tell.leave_terminal()
            show_unknown(found, display, sys.stdout)
            if found and not (may_ask or videos or is_dry_run):
                named = ("repair", "--delete-unknown", "--video", found[0].video.id)
                raise UsageError(
                    "There is no terminal to ask on, so nothing was deleted.",
                    Hint("Name each video that is to be deleted. For example: ", named, "."),
                )

        def confirm(unknown: "UnknownVideo") -> bool:
            sentence = printable(unknown_sentence(unknown, datetime.now(UTC)))
            return may_ask and typer.confirm(laid_out(f"{sentence} Delete it?", sys.stdout), default=False)

        done = delete_unknown(open_tools(settings, tell, records), confirm, show, [] if is_dry_run else videos)
    if not is_dry_run:
        show_unknown_end(done, display, sys.stdout)
    is_left = not is_dry_run and any(not one.is_deleted for one in done)
    return ExitCode.NOT_DONE if is_left else ExitCode.DONE
