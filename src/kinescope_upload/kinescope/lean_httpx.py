"""httpx without its own command line and without a word in any log.

Its command line would bring rich and pygments along: 5 MB and a tenth of a second. httpx does without it where it
cannot be imported; a module that is None in `sys.modules` cannot.
Its logs (and httpcore's) would hold upload URLs, which are secrets while the upload is open.
"""

import logging
import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # how Python is told that there is no such module

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
    logging.getLogger(_name).addFilter(_no_record)  # a level would not do: whoever wants logs sets another
