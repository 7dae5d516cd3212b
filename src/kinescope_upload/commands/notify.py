"""`kupload notify`: which services are told of runs, and whether a message reaches them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

from kinescope_upload.errors import UsageError
from kinescope_upload.exit_codes import ExitCode
from kinescope_upload.monitor.channel import Channel
from kinescope_upload.monitor.notice_words import Message
from kinescope_upload.monitor.notifier import close_all
from kinescope_upload.monitor.services import addresses_of, check_installed, connect, names_of
from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from kinescope_upload.config import Settings

_LONGEST: Final = 30.0
_TEST: Final = Message(title="kupload: a test", body="Messages about runs arrive here.")


def notify(settings: Settings, stdout: TextIO, *, is_test: bool, longest: float = _LONGEST) -> int:
    """Names the services, and with `is_test` sends each a message.

    Args:
        settings: Say which services.
        stdout: Where the answer is written.
        is_test: Whether a message is sent.
        longest: Seconds to wait for the services.

    Returns:
        0, or 1 when a service did not take the message.

    Raises:
        UsageError: No service is set, or messages cannot be sent from this installation.
    """
    addresses = addresses_of(settings.notify)
    if not addresses:
        raise UsageError("Nobody is told of runs: KUPLOAD_NOTIFY is not set.", "Put it into .env; see docs/notify.md.")
    check_installed()
    if not is_test:
        stdout.writelines(f"{_masked(name)} ({settings.origins['notify']})\n" for name in names_of(addresses))
        stdout.write(f"{shown(Hint(('notify', '--test'), ' sends each a message.'))}\n")
        return ExitCode.DONE
    whys: dict[int, str] = {}
    channels = [
        Channel(name, partial(connect, address), partial(whys.__setitem__, place))
        for place, (name, address) in enumerate(zip(names_of(addresses), addresses, strict=True))
    ]
    for channel in channels:
        channel.put(_TEST)
    close_all(channels, longest)
    for place, channel in enumerate(channels):
        is_taken = not channel.undelivered
        stdout.write(f"{_masked(channel.name)}: {'the message was taken' if is_taken else _why(whys.get(place, ''))}\n")
    stdout.flush()
    return ExitCode.NOT_DONE if any(channel.undelivered for channel in channels) else ExitCode.DONE


def _masked(name: str) -> str:
    scheme, _, number = name.partition(" ")
    return f"{scheme}://… {number}".rstrip()


def _why(sentence: str) -> str:
    return sentence if sentence.startswith("KUPLOAD_NOTIFY") else "the message was not taken; check the address"
