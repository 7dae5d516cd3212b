"""Measures kupload with its bars beside the figures: `make bench`. Nothing here runs in `make test`."""

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1] / "tests"
if str(_TESTS) not in sys.path:
    sys.path.append(str(_TESTS))  # the first user's library is described there
