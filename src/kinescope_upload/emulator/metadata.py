"""The Upload-Metadata header of the Tus creation extension, read strictly."""

import base64
import binascii

__all__ = ["MetadataError", "parse_metadata"]


class MetadataError(ValueError):
    """The header does not follow the specification."""


def parse_metadata(header: str) -> dict[str, str]:
    """Return the pairs of an Upload-Metadata header, values decoded from base64 and UTF-8.

    Pairs are separated by one comma, key and value by one space; a key comes once; a value may be missing.

    Raises:
        MetadataError: Anything else is there.
    """
    pairs: dict[str, str] = {}
    for pair in header.split(","):
        key, value = _parse_pair(pair)
        if key in pairs:
            raise MetadataError(f"key {key!r} comes twice")
        pairs[key] = value
    return pairs


def _parse_pair(pair: str) -> tuple[str, str]:
    key, _, encoded = pair.partition(" ")
    if not key or not key.isascii() or not key.isprintable():
        raise MetadataError(f"no key in {pair!r}")
    if any(space in encoded for space in " \t"):
        raise MetadataError(f"more than one space after key {key!r}")
    try:
        return key, base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise MetadataError(f"value of key {key!r} is not base64 of UTF-8") from error
