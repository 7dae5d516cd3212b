"""What becomes of a title that is longer than Kinescope's dashboard allows."""

from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.settings import Settings

__all__ = ["TITLE_MAX", "kept_title"]

TITLE_MAX = 140
"""Characters that a title holds on the dashboard."""


def kept_title(title: str, settings: Settings) -> str:
    """Return the title that is stored (reading `long-title`).

    Raises:
        Refusal: It is empty, or longer than allowed and not cut.
    """
    if not title:
        raise Refusal(ErrorCode.VALIDATION, "title is required")
    if len(title) <= TITLE_MAX or settings.reading("long-title") == "kept":
        return title
    if settings.reading("long-title") == "refused":
        raise Refusal(ErrorCode.VALIDATION, f"title must have at most {TITLE_MAX} characters")
    return title[:TITLE_MAX]
