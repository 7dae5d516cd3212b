"""`kupload unlink`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cli.questions import check_somebody_answers
from kinescope_upload.command_line import options
from kinescope_upload.command_line.completion import complete_lessons
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.library_paths import nfc
from kinescope_upload.output.terminal_output import laid_out
from kinescope_upload.text import count, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.commands.unlink import Unlinking


def unlink(
    context: typer.Context,
    *,
    lessons: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LESSON…]", help="The lessons.", autocompletion=complete_lessons),
    ] = None,
    courses: options.CourseOption = None,
    delete: Annotated[bool, typer.Option("--delete", help="Also delete the videos that kupload uploaded.")] = False,
    yes: Annotated[
        int | None, typer.Option("--yes", metavar="N", help="Do not ask: exactly N lessons are to be unlinked.")
    ] = None,
    max_outage: options.MaxOutageOption = None,
    progress: options.ProgressOption = None,
    env_file: options.EnvFileOption = None,
    json: options.JsonOption = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Take the videos away from lessons: their rows are emptied, and the next run uploads them again.

    Shows the lessons and asks for the course's name. Without --delete the videos stay on Kinescope.

    Exit codes: 0 all are unlinked; 1 some are not, or nothing was to be changed.
    """
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView
    from kinescope_upload.commands.unlink import unlink as run_unlink
    from kinescope_upload.commands.unlink_view import exit_code_of, show_unlinked, show_unlinking

    settings = options.load(context)
    if yes is None:
        hint = "Pass --yes N, where N is the number of lessons that are to be unlinked."
        check_somebody_answers(hint, as_json=json)
    display = options.display_options(settings)
    code = ExitCode.DONE
    with audit_progress(display, AuditView(display, sys.stdout), stdout=sys.stdout, stderr=sys.stderr) as tell:

        def agree(found: "Sequence[Unlinking]") -> bool:
            nonlocal code
            tell.leave_terminal()
            show_unlinking(found, display, sys.stdout)
            is_agreed = not found or (_is_typed(found) if yes is None else _is_count(found, yes))
            code = ExitCode.DONE if is_agreed else ExitCode.NOT_DONE
            return is_agreed

        result = run_unlink(settings, tuple(dict.fromkeys(lessons or ())), agree, tell, deletes=delete)
    if result is not None:
        show_unlinked(result, display, sys.stdout)
        code = exit_code_of(result)
    raise typer.Exit(code)


def _is_count(found: "Sequence[Unlinking]", number: int) -> bool:
    if number != len(found):
        lessons = count(len(found), "lesson has", "lessons have")
        raise UsageError(
            f"{lessons} something to unlink, not {number}. Nothing was changed.", f"Pass --yes {len(found)}."
        )
    return True


def _is_typed(found: "Sequence[Unlinking]") -> bool:
    """Whether the user types the course's name; the number of lessons, where they are of several courses."""
    courses = {one.row.course for one in found}
    wanted, what = (courses.pop(), "the course's name") if len(courses) == 1 else (str(len(found)), "their number")
    lessons = count(len(found), "lesson", "lessons")
    question = f"To unlink {lessons}, type {what} ({printable(wanted)})"
    typed = typer.prompt(laid_out(question, sys.stdout), default="", show_default=False)
    if nfc(typed.strip()) == nfc(wanted):
        return True
    typer.echo("Nothing was changed.")
    return False
