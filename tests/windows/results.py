"""What became of the tests of a run, as the plugin support/wine.py writes it down. Pure but for the reading."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_GOOD: Final = frozenset({"passed", "skipped", "xfailed", "xpassed"})
_BAD: Final = frozenset({"failed", "error"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What became of the tests of a run.

    Attributes:
        collected: All tests, in the order in which they were collected.
        kinds: What each came to, in pytest's words; one that did not end is not there.
    """

    collected: tuple[str, ...] = ()
    kinds: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Results:
        """Reads the lines of the plugin; a line that was cut by the end of its process counts for nothing."""
        collected: dict[str, None] = {}
        kinds: dict[str, str] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "collected" in said:
                collected |= dict.fromkeys(said["collected"])
            elif kinds.get(said["test"]) not in _BAD:
                kinds[said["test"]] = said["is"]
        return cls(collected=tuple(collected), kinds=kinds)

    @property
    def not_passed(self) -> tuple[str, ...]:
        """The tests that failed, or did not end."""
        return tuple(one for one in self.collected if self.kinds.get(one) not in _GOOD)

    def then(self, again: Results) -> Results:
        """What became of them in the end, where some were run a second time."""
        return replace(self, kinds={**self.kinds, **again.kinds})

    def told_again(self, again: Results) -> Iterator[str]:
        """A line for each test that was run a second time, and the figures of the whole."""
        for one in again.collected:
            yield f"the second time {self.kinds.get(one, 'not ended')}: {one}"
        counts = Counter(self.kinds.values())
        figures = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
        yield f"under Wine, with the second time: {len(self.collected)} tests, {figures} ({self._share:.1f} % passed)"

    def judged(self, least_passed: float) -> int:
        """The exit code: 0 when every test passed, was skipped or is listed, and so many percent passed."""
        return int(bool(self.not_passed) or self._share < least_passed)

    @property
    def _share(self) -> float:
        """Percent of all tests that passed."""
        passed = sum(kind == "passed" for kind in self.kinds.values())
        return 100 * passed / max(1, len(self.collected))
