"""Sends messages to the services that KUPLOAD_NOTIFY names, with apprise, which is loaded only where it is set."""

from __future__ import annotations

import logging
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kinescope_upload.errors import UsageError
from kinescope_upload.extras import install_hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kinescope_upload.config import Secret
    from kinescope_upload.monitor.channel import Send
    from kinescope_upload.monitor.notice_words import Message


def check_installed() -> None:
    """Returns where messages can be sent from this installation.

    Raises:
        UsageError: They cannot; the hint says what installs that.
    """
    if find_spec("apprise") is None:
        raise UsageError("KUPLOAD_NOTIFY is set, and messages need apprise.", install_hint("notify"))


def addresses_of(notify: Secret | None) -> tuple[str, ...]:
    """The addresses of the services: secrets, each of them."""
    return tuple(notify.reveal().split()) if notify else ()


def name_of(address: str) -> str:
    """What may be shown of a service's address: the word before "://"."""
    return address.partition("://")[0]


def names_of(addresses: Sequence[str]) -> tuple[str, ...]:
    """What may be shown of the addresses, numbered where a service has several: what follows "://" may be secret."""
    names = [name_of(one) for one in addresses]
    return tuple(
        f"{name} no. {names[:place].count(name) + 1}" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    )


def connect(address: str) -> Send:
    """Makes what sends messages to this service.

    Apprise bounds each request by 4 s to connect and 4 s for an answer, unless the address says otherwise.

    Raises:
        UsageError: Apprise knows no such service, or the address lacks something.
    """
    logging.getLogger("apprise").disabled = True  # it names addresses, and would stand between the lines of the run
    warnings.filterwarnings("ignore", module=r"apprise(\.|$)")  # it loads a hundred services, some with old ways
    import apprise  # noqa: PLC0415 - takes half a second, and is an extra

    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="kupload", async_mode=False))
    if not service.add(address):
        raise UsageError(
            f'KUPLOAD_NOTIFY: "{name_of(address)}://…" is no address that apprise understands: nobody is told.',
            "See docs/notify.md for addresses.",
        )

    def send(message: Message) -> bool:
        return bool(service.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT))

    return send
