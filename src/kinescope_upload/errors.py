"""The few errors of kupload, by what may be done about them.

::

    KuploadError
    ├── TryAgainError            the same request may succeed later
    │   ├── UnreachableError     Kinescope did not answer: the line may be down
    │   │   └── ForeignAnswerError  somebody on the way answered instead
    │   ├── UnavailableError     a gateway answered, and Kinescope behind it did not
    │   ├── TooLargeError        somebody on the way takes no request, however small
    │   ├── ThrottledError       the service asks everybody to slow down
    │   ├── FileUnreadableError  the disk does not give a file: that alone says nothing about the file
    │   ├── LockedError          an earlier request still holds the upload
    │   └── DatabaseDownError    the database does not answer; the row is written later
    ├── LessonFailedError        this lesson is not done; the others go on
    │   ├── AbsentError          Kinescope has no such thing
    │   ├── FileChangedError     the file is not what it was when its upload began
    │   └── InDoubtError         only a person can tell what is right
    ├── LessonLostError          another machine has this lesson now: nothing more is written of it here
    ├── BatchStoppedError        no lesson can succeed: token, payment, rights, database, disk (exit code 3)
    ├── UsageError               bad usage or configuration (exit code 2)
    │   └── MissingSettingsError   settings without which a command cannot begin
    └── InterruptedRunError      somebody asked the run to stop (exit code 130)

Each is raised where it is understood and worded for the person at the terminal: what happened to which thing and
why, then what to do now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.text.hints import Hint, shown

if TYPE_CHECKING:
    from collections.abc import Iterable


class KuploadError(Exception):
    """Something in the world outside went wrong.

    Args:
        what: What happened to which thing, and why.
        hint: What to do now; empty when there is nothing to do.
        request_id: Kinescope's `X-Request-ID`, for its support; None when no answer came.
    """

    def __init__(self, what: str, hint: str = "", *, request_id: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.request_id = request_id

    @property
    def reason(self) -> str:
        """What happened, with the request id if there is one."""
        if not self.request_id:
            return self.what
        stop = "." if self.what.endswith(".") else ""
        return f"{self.what.removesuffix('.')} (X-Request-ID {self.request_id}){stop}"

    def __str__(self) -> str:
        """The sentences for the terminal: the reason, then the way out."""
        return f"{self.reason} {shown(self.hint)}".rstrip()


class TryAgainError(KuploadError):
    """The same request may succeed later.

    Args:
        what: What happened to which thing, and why.
        retry_after: Seconds that the server asked to wait; None when it named none.
        request_id: Kinescope's `X-Request-ID`; None when no answer came.
    """

    def __init__(self, what: str, *, retry_after: float | None = None, request_id: str | None = None) -> None:
        super().__init__(what, request_id=request_id)
        self.retry_after = retry_after


class UnreachableError(TryAgainError):
    """No answer of Kinescope came: no connection, silence for too long, or somebody else's answer.

    Args:
        what: What happened to which thing, and why.
        was_sent: Whether the request may have reached the server although no answer came back.

    Attributes:
        url: The address that was asked, which is a secret where it is an upload URL; None when none was.
        moved_bytes: Whether a chunk broke off of which the network had taken bytes.
    """

    def __init__(self, what: str, *, was_sent: bool = True) -> None:
        super().__init__(what)
        self.was_sent = was_sent
        self.url: str | None = None
        self.moved_bytes = False


class ForeignAnswerError(UnreachableError):
    """A portal, a firewall or a proxy answered instead of Kinescope: when it lasts, it is an outage.

    Args:
        instead: Who answered what, in words without a full stop.
        asked: What was asked for, in words; empty where that says nothing more.
        status: The HTTP status; None where it says nothing more.
    """

    def __init__(self, instead: str, asked: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{instead} ({asked})." if asked else f"{instead}.")
        self.instead = instead
        self.status = status


class UnavailableError(TryAgainError):
    """502, 503 or 504, or success that no Tus server words so: when it lasts, it is an outage.

    Args:
        what: What happened to which thing, and why.
        url: The address that was asked.
        retry_after: Seconds that the server asked to wait; None when it named none.
        request_id: Kinescope's `X-Request-ID`; None when the answer has none.
    """

    def __init__(
        self, what: str, *, url: str | None, retry_after: float | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(what, retry_after=retry_after, request_id=request_id)
        self.url = url


class TooLargeError(TryAgainError):
    """413 without Kinescope's code, although the chunk is as small as chunks get.

    Args:
        what: What happened to which thing, and why.
        is_of_host: Whether other uploads to the host are refused as well: when it lasts, it is an outage.
    """

    def __init__(self, what: str, *, is_of_host: bool) -> None:
        super().__init__(what)
        self.is_of_host = is_of_host
        self.hint = (
            "Let the network's administrator raise the limit of its proxy or use another network, then run the same "
            "command again."
        )


TRY_LATER: Final = Hint("Run the same command again later; ", ("doctor",), " tells what keeps it from working.")
"""What to do when a passing error has ended a command."""


class ThrottledError(TryAgainError):
    """429 or 503 with a wait that concerns every worker.

    Args:
        what: What happened to which thing, and why.
        retry_after: Seconds that the server asked to wait; None when it named none.
        request_id: Kinescope's `X-Request-ID`; None when no answer came.
        may_be_done: Whether the request may have been carried out all the same. 429 refuses (RFC 6585); 503 may come
            from a gateway in front of a server that is at work.
    """

    def __init__(
        self,
        what: str,
        *,
        retry_after: float | None = None,
        request_id: str | None = None,
        may_be_done: bool = False,
    ) -> None:
        super().__init__(what, retry_after=retry_after, request_id=request_id)
        self.may_be_done = may_be_done


class FileUnreadableError(TryAgainError):
    """A file of the library could not be opened or read; whether it or the whole library is away is not known yet.

    Args:
        what: What happened to which file, and why.
        hint: What to do when it stays so.
        path: The file, relative to the library root.
        may_pass: Whether the same call may succeed later without anybody's doing; not where the file does not exist or
            may not be read.
    """

    def __init__(self, what: str, hint: str = "", *, path: str, may_pass: bool) -> None:
        super().__init__(what)
        self.hint = hint
        self.path = path
        self.may_pass = may_pass


class PausedError(TryAgainError):
    """The run was paused while a request was on its way. The next try begins with the end of the pause, and is free."""

    def __init__(self) -> None:
        super().__init__("The run was paused.")


class LockedError(TryAgainError):
    """423: the server still holds the upload for an earlier request."""


class DatabaseDownError(TryAgainError):
    """The database does not answer, or cannot write now; the row is written later.

    Args:
        what: What happened, and why.
        is_full: Whether it answered that all its connections are in use.
    """

    def __init__(self, what: str, *, is_full: bool = False) -> None:
        super().__init__(what)
        self.is_full = is_full

    @property
    def remedy(self) -> str:
        """What a person can do about it, as an imperative without a full stop."""
        if self.is_full:
            return "Close other connections to it, or name its pooler's address in DATABASE_URL"
        return "Start the database (a free Supabase project falls asleep)"


class LessonFailedError(KuploadError):
    """This lesson is not done and trying again at once would not help; the others go on."""

    @classmethod
    def given_up(cls, error: TryAgainError, retries: int) -> LessonFailedError:
        """What the last failure becomes when its retries, or the wait that it asked for, have come to their end."""
        passing = isinstance(error, ThrottledError | LockedError)
        after = "Given up." if passing else f"Given up after {retries} retries without progress."
        goes_on = "Run the same command again: it goes on where it was."
        hint = error.hint if isinstance(error, TooLargeError) else goes_on
        return cls(f"{error.what} {after}", hint, request_id=error.request_id)


class AbsentError(LessonFailedError):
    """404 or 410: Kinescope has no such thing."""


class FileChangedError(LessonFailedError):
    """The file was seen, and it is not the one that its upload was begun for."""


class InDoubtError(LessonFailedError):
    """What is right cannot be told from here, so nothing was touched."""


class FileOutdatedError(InDoubtError):
    """A lesson's file is not what was uploaded for it, or nothing proves that it is."""


class LessonLostError(KuploadError):
    """Another machine has taken over this lesson, or may at any moment: nothing more is done or written of it here."""


class BatchStoppedError(KuploadError):
    """Nothing in this batch can succeed until a person acts."""


class UsageError(KuploadError):
    """An option, a setting or a file of the user's is wrong."""


class MissingSettingsError(UsageError):
    """Settings are not there without which a command cannot begin.

    Args:
        settings: The variable of each, and what it is and where it comes from.
        hint: What to do now.
    """

    def __init__(self, settings: Iterable[tuple[str, str]], hint: str) -> None:
        self.settings = tuple(settings)
        super().__init__("; ".join(f"{name} is not set: {meaning}" for name, meaning in self.settings) + ".", hint)


class InterruptedRunError(KuploadError):
    """The run was asked to stop; everything is resumable."""
