"""The open readings: questions about Kinescope that nothing public settles, and the answers this service can give.

docs/kinescope.md, section "Open readings", says what each one asks and what each value means.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["READINGS", "check_readings", "parse_readings"]

READINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "root-parent": ("project", "null", "absent"),
        "folder-parent": ("required", "optional"),
        "move": ("put", "patch", "both"),
        "pending-assets": ("empty", "told"),
        "original-name": ("original", "original.mp4", "file"),
        "originals": ("kept", "off"),
        "broken-upload": ("suspended", "uploading", "aborted"),
        "suspended-upload": ("open", "gone"),
        "deleted-id": ("free", "late", "taken"),
        "validation-status": ("402", "422", "400"),
        "no-token": ("400", "401"),
        "long-title": ("cut", "refused", "kept"),
        "upload-token": ("ignored", "needed"),
        "head": ("works", "400"),
        "terminate": ("204", "404", "405"),
        "expires": ("absent", "present"),
        "options": ("tus", "404", "405"),
        "rate-scope": ("api", "all"),
        "delete-unknown": ("403", "404"),
        "description": ("kept", "dropped"),
        "search": ("at-once", "late", "never"),
        "tokens": ("one", "several", "403", "404"),
        "not-found": ("envelope", "plain"),
    },
)
"""The values of each reading, by its name; the first value is the default."""


def check_readings(readings: Mapping[str, str]) -> None:
    """Check that every name and value is one of `READINGS`.

    Raises:
        ValueError: One is not; the message names the choices.
    """
    for name, value in readings.items():
        if name not in READINGS:
            raise ValueError(f"there is no reading {name!r}; there are {', '.join(READINGS)}")
        if value not in READINGS[name]:
            raise ValueError(f"reading {name!r} cannot be {value!r}; it can be {', '.join(READINGS[name])}")


def parse_readings(pairs: list[str]) -> dict[str, str]:
    """Return the readings that texts of the form NAME=VALUE give; a later one replaces an earlier one.

    Raises:
        ValueError: A text has another form, or names something that does not exist.
    """
    readings: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"{pair!r} is not of the form NAME=VALUE; the names are {', '.join(READINGS)}")
        readings[name] = value
    check_readings(readings)
    return readings
