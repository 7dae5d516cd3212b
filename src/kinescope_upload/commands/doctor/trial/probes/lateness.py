"""Asks at once whether something holds, and again until it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.lateness import decide_at_once, decide_late, decide_never
from kinescope_upload.commands.doctor.readings.outcome import NotTold
from kinescope_upload.commands.doctor.trial.session import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kinescope_upload.commands.doctor.readings.lateness import Happening
    from kinescope_upload.commands.doctor.readings.outcome import Outcome
    from kinescope_upload.commands.doctor.trial.session import Item, Session

_LONGEST: Final = 60.0
"""Seconds after which "not yet" counts as "never"; the system that kupload replaces waited 5 for a deleted id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether something holds already.

    Attributes:
        name: The reading, which has the value `late`.
        at_once: Its value where it holds at once.
        never: Its value where it never does.
        what: What is waited for, to follow "waiting for".
        ask: Asks once; `NotTold` where the answer is neither yes nor no.
    """

    name: str
    at_once: str
    never: str
    what: str
    ask: Callable[[Session], bool | NotTold]


def asked_until_yes(session: Session, unpaced: Session, question: Question, since: Happening) -> Item:
    """Asks at once, over the session that holds no request back; what that tells, or else a watch that asks again.

    Args:
        session: The session.
        unpaced: The same without a pace.
        question: What is asked.
        since: What must have happened for it to hold.
    """
    now, name = session.waits.now, question.name
    not_after = since.at_least_until(now())
    first = question.ask(unpaced)
    if isinstance(first, NotTold):
        return first
    if first:
        return decide_at_once(name, question.at_once, delay=since.at_most_until(now()))

    def look(*, is_last: bool) -> Sequence[Outcome]:
        nonlocal not_after
        waited = since.at_least_until(now())
        answer = question.ask(session)
        if isinstance(answer, NotTold):
            return [answer]
        if answer:
            return [decide_late(name, not_after=not_after, after=since.at_most_until(now()))]
        not_after = waited
        return [decide_never(name, question.never, waited=waited)] if is_last else []

    return Watch(what=question.what, begun=since.answered, at_most=_LONGEST, look=look)
