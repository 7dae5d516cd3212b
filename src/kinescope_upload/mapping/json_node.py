"""Takes apart what a JSON file of the user's holds, and names the place where it is not as it should be. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kinescope_upload.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import NoReturn

T = TypeVar("T")

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST_NAME = 200
_PATH_KEY = "filePath"
_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


@dataclass(slots=True, kw_only=True)
class Node:
    """A value of the file, which knows where it stands.

    Attributes:
        origin: The file, as it is named to the user.
        form: What the file should look like, as the way out of every complaint.
        place: Where the value stands in it ("matched[3]"); empty at the top.
        value: What stands there.
    """

    origin: str
    form: str
    place: str = ""
    value: object = None

    def has(self, key: str) -> bool:
        """Whether the object has a value for the key; null counts as none."""
        return self._get(key) is not None

    def field(self, key: str) -> Node:
        """The value of the key, which has to be there."""
        value = self._get(key)
        if value is None:
            self._refuse(key, "is missing")
        return self._at(self._place_of(key), value)

    def items(self, key: str) -> Iterator[Node]:
        """The values of the list at the key, which has to be there."""
        node = self.field(key)
        if not isinstance(node.value, list):
            self._refuse(key, f"is {_kind(node.value)}, not a list")
        return (self._at(f"{node.place}[{number}]", value) for number, value in enumerate(node.value))

    def text(self, key: str) -> str:
        """The text at the key, which has to be there and to hold something that can be shown."""
        text = self.optional_text(key)
        if text is None:
            self._refuse(key, "is empty" if self.has(key) else "is missing")
        return text

    def optional_text(self, key: str) -> str | None:
        """The text at the key; None when it is missing, null or blank."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self._refuse(key, f"is {_kind(value)}, not text")
        if found := _UNPRINTABLE.search(value):
            self._refuse(key, f"holds the character U+{ord(found.group()):04X}, which no name may hold")
        return value if value.strip() else None

    def name(self, key: str) -> str:
        """The text at the key, which has to be there and to be fit for a file's name."""
        name = self.text(key)
        self._check_name(key, name)
        return name

    def optional_name(self, key: str) -> str | None:
        """The text at the key, which has to be fit for a file's name; None when it is missing, null or blank."""
        name = self.optional_text(key)
        if name is not None:
            self._check_name(key, name)
        return name

    def _check_name(self, key: str, name: str) -> None:
        if name in {".", ".."} or "/" in name or "\\" in name:
            self._refuse(key, f'is "{name}", which could lead out of a folder')
        if len(name.encode()) > _LONGEST_NAME:
            self._refuse(key, f"is longer than {_LONGEST_NAME} bytes")

    def _get(self, key: str) -> object:
        if not isinstance(self.value, dict):
            raise UsageError(
                f"{self.origin}: {self.place or 'the whole'} is {_kind(self.value)}, not an object.", self.form
            )
        return self.value.get(key)

    def _at(self, place: str, value: object) -> Node:
        return Node(origin=self.origin, form=self.form, place=place, value=value)

    def _place_of(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def _refuse(self, key: str, why: str) -> NoReturn:
        raise UsageError(f"{self.origin}: {self._place_of(key)} {why}.", self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadEntry:
    """An entry of a list in the file that is not as it should be; it is left out, and the others count.

    Attributes:
        place: Where it stands ("matched[3]").
        lesson_id: The lesson that it names; None where that cannot be read.
        path: The file that it names, as written; None where that cannot be read.
        reason: What is wrong with it: names the file and the place.
    """

    place: str
    lesson_id: str | None
    path: str | None
    reason: str


def read_each(
    nodes: Iterable[Node], read: Callable[[Node], T], *, bad: list[BadEntry], lesson_key: str = "lessonId"
) -> Iterator[T]:
    """Yields what `read` makes of each entry; those that it refuses are added to `bad`.

    Args:
        nodes: The entries.
        read: Takes an entry apart; raises `UsageError` where it is not as it should be.
        bad: Takes the entries that are refused.
        lesson_key: Where an entry names its lesson.
    """
    for node in nodes:
        try:
            yield read(node)
        except UsageError as error:
            lesson, path = _readable(node.optional_name, lesson_key), _readable(node.optional_text, _PATH_KEY)
            bad.append(BadEntry(place=node.place, lesson_id=lesson, path=path, reason=error.what))


def _readable(ask: Callable[[str], str | None], key: str) -> str | None:
    try:
        return ask(key)
    except UsageError:
        return None


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "null")
