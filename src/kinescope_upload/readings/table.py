"""Every open reading: its question and its values, as docs/kinescope.md lists them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["READINGS", "Reading", "reading_named"]


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
    _reading("root-parent", "a root folder's parent_id", "project", "null", "absent"),
    _reading("folder-parent", "making a folder without parent_id", "required", "optional"),
    _reading("move", "how a video moves", "put", "patch", "both"),
    _reading("pending-assets", "assets before the upload is finished", "empty", "told"),
    _reading("original-name", "the original's original_name", "original", "original.mp4", "file"),
    _reading("originals", "whether there is an original asset at the end", "kept", "off"),
    _reading("broken-upload", "status of a video whose upload broke", "suspended", "uploading", "aborted"),
    _reading("suspended-upload", "the upload URL of such a video", "open", "gone"),
    _reading("deleted-id", "the id of a deleted video", "free", "late", "taken"),
    _reading("validation-status", "HTTP status of code 402402", "402", "422", "400"),
    _reading("no-token", "HTTP status without Authorization", "400", "401"),
    _reading("long-title", "a title over 140 characters", "cut", "refused", "kept"),
    _reading("upload-token", "the token on HEAD and PATCH of the upload URL", "ignored", "needed"),
    _reading("head", "HEAD on the upload URL", "works", "400"),
    _reading("terminate", "DELETE on the upload URL", "204", "404", "405"),
    _reading("expires", "Upload-Expires", "absent", "present"),
    _reading("options", "OPTIONS on the uploader", "tus", "404", "405"),
    _reading("rate-scope", "whom the rate limit counts", "api", "all"),
    _reading("delete-unknown", "DELETE of an unknown id without that right", "403", "404"),
    _reading("description", "the description given at init", "kept", "dropped"),
    _reading("search", "q finds a description", "at-once", "late", "never"),
    _reading("tokens", "GET /v1/access-tokens", "one", "several", "403", "404"),
    _reading("not-found", "the body of a 404 of the API", "envelope", "plain"),
)
"""In the order of docs/kinescope.md."""

_BY_NAME: Final = {reading.name: reading for reading in READINGS}


def reading_named(name: str) -> Reading:
    """The reading with this name.

    Raises:
        KeyError: There is none.
    """
    return _BY_NAME[name]
