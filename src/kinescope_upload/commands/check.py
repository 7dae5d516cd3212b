"""`kupload check`: looks into every file before anything is sent, and names what is broken and what is there twice."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.commands.check_progress import CheckProgress, check_progress
from kinescope_upload.errors import FileChangedError, FileUnreadableError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.extras import install_hint
from kinescope_upload.library.checksums import md5_of
from kinescope_upload.library.look import LookedAt, look_at_files
from kinescope_upload.library.scan import EMPTY
from kinescope_upload.mapping.names import grouped
from kinescope_upload.media.mediainfo import is_installed
from kinescope_upload.media.verdict import Broken, Unknown, Whole
from kinescope_upload.output.sections import Section
from kinescope_upload.output.show import View, show, show_sections
from kinescope_upload.progress import ProgressFolder, read_looks, read_md5s, records_of, remember_looks, remember_md5s
from kinescope_upload.survey import survey_library
from kinescope_upload.text import count, format_bytes, format_duration
from kinescope_upload.text.hints import Hint, both

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from kinescope_upload.config import Settings
    from kinescope_upload.model import VideoFile
    from kinescope_upload.output.json_text import JsonFields
    from kinescope_upload.output.options import DisplayOptions
    from kinescope_upload.progress import AllProgress
    from kinescope_upload.upload import Record

_REPLACE: Final = "Put a whole file in the place of each"
_SEND_ANYWAY: Final = Hint(f"{_REPLACE}; ", ("--send-broken",), " sends them as they are.")
_UNREAD: Final = "Containers that are not looked into need one more package."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswer:
    """What the files of the selected courses hold.

    Attributes:
        looked: What was found in each file.
        empty: Paths of files that hold nothing.
        twins: Groups of files that hold the same.
        is_deep: Whether files were read for that where their MD5 was not known.
        sent: Paths of files of which a video was made.
    """

    looked: LookedAt
    empty: tuple[str, ...]
    twins: tuple[tuple[VideoFile, ...], ...]
    is_deep: bool = False
    sent: frozenset[str] = frozenset()

    @property
    def may_be_sent(self) -> bool:
        """Whether a run can send a broken file that none has sent yet."""
        broken = {file.path for file, look in self.looked.found.items() if isinstance(look, Broken)}
        return not broken <= self.sent

    @property
    def broken(self) -> tuple[tuple[str, str], ...]:
        """Path and reason of everything that no player can show, or that cannot be read."""
        found = [(file.path, look.reason) for file, look in self.looked.found.items() if isinstance(look, Broken)]
        unreadable = [(file.path, reason) for file, reason in self.looked.unreadable.items()]
        return tuple(sorted((*found, *unreadable, *((path, EMPTY) for path in self.empty))))

    @property
    def unknown(self) -> tuple[tuple[str, str], ...]:
        """Path and container of what was not looked into."""
        looks = self.looked.found.items()
        return tuple((file.path, look.container or "unknown") for file, look in looks if isinstance(look, Unknown))

    @property
    def whole(self) -> tuple[tuple[VideoFile, Whole], ...]:
        """The files that are whole."""
        return tuple((file, look) for file, look in self.looked.found.items() if isinstance(look, Whole))

    @property
    def seconds(self) -> float:
        """How long all whole files last together, as far as they say."""
        return sum(look.duration or 0.0 for _, look in self.whole)

    @property
    def without_picture(self) -> tuple[str, ...]:
        """Paths of whole files that hold only sound."""
        return tuple(file.path for file, look in self.whole if not look.video)

    @property
    def slow_starters(self) -> int:
        """How many files have their index behind the content (no "faststart")."""
        return sum(not look.starts_fast for _, look in self.whole)


def check(  # noqa: PLR0913 - all are needed
    settings: Settings,
    progress: AllProgress | None,
    *,
    options: DisplayOptions,
    is_deep: bool,
    stdout: TextIO,
    stderr: TextIO,
) -> int:
    """Looks into all files of the selected courses, and remembers what it finds.

    Args:
        settings: Where the library is, and which courses are meant.
        progress: What is recorded; None is the progress folder.
        options: How the answer is shown.
        is_deep: Whether files of one size are read where their MD5 is not known.
        stdout: Takes the answer.
        stderr: Takes how far it is, where it is a terminal.

    Returns:
        0 when every file is whole or in a container that is not looked into, else 1.

    Raises:
        UsageError: The library cannot be read, or there is no such course.
    """
    survey = survey_library(settings)
    mapped = survey.selected(survey.unchecked)
    files = list(dict.fromkeys(one.file for one in mapped.assignments))
    empty = tuple(one.path for one in mapped.ignored if one.reason == EMPTY)
    with check_progress(options, stderr) as shown:
        looked = _look(settings, files, shown)
        records = records_of(progress or ProgressFolder(settings.progress)).values()
        remembered = read_md5s(settings.progress)
        md5s = {file: md5 for file in files if (md5 := remembered(file))} | _known_md5s(files, records)
        if is_deep:
            read = _read_md5s(settings.needed_library(), _of_one_size(files), md5s, shown)
            remember_md5s(settings.progress, read)
            md5s |= read
    sent = frozenset(one.path for one in records if one.path and one.stage.has_all_bytes)
    answer = CheckAnswer(looked=looked, empty=empty, twins=_twins(files, md5s), is_deep=is_deep, sent=sent)
    print_check(answer, options, stdout)
    return ExitCode.NOT_DONE if answer.broken else ExitCode.DONE


def _look(settings: Settings, files: Sequence[VideoFile], progress: CheckProgress) -> LookedAt:
    """Looks into the files of which nothing sure is remembered; what was found stays remembered also after Ctrl+C."""
    remembered = read_looks(settings.progress)
    known = {file: look for file in files if (look := remembered.sure(file)) is not None}
    new = [file for file in files if file not in known]
    progress.begin(len(new))
    looked = LookedAt()
    try:
        look_at_files(progress.each(new), settings.needed_library(), settle=settings.settle, into=looked)
    finally:
        with suppress(OSError):  # the next command looks again
            remember_looks(settings.progress, looked.found)
    found = {file: known.get(file) or looked.found.get(file) for file in files}
    return LookedAt(
        found={file: look for file, look in found.items() if look is not None},
        unreadable=looked.unreadable,
        growing=looked.growing,
    )


def _of_one_size(files: Iterable[VideoFile]) -> list[VideoFile]:
    """The files that have another one's size: only they may hold the same."""
    files = list(files)
    sizes = Counter(file.size for file in files)
    return [file for file in files if sizes[file.size] > 1]


def _known_md5s(files: Iterable[VideoFile], records: Iterable[Record]) -> dict[VideoFile, str]:
    """The MD5s that were taken while files were sent, of those that have not changed since."""
    by_path = {record.path: record for record in records if record.md5}
    found = ((file, by_path.get(file.path)) for file in files)
    return {file: record.md5 for file, record in found if record and record.md5 and record.is_for(file)}


def _read_md5s(
    root: Path, files: Sequence[VideoFile], known: Mapping[VideoFile, str], progress: CheckProgress
) -> dict[VideoFile, str]:
    unread = [file for file in files if file not in known]
    progress.begin(sum(file.size for file in unread))
    found = {}
    for file in unread:
        progress.name(file)
        with suppress(FileUnreadableError, FileChangedError):  # the look has told, or the next one will
            found[file] = md5_of(root, file, progress.block)
    return found


def _twins(files: Iterable[VideoFile], md5s: Mapping[VideoFile, str]) -> tuple[tuple[VideoFile, ...], ...]:
    known = [file for file in files if file in md5s]
    groups = grouped(known, lambda file: f"{file.size} {md5s[file]}").values()
    return tuple(tuple(group) for group in groups if len(group) > 1)


def _text(answer: CheckAnswer, options: DisplayOptions, stream: TextIO) -> None:
    show_sections(_sections(answer, verbose=options.verbose), _totals(answer), stream)


def _sections(answer: CheckAnswer, *, verbose: bool) -> list[Section]:
    sections = [
        Section(title="Broken", columns=("File", "Why"), rows=answer.broken),
        Section(title="Not looked into", columns=("File", "Container"), rows=answer.unknown),
        Section(
            title="Still being written",
            columns=("File", "Size"),
            rows=tuple((file.path, format_bytes(file.size)) for file in answer.looked.growing),
        ),
        Section(
            title="The same content more than once",
            columns=("Size", "Files"),
            rows=tuple((format_bytes(group[0].size), ", ".join(file.path for file in group)) for group in answer.twins),
        ),
        Section(
            title="Sound without a picture", columns=("File",), rows=tuple((one,) for one in answer.without_picture)
        ),
    ]
    if verbose:
        rows = tuple((file.path, look.container, _length(look)) for file, look in answer.whole)
        sections.append(Section(title="Whole", columns=("File", "Container", "Lasts"), rows=rows))
    return sections


def _length(look: Whole) -> str:
    return "?" if look.duration is None else format_duration(look.duration)


def _totals(answer: CheckAnswer) -> list[str]:
    size = format_bytes(sum(file.size for file, _ in answer.whole))
    whole = count(len(answer.whole), "file is whole", "files are whole")
    totals = [f"{whole}: {size}, {format_duration(answer.seconds)}."]
    if broken := len(answer.broken):
        told = f"{count(broken, 'file is', 'files are')} broken"
        hint = both(f"{told}, and no run sends them.", _SEND_ANYWAY)
        totals.append(hint if answer.may_be_sent else f"{told}. {_REPLACE}.")
    if answer.unknown and not is_installed():
        totals.append(f"{_UNREAD} {install_hint('media')}")
    if slow := answer.slow_starters:
        totals.append(
            f"{count(slow, 'file has', 'files have')} the index at the end (no faststart). Nothing needs doing."
        )
    return totals


def check_object(answer: CheckAnswer) -> JsonFields:
    """The answer as the fields of the JSON output."""
    return {
        "whole": [
            {
                "path": file.path,
                "size_bytes": file.size,
                "container": look.container,
                "duration_seconds": look.duration if look.duration is None else round(look.duration, 3),
                "video_tracks": look.video,
                "audio_tracks": look.audio,
                "starts_fast": look.starts_fast,
            }
            for file, look in answer.whole
        ],
        "broken": [{"path": path, "reason": reason} for path, reason in answer.broken],
        "unknown": [{"path": path, "container": container} for path, container in answer.unknown],
        "growing": [file.path for file in answer.looked.growing],
        "same": [[file.path for file in group] for group in answer.twins],
        "duration_seconds": round(answer.seconds, 3),
        "is_deep": answer.is_deep,
    }


print_check: Final = partial(show, View(event="check", fields=check_object, text=_text))
