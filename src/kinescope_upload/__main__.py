"""`python -m kinescope_upload` and the entry point `kupload`."""

from __future__ import annotations

import signal
import sys

# Ctrl+C while Python still imports ends the process without a word; `run_command` takes the signal over.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from kinescope_upload.cli.app import app  # noqa: E402 - after the signal
from kinescope_upload.cli.outcome import run_command  # noqa: E402 - after the signal

__all__ = ["main"]


def main() -> None:
    """Runs kupload with the process's arguments and ends the process."""
    sys.exit(run_command(lambda: app(standalone_mode=False)))


if __name__ == "__main__":
    main()
