"""Says where a request failed: what is asked until Kinescope answers there again, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kinescope_upload.retries.gates import Place

if TYPE_CHECKING:
    from kinescope_upload.kinescope.http_client import HttpClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Describes the places of a command's requests.

    Attributes:
        service: Asks whether Kinescope can be reached.
        api_url: The address of the management API.
        usual_url: The address that is asked after an error that names none.
        longest: Seconds after which a wait ends the command.
        first_patience: The same while nothing was ever reached.
        saved: What is true of the work so far, when a wait ends the command.
    """

    service: HttpClient
    api_url: str
    usual_url: str
    longest: float
    first_patience: float = 30.0
    saved: str = "Everything is saved"

    def of(self, url: str | None, *, instead: str = "") -> Place:
        """Describes the place of a request to this address.

        As long as nothing was ever reached, a setting may be wrong: the wait is short, and names the settings.

        Args:
            url: The address; None for the usual one.
            instead: Who answered there instead of Kinescope, in words; empty where nobody did.
        """
        url = url or self.usual_url
        host = urlsplit(url).netloc
        probe = partial(self.service.is_reachable, url)
        if self.service.was_answered:
            hint = f"{self.saved}: run the same command again when the network is back."
            return Place(probe=probe, longest=self.longest, hint=hint, host=host, instead=instead)
        setting = "KINESCOPE_API_URL" if url.startswith(f"{self.api_url}/") else "KINESCOPE_UPLOADER_URL"
        proxy = self.service.proxy_of(url)
        through = f"{proxy.setting} (the proxy {proxy.address}), " if proxy else ""
        hint = f"Check {through}{setting} and the network, then run the same command again."
        return Place(probe=probe, longest=min(self.longest, self.first_patience), hint=hint, host=host, instead=instead)

    def takes_nothing(self, hint: str) -> Place:
        """Describes what ends a command when somebody on the way took no request for too long."""
        out = "No byte could be sent"
        return Place(probe=lambda: True, longest=self.longest, hint=f"{self.saved}. {hint}", out=out)

    def held_back(self) -> Place:
        """Describes what ends a command that Kinescope asked to slow down for too long."""
        return Place(
            probe=lambda: True,
            longest=self.longest,
            hint=f"{self.saved}: run the same command again after that, or give a longer --max-outage.",
            out="This command was held back",
        )
