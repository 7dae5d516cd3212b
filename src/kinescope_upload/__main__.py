"""`python -m kinescope_upload` and the entry point `kupload`."""

from __future__ import annotations

import sys

from kinescope_upload.cli.app import app
from kinescope_upload.cli.outcome import run_command

__all__ = ["main"]


def main() -> None:
    """Runs kupload with the process's arguments and ends the process."""
    sys.exit(run_command(lambda: app(standalone_mode=False)))


if __name__ == "__main__":
    main()
