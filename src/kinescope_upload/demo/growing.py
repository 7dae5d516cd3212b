"""The story of a library that grows: a file is put among others, waits, and goes to its own lesson."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.confirm import Dialogue, confirm_map
from kinescope_upload.config import load_settings
from kinescope_upload.demo.courses import MadeFile, make_file
from kinescope_upload.demo.lessons import DemoLesson, add_lesson
from kinescope_upload.demo.steps import Script, Step
from kinescope_upload.output.terminal_output import laid_out

if TYPE_CHECKING:
    from kinescope_upload.demo.stage import Stage

__all__ = ["GROWING_SCRIPT"]

_COURSE: Final = "01_analytics"
_FILE: Final = MadeFile(path=f"{_COURSE}/m03_competitors/001a_novye_igroki.mp4", kilobytes=1_500, title="Новые игроки")
_LESSON: Final = DemoLesson(
    lesson_id=f"{_COURSE}_m03_competitors_005",
    course=_COURSE,
    title=_FILE.title,
    path=_FILE.path,
    size=_FILE.kilobytes * 1000 + len(_FILE.path),
)


def _grow(stage: Stage) -> None:
    """Puts a file before the second of its section, and a row after the last."""
    make_file(stage.library, _FILE)
    add_lesson(stage.database_url, _LESSON)


def _accept(stage: Stage) -> int:
    """Accepts what `kupload map --confirm` proposes, as a person would by Enter."""

    def tell(line: str) -> None:
        print(laid_out(line, sys.stdout), flush=True)  # noqa: T201 - what a person sees

    def ask(question: str) -> str:
        tell(f"{question}⏎")
        return ""

    settings = load_settings({}, directory=stage.desk, environment=stage.variables)
    return confirm_map(settings, Dialogue(ask=ask, tell=tell))


GROWING_SCRIPT: Final = Script(
    steps=(
        Step(
            title="Upload a library",
            words="Every lesson gets its video.",
            arguments=("--create-folders",),
            may_send=True,
        ),
        Step(
            title="A file is put among others, and its lesson's row comes last",
            words=(
                "From that file on every position has moved: by position the last old file would go to the new lesson. "
                "What was uploaded keeps its file; the new one waits, and nothing of its section is sent."
            ),
            items=(f"{_FILE.path} is new", f'{_LESSON.lesson_id} "{_LESSON.title}" is new'),
            before=_grow,
            arguments=(),
            exit_code=1,
        ),
        Step(
            title="The same from a machine without the progress",
            words="The originals of the linked videos tell that they do not fit their positions.",
            arguments=("--dry-run", "--progress", "elsewhere"),
            exit_code=1,
        ),
        Step(
            title="A person says whose it is",
            words="It asks of each file that nothing proves; the answer goes into kupload-map.json in the library.",
            arguments=("map", "--confirm"),
            answers=_accept,
        ),
        Step(
            title="What proves each file's lesson now?",
            words="Its record, or the map file.",
            arguments=("map", "--course", _COURSE),
        ),
        Step(title="Upload it", words="It, and nothing else.", may_send=True),
        Step(title="Prove it", words="All four sides agree.", arguments=("verify",)),
    ),
    new_lessons=(_LESSON,),
)
