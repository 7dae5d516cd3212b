"""`kupload map`: the mapping, file by file, and as a file that a person can correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.look import Look, look_at_library
from kinescope_upload.commands.map_view import MapAnswer, print_map
from kinescope_upload.connect import database_of
from kinescope_upload.errors import UsageError
from kinescope_upload.mapping import draft_of, map_text
from kinescope_upload.progress.atomic import write_new, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.output.options import DisplayOptions

__all__ = ["show_map"]

_ALL_TOLD: Final = 0
_IN_DOUBT: Final = 1


def show_map(
    settings: Settings, options: DisplayOptions, stdout: TextIO, *, write: Path | None = None, force: bool = False
) -> int:
    """Shows which file belongs to which lesson, and writes it down where that is wished.

    Args:
        settings: Where the library is, and whether the database is asked.
        options: How it is shown.
        stdout: Takes it.
        write: Where the map file goes; None writes none.
        force: Whether a file that is there already is replaced.

    Returns:
        0 when no lesson stays undone because of a doubt, else 1.

    Raises:
        UsageError: The library cannot be read, or the map file is there already or cannot be written.
        BatchStoppedError: The database does not answer or refuses.
    """
    look = look_at_library(settings, database_of(settings))
    if write is not None:
        _write(look, str(settings.needed_library()), write, force=force)
    mapped = look.mapped
    answer = MapAnswer(mapped=mapped, is_proven=look.is_proven, written=str(write) if write else None)
    print_map(answer, options, stdout)
    return _IN_DOUBT if any(doubt.blocking for doubt in mapped.doubts) else _ALL_TOLD


def _write(look: Look, root: str, path: Path, *, force: bool) -> None:
    wanted = look.survey.selection.courses
    guessed = [one for one in look.survey.mapped.assignments if not wanted or one.course in wanted]
    content = map_text(draft_of(look.mapped, guessed, look.rows, root=root)).encode()
    try:
        (write_whole if force else write_new)(path, content)
    except FileExistsError:
        raise UsageError(f'"{path}" is there already and is left as it is.', "Name another, or say --force.") from None
    except OSError as error:
        raise UsageError(f'"{path}" cannot be written: {error.strerror or error}.', "Name another file.") from error
