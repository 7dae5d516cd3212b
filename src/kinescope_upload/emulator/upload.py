"""A Tus resource: the upload of one video."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from kinescope_upload.emulator.errors import TusRefusal
from kinescope_upload.emulator.received import ReceivedBytes

__all__ = ["Upload"]


@dataclass(slots=True, kw_only=True)
class Upload:
    """The upload of a video; its offset is the size of what was received.

    `deadline` (monotonic seconds) is the moment after which it cannot be resumed; `expires_at` (UTC) is the same
    moment where answers tell it. `carrier` is the connection that carried its latest PATCH. `gone_status` is how
    requests are answered once it is gone; None: as the service is set.
    """

    id: str
    video_id: str
    length: int
    metadata: str
    bytes: ReceivedBytes
    gone: bool = False
    gone_status: int | None = None
    carrier: object = None
    deadline: float | None = None
    expires_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def offset(self) -> int:
        """How many bytes of it are kept."""
        return self.bytes.size

    @property
    def is_complete(self) -> bool:
        """Whether every byte is there."""
        return self.offset == self.length

    def headers(self) -> Mapping[str, str]:
        """Return what answers about it carry."""
        headers = {"Upload-Offset": str(self.offset)}
        if self.expires_at is not None and not self.is_complete:
            headers["Upload-Expires"] = format_datetime(self.expires_at, usegmt=True)
        return headers

    @asynccontextmanager
    async def held(self, patience: float) -> AsyncIterator[None]:
        """Hold its lock; wait for it no longer than `patience` seconds.

        Raises:
            TusRefusal: Another request holds it still.
        """
        try:
            async with asyncio.timeout(patience):
                await self.lock.acquire()
        except TimeoutError:
            raise TusRefusal(423, "upload is locked by another request") from None
        try:
            yield
        finally:
            self.lock.release()
