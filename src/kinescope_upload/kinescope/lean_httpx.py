"""Imports httpx without its command line and without its logs.

The command line would load rich and pygments: 5 MB and a tenth of a second. httpx works without it when it cannot be
imported, and a module that is None in `sys.modules` cannot.
The logs of httpx and httpcore would hold upload URLs, which are secrets while the upload is open.
"""

import logging
import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # tells Python that there is no such module

import httpx  # noqa: E402 - after that

__all__ = ["httpx"]

_TALKATIVE = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


def _no_record(_record: logging.LogRecord) -> bool:
    return False


for _name in _TALKATIVE:
    logging.getLogger(_name).addFilter(_no_record)  # not a level: a user who wants logs sets another
