"""`kupload repair`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinescope_upload.cli.options import (
    CourseOption,
    EnvFileOption,
    JsonOption,
    LibraryOption,
    MapOption,
    ProgressOption,
    VerboseOption,
    display_options,
    load,
)
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode

if TYPE_CHECKING:
    from kinescope_upload.audit.fixes import FixPlan

__all__ = ["repair"]


def repair(  # noqa: PLR0913 - one argument an option
    *,
    course: CourseOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; write nothing anywhere.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    library: LibraryOption = None,
    progress: ProgressOption = None,
    map_file: MapOption = None,
    env_file: EnvFileOption = None,
    json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Put right what `kupload verify` finds, as far as it is provable what is right; show it and ask first.

    What is only probable is listed with the commands to choose from. Exit codes: 0 nothing is left to decide; 1
    something is, or was not done.
    """
    from kinescope_upload.audit.repair import repair as run_repair
    from kinescope_upload.audit.show.progress import audit_progress
    from kinescope_upload.audit.show.view import AuditView

    if not yes and not dry_run and (json or not sys.stdin.isatty()):
        raise UsageError(
            "There is nobody to ask whether to go on.", "Say --yes to do it, or --dry-run to see what would be done."
        )
    settings = load(
        {
            "courses": tuple(course or ()),
            "library": library,
            "progress": progress,
            "map_file": map_file,
            "env_file": env_file,
            "json": json,
            "verbose": verbose,
        }
    )
    options = display_options(settings)
    view = AuditView(options, sys.stdout)
    with audit_progress(options, view, stdout=sys.stdout, stderr=sys.stderr) as tell:

        def agree(plan: "FixPlan") -> bool:
            tell.step_aside()
            view.show_plan(plan)
            return bool(plan.fixes) and not dry_run and (yes or _ask(len(plan.fixes)))

        result = run_repair(settings, tell, agree, is_dry_run=dry_run)
    is_left = result.failed or result.plan.manual or (result.plan.fixes and not result.was_agreed and not dry_run)
    exit_code = ExitCode.NOT_DONE if is_left and not dry_run else ExitCode.DONE
    view.show_end(result.plan, fixed=result.fixed, failed=result.failed, exit_code=exit_code)
    raise typer.Exit(exit_code)


def _ask(number: int) -> bool:
    question = "Do it?" if number == 1 else f"Do these {number}?"
    return typer.confirm(question, default=False)
