"""What goes wrong during the demo's upload, switched on beforehand and looked at afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.emulator import Action, Break, Fault, Route

if TYPE_CHECKING:
    from kinescope_upload.demo.stage import Stage
    from kinescope_upload.emulator import Emulator

__all__ = ["CUTS", "Survived", "Trouble", "switch_off", "switch_on"]

CUTS: Final = 3
"""Connections that are reset. No more than a lesson has retries, should one of them meet all of them."""
_CUT_AFTER: Final = 2_300_000
"""Bytes of a connection."""
_EXPIRED_AT: Final = 1_000_000
"""Bytes that an upload has when it expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault of the service.

    Attributes:
        words: What it is to the user.
        fault: What is switched on.
        status: How the log shows a request that it struck; None is one that got no answer.
    """

    words: str
    fault: Fault
    status: int | None


SERVICE_TROUBLES: Final = (
    Trouble(
        words="answer to a creation lost: the video exists, nobody knows its upload URL",
        fault=Fault(route=Route.INIT, action=Action.LOSE_ANSWER, skip=2),
        status=None,
    ),
    Trouble(
        words="503 with Retry-After: 1; everybody has to wait a second",
        fault=Fault(route=Route.INIT, status=503, headers=(("Retry-After", "1"),), skip=9),
        status=503,
    ),
    Trouble(
        words="upload expired in the middle (410): its remains are deleted, the video is begun anew",
        fault=Fault(route=Route.PATCH, action=Action.EXPIRE, keep=_EXPIRED_AT, skip=4),
        status=410,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    """How often something went wrong, of how often it was meant to; a small library may not give occasion to all."""

    words: str
    times: int
    planned: int


def switch_on(stage: Stage) -> None:
    """From now on things go wrong."""
    stage.emulator.faults.add(*(trouble.fault for trouble in SERVICE_TROUBLES))
    stage.link.cut(after=_CUT_AFTER, by=Break.RST, times=CUTS)


def switch_off(stage: Stage) -> tuple[Survived, ...]:
    """From now on all is well again; tells what went wrong until now."""
    stage.emulator.faults.clear()
    stage.link.heal()
    cuts = Survived(words="connections reset (RST) in the middle of a chunk", times=stage.link.cuts, planned=CUTS)
    return (cuts, *(_struck(trouble, stage.emulator) for trouble in SERVICE_TROUBLES))


def _struck(trouble: Trouble, emulator: Emulator) -> Survived:
    """By the log: a fault may also meet a request that broke off before it could strike."""
    requests = emulator.accounting.records(trouble.fault.route)
    times = sum(one.end is not None and one.status == trouble.status for one in requests)
    return Survived(words=trouble.words, times=min(times, 1), planned=1)
