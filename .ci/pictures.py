"""Makes the pictures of docs/pictures from the demo's parts: what a person sees on a terminal, as SVG.

`make pictures` writes them; `make pictures-check` fails where one is not what kupload shows now. Numbers, sizes, times
and ids differ from one making to the next, so they are not compared. The text of each picture is in its `<desc>`, for
those who cannot see it. The page and the report are pictures of a real Chromium, where there is one.
"""

# ruff: noqa: INP001, S603, T201 - a script, which runs kupload and says so

from __future__ import annotations

import fcntl
import html
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyte
from browser_pictures import browser_pictures, program, words_in
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from kinescope_upload.demo.settings import command_environment, outside_forgotten
from kinescope_upload.demo.stage import Stage, open_stage
from kinescope_upload.text.quoting import Shell, joined_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "docs" / "pictures"
COLUMNS: Final = 100
_LINES: Final = 90
_SHOWN_AS: Final = "/srv/academy"
"""What stands in the pictures for the folder in which they are made."""
_ASKED: Final = frozenset(
    {
        "KINESCOPE_API_KEY",
        "KINESCOPE_PROJECT_ID",
        "KINESCOPE_WORKSPACE_ID",
        "DATABASE_URL",
        "KUPLOAD_LIBRARY",
        "KUPLOAD_PROGRESS",
    }
)
"""What setup asks for, and what belongs to another folder."""
_FAST: Final = 200_000_000
_COLOURS: Final = {"brown": "yellow", "brightbrown": "bright_yellow", "default": ""}
_FONTS: Final = "font-family: 'Fira Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture.

    Attributes:
        name: The file's name, without ".svg".
        arguments: What is typed after "kupload".
        answers: What is typed where a question ends in these words, in their order; nothing is set then but addresses.
        ends_before: The beginning of the first line that is left out; empty for none.
        at: The percentage at which the screen is taken; None waits for the end, which alone is compared.
    """

    name: str
    arguments: tuple[str, ...]
    answers: tuple[tuple[str, Callable[[Stage], str]], ...] = ()
    ends_before: str = ""
    at: int | None = None


SHOTS: Final = (
    Shot(name="dry-run", arguments=("--dry-run", "--create-folders", "--limit", "5")),
    Shot(name="run", arguments=("--create-folders", "--yes", "--jobs", "2"), at=40),
    Shot(
        name="setup",
        arguments=("setup",),
        answers=(
            ("you type): ", lambda stage: stage.emulator.token),
            ("project [1]: ", lambda _: ""),
            ("workspace [1]: ", lambda _: ""),
            ("no database): ", lambda stage: stage.database_url),
            ("Library: ", lambda stage: str(stage.library)),
            ("[Y/n]: ", lambda _: ""),
        ),
        ends_before="Settings",
    ),
    Shot(name="status", arguments=("--status",)),
    Shot(name="verify", arguments=("verify",)),
    Shot(name="doctor", arguments=("doctor",)),
)


def main() -> int:
    """Writes the pictures, or compares them with `--check`; 1 where one is not current."""
    stale = []
    with outside_forgotten(), open_stage(None, lambda: None) as stage:
        for shot in SHOTS:
            picture = _picture(shot, _screen_of(shot, stage))
            path = FOLDER / f"{shot.name}.svg"
            if "--check" not in sys.argv:
                path.parent.mkdir(exist_ok=True)
                path.write_text(picture, encoding="utf-8")
                print(f"pictures: {path.relative_to(ROOT)}")
            elif not path.exists() or (shot.at is None and _compared(path.read_text("utf-8")) != _compared(picture)):
                stale.append(shot.name)
        stale += _browser_pictures()
    for name in stale:
        print(f"pictures: {name} is not what kupload shows now; `make pictures` makes it anew", file=sys.stderr)
    return 1 if stale else 0


def _browser_pictures() -> list[str]:
    """Writes the pictures of the page and the report, or compares them; the names of those that are not current."""
    chromium = program()
    if chromium is None:
        print("pictures: page and report not looked at: no Chromium here, or no playwright (extra: browser)")
        return []
    stale = []
    for name, picture in browser_pictures(chromium):
        path = FOLDER / f"{name}.png"
        if "--check" not in sys.argv:
            path.write_bytes(picture)
            print(f"pictures: {path.relative_to(ROOT)}")
        elif not path.exists() or _without_numbers(words_in(path.read_bytes())) != _without_numbers(words_in(picture)):
            stale.append(name)
    return stale


def _screen_of(shot: Shot, stage: Stage) -> pyte.Screen:
    """The terminal while or after the command runs."""
    keyboard, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, COLUMNS, 0, 0))
    own = {"TERM": "xterm-256color", "PYTHONUTF8": "1", "TZ": "UTC"}
    command = [sys.executable, "-m", "kinescope_upload", *shot.arguments]
    set_already = {name: value for name, value in stage.variables.items() if not shot.answers or name not in _ASKED}
    desk = stage.folder / "new" if shot.answers else stage.desk
    desk.mkdir(exist_ok=True)
    waiting = list(shot.answers)
    with subprocess.Popen(
        command,
        cwd=desk,
        env=command_environment(set_already, os.environ) | own,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        raw, taken = b"", None
        for block in _blocks(keyboard):
            raw += block
            if waiting and raw.endswith(waiting[0][0].encode()):
                os.write(keyboard, f"{waiting.pop(0)[1](stage)}\n".encode())
            if shot.at is not None and taken is None and _percentage(raw) >= shot.at:
                taken = raw
                stage.link.slow_down(shared_rate=_FAST)
    os.close(keyboard)
    if process.returncode:
        raise SystemExit(f"kupload {' '.join(shot.arguments)} ended with {process.returncode}:\n{raw.decode()}")
    screen = pyte.Screen(COLUMNS, _LINES)
    shown = raw if taken is None else taken
    for real in (stage.desk, stage.folder):
        shown = shown.replace(os.fsencode(real), _SHOWN_AS.encode())
    pyte.ByteStream(screen).feed(shown)
    return screen


def _percentage(raw: bytes) -> int:
    """How far all of the run is, as the last line of the bars says."""
    found = re.findall(rb"All \d+[^%]*?(\d+) %", raw)
    return int(found[-1]) if found else 0


def _blocks(keyboard: int) -> Iterator[bytes]:
    try:
        while block := os.read(keyboard, 65536):
            yield block
    except OSError:  # the program has ended
        return


def _picture(shot: Shot, screen: pyte.Screen) -> str:
    text = Text(f"$ {joined_line(('kupload', *shot.arguments), Shell.POSIX)}\n\n", style="bold")
    rows = [_row(screen, number) for number in range(screen.lines)]
    left_out = [place for place, row in enumerate(rows) if shot.ends_before and row.plain.startswith(shot.ends_before)]
    rows = rows[: left_out[0]] if left_out else rows
    while rows and not rows[-1].plain.strip():
        rows.pop()
    text = Text("\n").join([text[:-1], *rows])
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(text, no_wrap=True, crop=False)
    svg = console.export_svg(title="kupload", code_format=_format(), unique_id=f"kupload-{shot.name}")
    plain = html.escape("\n".join(line.rstrip() for line in text.plain.splitlines()))
    return re.sub(r"(<svg [^>]*>)", lambda found: f"{found[1]}\n<desc>{plain}</desc>", svg, count=1)


def _format() -> str:
    """Rich's own, with fonts that are on the machine instead of those of a server."""
    without = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return re.sub(r"font-family: [^;]+", _FONTS, without)


def _row(screen: pyte.Screen, number: int) -> Text:
    row = Text()
    for column in range(screen.columns):
        cell = screen.buffer[number][column]
        words = [_COLOURS.get(cell.fg, f"#{cell.fg}" if re.fullmatch(r"[0-9a-f]{6}", cell.fg) else _bright(cell.fg))]
        words += [word for word in ("bold", "italics", "underscore") if getattr(cell, word)]
        style = " ".join(words).replace("italics", "italic").replace("underscore", "underline").strip()
        row.append(cell.data, style=style)
    row.rstrip()
    return row


def _bright(name: str) -> str:
    return name.replace("bright", "bright_")


def _compared(svg: str) -> str:
    """The picture's text without what differs each time: numbers, ids, bars, and how wide they make a line."""
    found = re.search(r"<desc>(.*?)</desc>", svg, re.DOTALL)
    text = html.unescape(found[1]) if found else ""
    return _without_numbers(text)


def _without_numbers(text: str) -> str:
    text = re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|…[0-9a-f]{4}", "ID", text)
    text = re.sub(r"\d+(?:[.,:]\d+)*(?: ?(?:[kMGT]?B|ms|s|min|h)\b(?:/s)?)?", "0", text)
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
