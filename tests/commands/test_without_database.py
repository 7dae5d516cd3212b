"""A run with `--no-db` pays for no database driver."""

from __future__ import annotations

import subprocess
import sys


def test_the_program_of_a_run_loads_no_driver_until_a_database_is_asked() -> None:
    code = "import sys, kinescope_upload.commands.upload; sys.exit('psycopg' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
