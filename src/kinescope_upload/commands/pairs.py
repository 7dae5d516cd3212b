"""Writes a pair into the map file of confirmed pairs: which file is whose, as a person says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.library.scan import read_json_file
from kinescope_upload.mapping import pair_of, with_pairs
from kinescope_upload.model import MappingSource
from kinescope_upload.progress.atomic import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kinescope_upload.model import LessonRow, VideoFile
    from kinescope_upload.survey import Survey


def write_pair(path: Path, file: VideoFile, row: LessonRow) -> bool:
    """Writes the pair down in place of what stood there of its lesson or its file; returns whether a map can hold it.

    Args:
        path: The map file; it is made where there is none.
        file: The file.
        row: Its lesson.

    Raises:
        UsageError: The map file cannot be read or written.
    """
    pair = pair_of(file, row)
    if pair is None:
        return False
    data = read_json_file(path, "map file") if path.exists() else {}
    try:
        write_whole(path, with_pairs(data if isinstance(data, dict) else {}, [pair]).encode())
    except OSError as error:
        hint = "Name another file with KUPLOAD_MAP."
        raise UsageError(f'"{path}" cannot be written: {error.strerror or error}.', hint) from error
    return True


def correct_pairs(path: Path, survey: Survey, files: Mapping[str, VideoFile]) -> None:
    """Corrects the pairs of lessons for which a person has named other files since; makes no others.

    A pair is made where the manifest names another file: what is confirmed goes before it.

    Args:
        path: The map file of confirmed pairs.
        survey: What it and the manifest say, and the lessons' rows.
        files: What was named, by lesson id.

    Raises:
        UsageError: The map file cannot be read or written.
    """
    of_manifest = survey.unchecked.assignments if survey.source is MappingSource.MANIFEST else ()
    said = {one.lesson_id: one.file.path for one in (*of_manifest, *survey.confirmed.assignments)}
    said |= {key: "" for doubt in survey.confirmed.doubts for key in doubt.lesson_ids}
    for lesson_id, file in files.items():
        if said.get(lesson_id, file.path) != file.path and survey.rows:
            write_pair(path, file, survey.rows[lesson_id])
