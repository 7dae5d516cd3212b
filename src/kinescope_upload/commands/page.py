"""`kupload page`: a further address of the page of the run at work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kinescope_upload.commands.run_status import at_work
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.state_file import read_states
from kinescope_upload.monitor.web.access import HOST, address_of, digest_of, new_token
from kinescope_upload.monitor.wishes import Wishes
from kinescope_upload.monitor.wishes_file import add_wish
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.monitor.state import RunState


def page_addresses(progress: Path) -> tuple[int, list[str]]:
    """Gives an address for each run at work that has a page; the run learns the digest of its token alone.

    Args:
        progress: The progress folder.

    Returns:
        The exit code (1 where no run has a page) and the lines to show.

    Raises:
        UsageError: The run cannot be told.
    """
    runs = at_work(read_states(progress, SYSTEM_CLOCK.now()))
    if not runs:
        return ExitCode.NOT_DONE, [f"No run is at work on {progress}."]
    paged = [run for run in runs if run.page_port]
    if not paged:
        return ExitCode.NOT_DONE, [shown(Hint("The run at work has no page; ", ("--web",), " starts one that has."))]
    return ExitCode.DONE, [_address(progress, run) for run in paged]


def _address(progress: Path, run: RunState) -> str:
    token = new_token()
    add_wish(progress, run.run, partial(Wishes.opened, digest=digest_of(token)))
    return f"page: {address_of(token, f'{HOST}:{run.page_port}')} (lets one browser in, on {run.host})"
