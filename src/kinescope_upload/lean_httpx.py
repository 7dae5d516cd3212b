"""httpx without its own command line, which would bring rich and pygments along: 5 MB and a tenth of a second.

httpx does without it where it cannot be imported; a module that is None in `sys.modules` cannot.
"""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # how Python is told that there is no such module

import httpx  # noqa: E402 - after that

__all__ = ["httpx"]
