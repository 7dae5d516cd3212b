"""Tells when the replaced system's progress file is there and none of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.commands.import_progress.old_progress import OLD_NAME
from kinescope_upload.progress import courses_in
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.config import Settings


def advice_about_old_progress(settings: Settings, directory: Path) -> str | None:
    """What to say of such a file in the library root, beside it, or in the working directory; None when there is none.

    Args:
        settings: Where the library and the progress folder are.
        directory: The working directory.
    """
    if courses_in(settings.progress):
        return None
    library = settings.needed_library().absolute()
    for folder in (library, library.parent, directory):
        path = folder / OLD_NAME
        if path.is_file():
            what = f'"{path}" is the progress of the system that kupload replaces, and kupload has none of its own. '
            return Hint(f"{what}Take it over first: ", ("import-progress", str(path)), ".")
    return None
