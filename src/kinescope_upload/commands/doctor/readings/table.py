"""Every open reading: its question and its values, as docs/kinescope.md lists them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A question about Kinescope that nothing public settles.

    Attributes:
        name: Its name, as in docs/kinescope.md and in `kupload emulator --reading`.
        question: The question.
        values: The answers there may be; the first is the one that kupload takes for the most probable.
    """

    name: str
    question: str
    values: tuple[str, ...]

    @property
    def default(self) -> str:
        """The value that is taken for the most probable."""
        return self.values[0]


def _reading(name: str, question: str, *values: str) -> Reading:
    return Reading(name=name, question=question, values=values)


READINGS: Final = (
    _reading("root-parent", "What is the parent_id of a folder at the root?", "project", "null", "absent"),
    _reading("folder-parent", "Is a folder made without parent_id?", "required", "optional"),
    _reading("move", "How does a video move?", "put", "patch", "both"),
    _reading("pending-assets", "What are the assets of an unfinished video?", "empty", "told"),
    _reading("original-name", "What is the original's original_name?", "original", "original.mp4", "file"),
    _reading("originals", "Is there an original asset at the end?", "kept", "off"),
    _reading("broken-upload", "What status has a video whose upload broke?", "suspended", "uploading", "aborted"),
    _reading("suspended-upload", "What does such a video's upload URL do?", "open", "gone"),
    _reading("deleted-id", "Is the id of a deleted video free?", "free", "late", "taken"),
    _reading("validation-status", "Which HTTP status has 402402?", "402", "422", "400"),
    _reading("no-token", "Which HTTP status has a missing Authorization (100101)?", "400", "401"),
    _reading("long-title", "What becomes of a title over 140 characters?", "cut", "refused", "kept"),
    _reading("upload-token", "Do HEAD and PATCH of an upload URL need the token?", "ignored", "needed"),
    _reading("head", "Does HEAD of an upload URL work?", "works", "400"),
    _reading("terminate", "How is DELETE of an upload URL answered?", "204", "404", "405"),
    _reading("expires", "Is there an Upload-Expires?", "absent", "present"),
    _reading("options", "How is OPTIONS answered on the uploader?", "tus", "404", "405"),
    _reading("rate-scope", "Which requests does the rate limit count?", "api", "all"),
    _reading(
        "delete-unknown", "How is DELETE of an unknown id answered, for a token without that right?", "403", "404"
    ),
    _reading("description", "What becomes of the description given at init?", "kept", "dropped"),
    _reading("search", "Does q find a description?", "at-once", "late", "never"),
    _reading("tokens", "What does GET /v1/access-tokens answer?", "one", "several", "403", "404"),
    _reading("not-found", "In which form does the API answer 404?", "envelope", "plain"),
)
"""In the order of docs/kinescope.md."""

_BY_NAME: Final = {reading.name: reading for reading in READINGS}


def reading_named(name: str) -> Reading:
    """The reading with this name.

    Raises:
        KeyError: There is none.
    """
    return _BY_NAME[name]
