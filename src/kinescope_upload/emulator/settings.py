"""How the emulated service behaves: its numbers, and its open readings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kinescope_upload.emulator.facts import Project, Right, Token
from kinescope_upload.emulator.readings import READINGS, check_readings

__all__ = ["Rate", "Settings"]

_OTHER_TOKEN = Token(value="71b8f3d6-0e2a-4d59-8c47-2f9a6b5e1d03", rights=frozenset({Right.UPLOAD}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many requests a token may make; the defaults are Kinescope's published limits."""

    per_second: int = 10
    per_minute: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this service behaves; the faults of single requests are switched on elsewhere.

    Sizes are in bytes, times in seconds. Where a number here and a reading concern the same thing, the reading
    decides whether it happens, and the number how much.
    """

    readings: Mapping[str, str] = field(default_factory=dict)
    """The open readings that differ from their default, by name; see `READINGS`."""

    tokens: tuple[Token, ...] = field(default_factory=lambda: (Token(),))
    other_tokens: tuple[Token, ...] = (_OTHER_TOKEN,)
    """Further entries of the token list (reading `tokens=several`); by default one that may do less."""
    workspace_id: str = "c1a5e0d2-7b36-4e89-a4f0-3d2b1c0e9f87"
    projects: tuple[Project, ...] = field(default_factory=lambda: (Project(),))
    unique_folder_names: bool = True
    """Refuse a second folder of the same name in the same place (400203)."""

    absolute_location: bool = True
    """Init answers a whole URL, made from the request's Host; False: only a path."""
    upload_base: str | None = None
    """Where upload URLs point to instead ("http://localhost:8000"): another host, or a link in front."""
    max_size: int | None = None
    """The longest upload the plan allows; a longer one is refused by 413."""
    offset_in_conflict: bool = True
    """A 409 carries the true Upload-Offset."""
    gone_status: int = 410
    """How requests to a terminated or expired upload are answered: 410 or 404."""
    expires_after: float | None = None
    """An upload lives this long; None: without end, or a day where the reading `expires` is `present`."""
    suspends_after: float = 0.0
    """How long after the break of an upload its video shows it (readings `broken-upload`, `suspended-upload`)."""
    lock_patience: float = 1.0
    """How long a request waits for an earlier PATCH of the same upload before it gets 423."""
    max_request: int | None = None
    """A hop in front takes no longer body of a PATCH, and answers 413 with a page of its own; None: any."""
    whole_requests: bool = False
    """A hop in front passes a PATCH on when all of its body is there; what a broken one brought is lost."""
    passing_rate: float | None = None
    """That hop passes so many bytes a second on, and answers after that; None: at once."""
    close_on_refusal: bool = False
    """A PATCH refused before its body was read closes the connection; False: the body is read and ignored."""

    pre_processing: float = 0.0
    processing: float = 0.0
    deleted_id_lingers: float = 0.3
    """How long after a delete an init with the same id still meets "already exists" (reading `deleted-id=late`)."""
    search_lag: float = 0.3
    """How long after a description was set `q` finds it (reading `search=late`)."""
    rate: Rate | None = None
    """The rate limit (reading `rate-scope`); None: no limit."""

    keep_bytes: bool = True
    """False: the bytes are counted and thrown away (a sink for benchmarks)."""
    hash_bytes: bool = True
    """False: no MD5 is computed, and none is reported."""

    def __post_init__(self) -> None:
        """Check the readings.

        Raises:
            ValueError: A name or value does not exist; the message names the choices.
        """
        check_readings(self.readings)

    def reading(self, name: str) -> str:
        """Return the value of an open reading; a KeyError when there is no such reading."""
        return self.readings.get(name, READINGS[name][0])
