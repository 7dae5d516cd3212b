"""Says where a request failed: what is asked until Kinescope answers there again, and for how long."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from kinescope_upload.batch.gates import Place

if TYPE_CHECKING:
    from kinescope_upload.batch.run import Backends, UploadOptions

_RUN_AGAIN: Final = "Everything is saved: run the same command again when the network is back."


def place_of(url: str, backends: Backends, options: UploadOptions) -> Place:
    """Describes the place of a request to this address.

    As long as nothing was ever reached, the setting of the address may be wrong: the wait is short, and names it.
    """
    probe = partial(backends.service.is_reachable, url)
    if backends.service.was_answered:
        return Place(probe=probe, longest=options.longest_wait, hint=_RUN_AGAIN)
    setting = "KINESCOPE_API_URL" if url.startswith(f"{backends.kinescope.api_url}/") else "KINESCOPE_UPLOADER_URL"
    return Place(
        probe=probe,
        longest=min(options.longest_wait, options.first_patience),
        hint=f"Check {setting} and the network, then run the same command again.",
    )
