"""What people want of a run that is at work: the last wish of each kind, numbered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWish:
    """Send no byte for so many seconds from when the run hears of it; 0 goes on at once."""

    number: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWish:
    """Send no faster than this: a rate, a timetable or "off", as `--bwlimit` takes them."""

    number: int
    bwlimit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsWish:
    """Work on so many lessons at a time; None follows the line."""

    number: int
    jobs: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWish:
    """Stop as after Ctrl+C; `is_from_page` tells that the page's button was pressed, and no command typed."""

    number: int
    is_from_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWish:
    """Let the browser in that comes with the token of this digest (SHA-256): who reads the wish cannot enter by it."""

    number: int
    digest: str


Wish = PauseWish | LimitWish | JobsWish | StopWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All wishes to one run.

    Attributes:
        format: `FORMAT` of the version that wrote them.
        number: How many were ever made: that of the last one.
        pause: The last one to pause or to go on.
        limit: The last one for a rate.
        jobs: The last one for a number of lessons at a time.
        stop: The last one to stop.
        page: The last one to let a browser look at the page; the page itself looks for it.
    """

    format: int = FORMAT
    number: int = 0
    pause: PauseWish | None = None
    limit: LimitWish | None = None
    jobs: JobsWish | None = None
    stop: StopWish | None = None
    page: PageWish | None = None

    def paused(self, seconds: float) -> Wishes:
        """With one more: to pause, or to go on."""
        number = self.number + 1
        return replace(self, number=number, pause=PauseWish(number=number, seconds=seconds))

    def limited(self, bwlimit: str) -> Wishes:
        """With one more: for a rate."""
        number = self.number + 1
        return replace(self, number=number, limit=LimitWish(number=number, bwlimit=bwlimit))

    def at_a_time(self, jobs: int | None) -> Wishes:
        """With one more: for a number of lessons at a time."""
        number = self.number + 1
        return replace(self, number=number, jobs=JobsWish(number=number, jobs=jobs))

    def stopped(self, *, is_from_page: bool = False) -> Wishes:
        """With one more: to stop."""
        number = self.number + 1
        return replace(self, number=number, stop=StopWish(number=number, is_from_page=is_from_page))

    def opened(self, digest: str) -> Wishes:
        """With one more: to let a browser look at the page."""
        number = self.number + 1
        return replace(self, number=number, page=PageWish(number=number, digest=digest))

    def after(self, number: int) -> tuple[Wish, ...]:
        """Those that came after the wish of this number, in their order."""
        wishes = (wish for wish in (self.pause, self.limit, self.jobs, self.stop) if wish and wish.number > number)
        return tuple(sorted(wishes, key=lambda wish: wish.number))
