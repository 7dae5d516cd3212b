"""Uploads every file of a folder with another Python library, or as the old system did.

`python -m benchmarks.peer tuspy|aiotus|one_patch FOLDER URL JOBS`. Each is used as its documentation shows, with
retries; what fails is left, as it would be.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

_CHUNK: Final = 8 * 1024 * 1024
_RETRIES: Final = 100


def _metadata(path: Path) -> dict[str, str]:
    return {"init_id": str(uuid.uuid4()), "parent_id": "folder", "filename": path.name}


def tuspy(files: Sequence[Path], url: str, jobs: int) -> None:
    """Uploads with tuspy, by threads."""
    from tusclient.client import TusClient  # noqa: PLC0415 - each run needs one of them

    client = TusClient(f"{url}/v2/init")

    def upload(path: Path) -> None:
        with suppress(Exception):
            client.uploader(
                str(path), chunk_size=_CHUNK, metadata=_metadata(path), retries=_RETRIES, retry_delay=1
            ).upload()

    with ThreadPoolExecutor(jobs) as threads:
        list(threads.map(upload, files))


def aiotus(files: Sequence[Path], url: str, jobs: int) -> None:
    """Uploads with aiotus, by tasks."""
    import aiotus as library  # noqa: PLC0415 - as above

    retries = library.RetryConfiguration(retry_attempts=_RETRIES, max_retry_period_seconds=1)

    async def upload(path: Path, places: asyncio.Semaphore) -> None:
        metadata = {name: value.encode() for name, value in _metadata(path).items()}
        async with places:
            with path.open("rb") as file:
                await library.upload(f"{url}/v2/init", file, metadata, config=retries)

    async def upload_all() -> None:
        places = asyncio.Semaphore(jobs)
        await asyncio.gather(*(upload(path, places) for path in files), return_exceptions=True)

    asyncio.run(upload_all())


def one_patch(files: Sequence[Path], url: str, _jobs: int) -> None:
    """Uploads one file at a time, each by one PATCH, without going on after a break."""
    import httpx  # noqa: PLC0415 - as above

    with httpx.Client(timeout=None) as client:
        for path in files:
            with suppress(httpx.HTTPError, KeyError):
                _send_whole(client, path, url)


def _send_whole(client: httpx.Client, path: Path, url: str) -> None:
    pairs = (f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in _metadata(path).items())
    size = str(path.stat().st_size)
    head = {"Tus-Resumable": "1.0.0", "Upload-Length": size, "Upload-Metadata": ",".join(pairs)}
    place = client.post(f"{url}/v2/init", headers=head).headers["location"]
    patch = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": size,
    }
    with path.open("rb") as file:
        client.patch(place, content=file, headers=patch)


_PEERS: Final[dict[str, Callable[[Sequence[Path], str, int], None]]] = {
    "tuspy": tuspy,
    "aiotus": aiotus,
    "one_patch": one_patch,
}

if __name__ == "__main__":
    _name, _folder, _url, _number = sys.argv[1:]
    _PEERS[_name](sorted(path for path in Path(_folder).rglob("*") if path.is_file()), _url, int(_number))
