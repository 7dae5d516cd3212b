"""The npm packages that benchmarks hold kupload against."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

__all__ = ["npm_modules"]

_PACKAGES: Final = ("@tus/server@2.4.5", "@tus/file-store@2.1.1", "tus-js-client@4.3.1")


def npm_modules() -> Path | None:
    """The folder with the npm packages, which are installed once a virtual environment; None where that fails."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    folder = Path(sys.prefix) / "bench-peers"
    if not (folder / "node_modules" / "tus-js-client").exists():
        folder.mkdir(exist_ok=True)
        command = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", *_PACKAGES]
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
            return None
    return folder
