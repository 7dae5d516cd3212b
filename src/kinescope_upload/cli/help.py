"""What `--help` shows: the commands in groups, in the order of use, then the options in groups, then examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperCommand, TyperGroup

from kinescope_upload.cluster.entry import CLUSTER_EXAMPLES
from kinescope_upload.command_line.options import with_port
from kinescope_upload.errors import UsageError
from kinescope_upload.text.hints import Hint
from kinescope_upload.text.quoting import Shell, joined_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kinescope_upload.text.hints import Command

BEGIN: Final = "Before the first run"
AT_WORK: Final = "While a run is at work"
AFTER: Final = "After a run"
WITHOUT_KINESCOPE: Final = "Without Kinescope"

_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "What is uploaded": ("courses", "limit", "order", "map_file", "send_broken", "no_db", "trust_scan"),
    "Only look": ("dry_run", "offline", "status", "watch"),
    "How it is uploaded": (
        "jobs",
        "jobs_max",
        "bwlimit",
        "chunk_size",
        "retries",
        "max_outage",
        "settle",
        "replace_wait",
        "no_checksum",
        "let_sleep",
    ),
    "Where things are": ("library", "progress", "env_file", "create_folders", "new_progress"),
}
"""The options of a run, by their parameters' names; all others stand in the last group."""
_OTHERS: Final = "What is shown and asked"

EXAMPLES: Final[Mapping[str, tuple[tuple[Command, str], ...]]] = {
    "": (
        (("--dry-run", "--limit", "5"), "what a run would do"),
        (("--course", "01_analytics"), "one course"),
        ((), "everything, or what is left of it"),
        (("--bwlimit", "08:00,2M 23:00,off"), "slower by day"),
        (("--web",), "watch and steer it in a browser"),
    ),
    "setup": ((("setup",), "ask, test and write"), (("setup", "--example"), "print a .env to fill in")),
    "doctor": (
        (("doctor",), "is anything in the way?"),
        (("doctor", "--try", "FOLDER_ID"), "once: what Kinescope really does"),
    ),
    "map": (
        (("map", "--course", "01_analytics"), "one course's files and lessons"),
        (("map", "--confirm"), "answer what nothing proves"),
        (("map", "--forget", "LESSON"), "take an answer back"),
    ),
    "folders": (
        (("folders",), "what is there and what is missing"),
        (("folders", "--create"), "make the missing ones"),
        (("folders", "--pin", "01_analytics=ID"), "one of two folders of a name"),
    ),
    "check": ((("check",), "all files"), (("check", "--course", "01_analytics", "--deep"), "also find twins")),
    "import-progress": ((("import-progress", "upload-progress.json"), "take it over"),),
    "page": ((("page",), "for one more browser, or after the first address was used up"),),
    "pause": ((("pause", "2h"), "for two hours"), (("pause",), "until it is resumed")),
    "resume": ((("resume",), "end the pause, or go on after a crash"),),
    "bwlimit": (
        (("bwlimit", "2M"), "at most 2 MiB a second"),
        (("bwlimit", "off"), "without a limit"),
        (("bwlimit", "Mon-Fri-08:00,2M Mon-Fri-19:00,off"), "slower at work"),
    ),
    "jobs": ((("jobs", "2"), "two at a time"), (("jobs", "auto"), "as many as the line takes")),
    "stop": ((("stop",), "end the run in the other window"),),
    "notify": ((("notify",), "who is told of runs"), (("notify", "--test"), "send each a message")),
    "history": (
        (("history",), "the last runs"),
        (("history", "--limit", "100", "--json"), "more of them, for programs"),
    ),
    "report": (
        (("report",), "how it all went"),
        (("report", "--html", "report.html"), "one file to show to others"),
        (("report", "kinescope-upload-progress.json"), "the old system's"),
    ),
    "cluster": CLUSTER_EXAMPLES,
    "verify": (
        (("verify",), "does everything agree?"),
        (("verify", "--wait"), "wait until Kinescope has processed it"),
        (("verify", "--deep"), "read every file again"),
    ),
    "repair": (
        (("repair", "--dry-run"), "what would be changed"),
        (("repair",), "show it, ask, do it"),
        (("repair", "--delete-unknown"), "ask for each video that no lesson has"),
    ),
    "replace": (
        (("replace", "01_analytics_m01_start_001"), "its file has changed"),
        (("replace", "--changed"), "all whose files have changed"),
    ),
    "unlink": (
        (("unlink", "01_analytics_m01_start_001"), "one lesson"),
        (("unlink", "--course", "01_analytics", "--delete"), "a course, and its videos"),
    ),
    "demo": ((("demo",), "see all of it work"), (("demo", "--keep"), "and leave it running")),
    "emulator": ((("emulator", "--port", "8080"), "a stand-in for Kinescope to try with"),),
}
"""The examples at the end of each command's help, with what they are for; "" is a run."""


def examples_of(name: str) -> str:
    """The examples as the end of a help text; a line with a backspace means: leave these lines as they are."""
    lines = [(joined_line(("kupload", *command), Shell.POSIX), meaning) for command, meaning in EXAMPLES[name]]
    width = max(len(line) for line, _ in lines)
    return "\n".join(["\b", "Examples:", *(f"  {line.ljust(width)}  {meaning}" for line, meaning in lines)])


_MEANT: Final[Mapping[str, Hint]] = {
    "status": Hint(("--status",), " shows how far each course is."),
    "watch": Hint(("--status", "--watch"), " shows it again and again."),
    "dry-run": Hint(("--dry-run",), " shows what a run would do."),
    **dict.fromkeys(("upload", "run", "start"), Hint((), " without a command uploads.")),
}
"""What people type for a command that has another name or none."""


class PlainUsage(TyperCommand):
    """Shows an argument that is needed as what it is, without braces."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - click's, wherever Typer has it from
        """The parts of the line after "Usage:"."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]


class GroupedHelp(TyperGroup):
    """Shows the commands before the options, both in groups, and cuts no line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - click's, wherever Typer has it from
        """Reads the command line."""
        return super().parse_args(ctx, with_port(args))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as above
        """Finds the command; of one that people take for one, says what they mean."""
        if args[0] not in self.commands and (hint := _MEANT.get(args[0])):
            raise UsageError(f'There is no command "{args[0]}".', hint)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - click's, wherever Typer has it from
        """Writes commands and options."""
        self.format_commands(ctx, formatter)
        records = [(one.name or "", found) for one in self.get_params(ctx) if (found := one.get_help_record(ctx))]
        _write_groups(formatter, ((_group_of(name), record) for name, record in records), (*_OPTIONS, _OTHERS))

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Writes the commands, each with its whole first sentence."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        width = max((len(name) for name, _ in found), default=0)
        rows = [
            (str(getattr(one, "rich_help_panel", "")), (name.ljust(width), one.get_short_help_str(_ALL_OF_IT)))
            for name, one in found
            if one is not None and not one.hidden
        ]
        _write_groups(formatter, rows, tuple(dict.fromkeys(group for group, _ in rows)))


_ALL_OF_IT: Final = 1000


def _group_of(name: str) -> str:
    return next((group for group, names in _OPTIONS.items() if name in names), _OTHERS)


def _write_groups(formatter: Any, rows: Iterable[tuple[str, tuple[str, str]]], order: Sequence[str]) -> None:  # noqa: ANN401
    several = list(rows)
    for group in order:
        if members := list(_members(several, group)):
            with formatter.section(group):
                formatter.write_dl(members)


def _members(rows: Sequence[tuple[str, tuple[str, str]]], group: str) -> Iterator[tuple[str, str]]:
    return (row for name, row in rows if name == group)
