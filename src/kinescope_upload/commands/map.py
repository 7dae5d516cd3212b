"""`kupload map`: which file belongs to which lesson, where that was read; and as a file that a person can correct."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.dry_run import proposals_section
from kinescope_upload.connect import database_of
from kinescope_upload.display.json_events import doubted, proposed
from kinescope_upload.display.printers import waits_on_stderr
from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.mapping import draft_of, map_text
from kinescope_upload.model import MappingSource
from kinescope_upload.output.json_text import object_of
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.progress import ProgressFolder, records_of
from kinescope_upload.progress.atomic import write_new, write_whole
from kinescope_upload.survey import map_library, survey_library
from kinescope_upload.survey.repair_first import repair_first, sections_to_repair
from kinescope_upload.text import count, joined
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.model import MappedLibrary
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.progress import AllProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAnswer:
    """The mapping.

    Attributes:
        mapped: What is sure, what is in doubt, what is ignored.
        is_proven: Whether something proves the files' positions, or none are relied on.
        titles: The lessons' titles in the database, by lesson id.
        written: The map file that was written; None when none was.
    """

    mapped: MappedLibrary
    is_proven: bool
    titles: Mapping[str, str] = field(default_factory=dict)
    written: str | None = None


def show_map(
    settings: Settings,
    options: DisplayOptions,
    stdout: TextIO,
    *,
    save: Callable[[str], str] | None = None,
    progress: AllProgress | None = None,
) -> int:
    """Shows which file belongs to which lesson, and writes it down where that is wished.

    Args:
        settings: Where the library is, and whether the database is asked.
        options: How it is shown.
        stdout: Takes it.
        save: Writes a map file with this text, and gives its path; None writes none.
        progress: What is recorded; None is the progress folder.

    Returns:
        0 when no lesson stays undone because of a doubt, else 1.

    Raises:
        UsageError: The library cannot be read, or the map file is there already or cannot be written.
        BatchStoppedError: The database does not answer or refuses.
    """
    settings.check_set("library", "database_url")
    progress = progress or ProgressFolder(settings.progress)
    survey = survey_library(settings, database_of(settings), waits_on_stderr(options)).beside(progress)
    records = records_of(progress, survey.elsewhere)
    survey = survey.knowing(records)
    mapped = survey.selected(map_library(settings, survey, records))
    mapped = replace(mapped, doubts=progress.told_here(mapped.doubts, survey.courses))
    written = None
    if save is not None:
        guessed = survey.selected(survey.unchecked).assignments
        draft = draft_of(mapped, guessed, survey.rows, root=str(settings.needed_library()))
        written = save(map_text(draft))
    if mapped.proposals and records:
        found = survey.find_renumbered(records, survey.unsteady(records))
        mapped = repair_first(mapped, sections_to_repair(found, records))
    titles = {key: row.title for key, row in (survey.rows or {}).items()}
    answer = MapAnswer(mapped=mapped, is_proven=survey.is_proven, titles=titles, written=written)
    print_map(answer, options, stdout)
    return ExitCode.NOT_DONE if any(doubt.blocking for doubt in mapped.doubts) else ExitCode.DONE


def write_map(path: Path, text: str, *, replaces: bool) -> str:
    """Writes a map file, which may replace one that is there already; gives its path.

    Raises:
        UsageError: It is there already, or cannot be written.
    """
    try:
        (write_whole if replaces else write_new)(path, text.encode())
    except FileExistsError:
        raise UsageError(f'"{path}" is there already and is left as it is.', "Name another, or say --force.") from None
    except OSError as error:
        raise UsageError(f'"{path}" cannot be written: {error.strerror or error}.', "Name another file.") from error
    return str(path)


def _text(answer: MapAnswer, _options: DisplayOptions, stream: TextIO) -> None:
    show_sections(_sections(answer), _totals(answer), stream)


_PROOFS: Final = {
    MappingSource.RECORD: "recorded",
    MappingSource.SCAN_RULE: "position",
    MappingSource.ORIGINAL: "Kinescope's original",
}


def _sections(answer: MapAnswer) -> list[Section]:
    mapped, titles = answer.mapped, answer.titles
    by_path = sorted(mapped.assignments, key=lambda one: one.file.path)
    proofs = [(one, mapped.proof_of(one)) for one in by_path]
    return [
        Section(
            title="Files and their lessons",
            columns=("Lesson", "File", "Title", "Proof"),
            rows=tuple(
                (one.lesson_id, one.file.path, titles.get(one.lesson_id, ""), _PROOFS.get(proof, proof))
                for one, proof in proofs
            ),
        ),
        proposals_section(mapped.proposals),
        Section(
            title="In doubt",
            columns=("What", "Why, and what to do"),
            rows=tuple((one.subject, joined(one.reason, one.hint)) for one in mapped.doubts),
        ),
        Section(
            title="Ignored files",
            columns=("File", "Why"),
            rows=tuple((one.path, one.reason) for one in mapped.ignored),
        ),
    ]


def _totals(answer: MapAnswer) -> list[str]:
    mapped, written = answer.mapped, answer.written
    files = count(len(mapped.assignments), "file has its lesson", "files have their lessons")
    doubts = count(len(mapped.doubts), "doubt", "doubts")
    totals = [f"{files}, {doubts}, {count(len(mapped.ignored), 'file', 'files')} ignored."]
    if mapped.proposals:
        wait = count(len(mapped.proposals), "file waits", "files wait")
        totals.append(Hint(f"{wait} for you to say whose they are: ", ("map", "--confirm"), " asks."))
    if not answer.is_proven:
        totals.append("Nothing proves these positions: without the database they are only the order of the files.")
    if written:
        look = ("--map", str(written), "--dry-run")
        totals.append(Hint(f'Written to "{written}". Correct it there, then: ', look, "."))
    return totals


def map_object(answer: MapAnswer) -> JsonFields:
    """The mapping as the fields of the JSON output."""
    mapped = answer.mapped
    return {
        "files": [
            {
                **object_of(one, file=None),
                "path": one.file.path,
                "size_bytes": one.file.size,
                "source": mapped.proof_of(one).replace(" ", "_"),
                "lesson_title": answer.titles.get(one.lesson_id),
            }
            for one in sorted(mapped.assignments, key=lambda one: one.file.path)
        ],
        "proposals": [proposed(one) for one in mapped.proposals],
        "doubts": [doubted(one) for one in mapped.doubts],
        "ignored": [object_of(one) for one in mapped.ignored],
        "is_proven": answer.is_proven,
        "written": answer.written,
    }


print_map: Final = partial(show, View(event="map", fields=map_object, text=_text))
