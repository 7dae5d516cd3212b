"""What every room words its sentences with.

::

    formats     names and numbers for people
    hints       what to do now: sentences, and in them commands as data
    quoting     words for a shell
"""

from kinescope_upload.text.formats import (
    cell_width,
    count,
    distinct_bytes,
    escaped,
    first_few,
    format_bytes,
    format_bytes_of,
    format_duration,
    format_rate,
    joined,
    pad,
    printable,
    shorten_middle,
    shorten_path,
    wrapped,
)

__all__ = [
    "cell_width",
    "count",
    "distinct_bytes",
    "escaped",
    "first_few",
    "format_bytes",
    "format_bytes_of",
    "format_duration",
    "format_rate",
    "joined",
    "pad",
    "printable",
    "shorten_middle",
    "shorten_path",
    "wrapped",
]
