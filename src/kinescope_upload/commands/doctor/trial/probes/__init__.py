"""The probes of a try, in the order in which one relies on another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.trial.probes import (
    access,
    creation,
    places,
    sending,
    texts,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kinescope_upload.commands.doctor.trial.session import Item, Session

__all__ = ["LAST", "PROBES", "Probe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question to the service, or a few that need the same things.

    Attributes:
        names: The readings that it decides.
        run: Asks, and gives what was found.
    """

    names: tuple[str, ...]
    run: Callable[[Session], Iterator[Item]]


PROBES: Final = (
    Probe(names=("no-token",), run=access.ask_without_token),
    Probe(names=("not-found",), run=access.ask_for_nothing),
    Probe(names=("options",), run=access.ask_for_options),
    Probe(names=("root-parent",), run=places.look_at_root),
    Probe(names=("delete-unknown",), run=access.ask_to_delete_nothing),
    Probe(names=("deleted-id", "delete-unknown"), run=creation.create_and_delete),
    Probe(
        names=("upload-token", "head", "pending-assets", "expires", "terminate"),
        run=sending.use_upload_url,
    ),
    Probe(names=("broken-upload", "suspended-upload"), run=sending.break_an_upload),
    Probe(names=("description", "search"), run=texts.describe_a_video),
    Probe(names=("long-title",), run=texts.give_a_long_title),
    Probe(names=("originals", "original-name"), run=whole.upload_whole_videos),
    Probe(names=("folder-parent",), run=places.make_a_folder),
    Probe(names=("validation-status",), run=texts.ask_wrongly),
    Probe(names=("move",), run=places.move_a_video),
)
"""`tokens` is decided before the first probe: the workspace's id comes from that answer."""

LAST: Final = Probe(names=("rate-scope",), run=access.ask_too_often)
"""After everything that takes time: the service refuses requests for a while afterwards."""
