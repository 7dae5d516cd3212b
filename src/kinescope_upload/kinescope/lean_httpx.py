"""Imports httpx without its command line, its asynchronous half's libraries and its logs.

The command line would load rich and pygments: 5 MB and a tenth of a second. httpx works without it when it cannot be
imported, and a module that is None in `sys.modules` cannot. The same holds for anyio, which httpcore takes where it
finds it; the page's own libraries import it later.
The logs of httpx and httpcore would hold upload URLs, which are secrets while the upload is open.
"""

import logging
import sys

_hides_anyio = "anyio" not in sys.modules
for _name in ("httpx._main", "anyio"):
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type] # tells Python that there is no such module

import httpcore  # noqa: E402 - after that
import httpx  # noqa: E402 - as above

if _hides_anyio:
    del sys.modules["anyio"]

__all__ = ["httpcore", "httpx"]

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
