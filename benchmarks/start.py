"""How long it takes until kupload says its version, and its status."""

from __future__ import annotations

import sys
from statistics import median
from typing import Final

from benchmarks.stage import environment, kupload, measured, workshop
from benchmarks.table import Figure, at_most, table_of
from support.real_library import make_real_library

__all__ = ["start"]

_RUNS: Final = 9
_LOADED: Final = """
import sys, kinescope_upload.cli.app, kinescope_upload.commands.upload, kinescope_upload.display.bars
rooms = ("kinescope_upload.monitor.web", "kinescope_upload.monitor.not", "kinescope_upload.commands.report")
libraries = {"starlette", "uvicorn", "apprise", "pygal", "asyncio"}
print(sum(name.startswith(rooms) or name.partition(".")[0] in libraries for name in sys.modules))
"""


def start() -> list[Figure]:
    """Medians; the CPU's seconds for the version, since a busy machine does not stretch them."""
    with workshop() as folder:
        made = len(make_real_library(folder / "library", scale=1e-6))
        env = environment(folder, "http://127.0.0.1:9")
        version = [measured(kupload("--version"), folder, env) for _ in range(_RUNS)]
        status = [measured(kupload("--status"), folder, env) for _ in range(_RUNS)]
        if any(one.exit_code for one in version + status):
            raise RuntimeError((folder / "complained").read_text())
        cpu = median(one.cpu for one in status)
        loaded = measured([sys.executable, "-c", _LOADED], folder, env)
    return [
        at_most("modules of page, notifications and report that a run without them loads", int(loaded.stdout), 0, ""),
        at_most("`kupload --version`, CPU", median(one.cpu for one in version), 0.25, " s"),
        at_most(
            f"`kupload --status`, {made} lessons, wall",
            median(one.seconds for one in status),
            0.5,
            " s",
            note=f"CPU {cpu:.2f} s",
        ),
    ]


if __name__ == "__main__":
    print(table_of(start()))
