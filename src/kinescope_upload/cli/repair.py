"""`kupload repair`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cli import options
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.output.terminal_output import is_terminal

if TYPE_CHECKING:
    from kinescope_upload.audit.fixes import FixPlan


def repair(
    context: typer.Context,
    *,
    courses: options.CourseOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply the changes without asking.")] = False,
    max_outage: options.MaxOutageOption = None,
    library: options.LibraryOption = None,
    progress: options.ProgressOption = None,
    map_file: options.MapOption = None,
    env_file: options.EnvFileOption = None,
    json: options.JsonOption = False,
    verbose: options.VerboseOption = False,
) -> None:
    """Fix what `kupload verify` reports, where the correct state is certain. Shows the plan and asks first.

    Where only a person can decide, it lists the commands to choose from. Exit codes: 0 nothing is left to decide; 1
    something is, or a change failed.
    """
    from kinescope_upload.audit.repair import repair as run_repair
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView

    if not yes and not dry_run and (json or not is_terminal(sys.stdin)):
        raise UsageError(
            "There is no terminal to ask on.", "Pass --yes to apply the changes, or --dry-run to see them."
        )
    settings = options.load(context)
    display = options.display_options(settings)
    view = AuditView(display, sys.stdout)
    with audit_progress(display, view, stdout=sys.stdout, stderr=sys.stderr) as tell:

        def agree(plan: "FixPlan") -> bool:
            tell.leave_terminal()
            view.show_plan(plan)
            return bool(plan.fixes) and not dry_run and (yes or _ask(len(plan.fixes)))

        result = run_repair(settings, tell, agree, is_dry_run=dry_run)
    is_left = result.failed or result.plan.manual or (result.plan.fixes and not result.was_agreed and not dry_run)
    exit_code = ExitCode.NOT_DONE if is_left and not dry_run else ExitCode.DONE
    view.show_end(result, exit_code=exit_code)
    raise typer.Exit(exit_code)


def _ask(number: int) -> bool:
    question = "Apply this change?" if number == 1 else f"Apply these {number} changes?"
    return typer.confirm(question, default=False)
