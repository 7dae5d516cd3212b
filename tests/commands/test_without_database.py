"""A run with `--no-db` pays for no database driver."""

from __future__ import annotations

import subprocess
import sys


def test_the_program_of_a_run_loads_no_driver_until_a_database_is_asked() -> None:
    code = "import sys, kinescope_upload.commands.upload; sys.exit('psycopg' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_driver_knows_its_version_without_a_megabyte_of_metadata() -> None:
    code = (
        "import sys, kinescope_upload.database.lessons, psycopg, psycopg_binary\n"
        "assert 'importlib.metadata' not in sys.modules\n"
        "from importlib.metadata import version\n"
        "assert psycopg.__version__ == version('psycopg')\n"
        "assert psycopg_binary.__version__ == version('psycopg-binary')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
