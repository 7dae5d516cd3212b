"""Asks a person, again and again until an answer holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.errors import KuploadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
_NO: Final = frozenset({"n", "no", "н", "нет"})
_YES: Final = frozenset({"y", "yes", "д", "да"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """How a person is asked.

    Attributes:
        ask: Shows a question and gives the line that was typed.
        ask_secret: Does the same, and nothing that is typed is shown.
        tell: Shows a line.
    """

    ask: Callable[[str], str]
    ask_secret: Callable[[str], str]
    tell: Callable[[str], None]

    def until_good(self, question: Callable[[], str], read: Callable[[str], T]) -> T:
        """Asks until the answer can be read; a `ValueError` or `KuploadError` of `read` says why it cannot.

        Args:
            question: Shows the question and gives what was typed.
            read: Makes of it what is wanted.
        """
        while True:
            typed = question().strip()
            try:
                return read(typed)
            except (KuploadError, ValueError) as error:
                self.tell(f"  {error}")

    def agrees(self, question: str, *, usual: bool) -> bool:
        """Asks until the answer is yes or no.

        Args:
            question: What is asked, without the choice.
            usual: What Enter means.
        """

        def read(typed: str) -> bool:
            word = typed.lower()
            if word and word not in _YES | _NO:
                raise ValueError("Type y or n.")
            return word in _YES if word else usual

        choice = "Y/n" if usual else "y/N"
        return self.until_good(lambda: self.ask(f"{question} [{choice}]: "), read)

    def choose(self, what: str, choices: Sequence[tuple[str, str]], current: str | None) -> str:
        """Lets a person choose one of several by its number, its id or its name.

        Args:
            what: What is chosen: "project".
            choices: The id and the name of each; the name may be empty.
            current: The id that Enter takes; None where nothing is set.

        Returns:
            The id.
        """
        ids = [key for key, _ in choices]
        for number, (key, name) in enumerate(choices, start=1):
            self.tell(f'  {number:>3}  "{name}" ({key})' if name else f"  {number:>3}  {key}")
        usual = ids.index(current) + 1 if current in ids else 1 if len(ids) == 1 else None

        def read(typed: str) -> str:
            typed = typed or str(usual or "")
            if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(ids):
                return ids[int(typed) - 1]
            named = [key for key, name in choices if typed and typed in {key, name}]
            if len(named) != 1:
                raise ValueError(f"Type the number of a {what}, 1 to {len(ids)}.")
            return named[0]

        shown = f" [{usual}]" if usual else ""
        return self.until_good(lambda: self.ask(f"Number of the {what}{shown}: "), read)
