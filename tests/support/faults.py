"""The fault matrix's rows: what goes wrong, and how a run is to end because of it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kinescope_upload.emulator import Action, Break, Direction, Fault, Route
from support.disks import DAY, ChangingDisk, FailingDisk, redate
from support.world import KIB, World, content_of

if TYPE_CHECKING:
    from kinescope_upload.library.disk import Disk

__all__ = ["DIALECTS", "ROWS", "Row"]

DIALECTS = ("tus", "json")
CHUNK = 256 * KIB
_PAGE = Fault(
    route=Route.INIT, action=Action.INTERCEPT, message="<title>Log in</title>", headers=(("Server", "nginx"),)
)
_AS_JSON = (("Content-Type", "application/json"),)
_PAGES = (
    *(replace(_PAGE, status=status) for status in (200, 403, 404, 410, 502)),
    replace(_PAGE, status=302, headers=(("Location", "https://login.example/"),)),
    replace(_PAGE, status=403, message='{"blocked": true}', headers=_AS_JSON),
    replace(_PAGE, status=200, message='{"data": {}}', headers=_AS_JSON),
    replace(_PAGE, status=200, message="", headers=_AS_JSON),
)
"""What others answer: portals, firewalls, gateways, a redirect to a login page, JSON of another form, nothing."""

Arrange = Callable[[World], None]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault.

    Attributes:
        name: What goes wrong.
        arrange: Makes it go wrong.
        exits: The exit code of each run; between runs everything is healed.
        cuts: How many transfers lose what was in flight.
        dialects: Where it can happen.
        changes_files: Whether files get another content: their complete videos are for a person to judge.
        takes_seconds: Whether kupload waits for seconds; `make test` plays it in one dialect.
    """

    name: str
    arrange: Arrange
    exits: tuple[int, ...] = (0,)
    cuts: int = 0
    dialects: tuple[str, ...] = DIALECTS
    changes_files: bool = False
    takes_seconds: bool = False


def _service(fault: Fault, **settings: int) -> Arrange:
    def arrange(world: World) -> None:
        world.emulator.faults.add(fault, *[replace(fault) for _ in range(settings.get("more", 0))])

    return arrange


def _pages(*routes: Route, skip: int = 0) -> Arrange:
    """Somebody on the way answers each of these requests in turn as portals, firewalls, gateways and proxies do."""

    def arrange(world: World) -> None:
        world.options["retries"] = len(_PAGES) + 1  # one lesson may meet all of them
        world.environment["KUPLOAD_RETRY_BASE"] = "0.005"
        for route in routes:
            world.emulator.faults.add(*(replace(page, route=route, skip=skip) for page in _PAGES))

    return arrange


def _both(*arrangements: Arrange) -> Arrange:
    def arrange(world: World) -> None:
        for one in arrangements:
            one(world)

    return arrange


def _cut(after: int, by: Break, times: int) -> Arrange:
    return lambda world: world.link.cut(after=after, by=by, times=times)


def _answers_lost(times: int) -> Arrange:
    return lambda world: world.link.cut(after=0, by=Break.RST, direction=Direction.DOWN, times=times)


def _with_disk(make: Callable[[], Disk], **options: str) -> Arrange:
    def arrange(world: World) -> None:
        world.disk = make()
        world.options.update(options)

    return arrange


def _rewrite(path: str) -> None:
    """Another content of the same size."""
    file = Path(path)
    file.write_bytes(content_of(file.stat().st_size, seed=f"again {path}"))
    redate(file, by=5 * DAY)


def _in_large_chunks(world: World) -> None:
    world.options["chunk_size"] = "512KiB"


def _date(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _rows_of_init() -> list[Row]:
    def answered(status: int, *, code: int | None = None, times: int = 1, **headers: str) -> Arrange:
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return _service(Fault(route=Route.INIT, status=status, code=code, times=times, headers=named))

    lost = _service(Fault(route=Route.INIT, action=Action.LOSE_ANSWER))
    # A test of the right to delete names no title.
    delete_lost = _service(Fault(route=Route.VIDEO_DELETE, action=Action.LOSE_ANSWER, match="Урок"))
    return [
        Row(name="the answer to init is lost", arrange=lost),
        Row(name="the answers to three inits are lost", arrange=_both(lost, lost, lost)),
        Row(name="the answers to init and to the delete are lost", arrange=_both(lost, delete_lost)),
        Row(name="init is dropped before it is done", arrange=_service(Fault(route=Route.INIT, action=Action.DROP))),
        Row(name="init meets 500 twice", arrange=answered(500, times=2)),
        Row(name="init meets 502", arrange=answered(502)),
        Row(name="init meets 503", arrange=answered(503)),
        Row(name="init meets 408", arrange=answered(408)),
        Row(name="init meets 503 with Retry-After in seconds", arrange=answered(503, Retry_After="0")),
        Row(name="init meets 429 with Retry-After in seconds", arrange=answered(429, times=4, Retry_After="0")),
        Row(name="init meets 429 with Retry-After as a date", arrange=answered(429, Retry_After=_date(-5))),
        Row(name="init meets 429 without Retry-After", arrange=answered(429, times=5)),
        Row(name="init is refused for one video", arrange=answered(400, code=400400), exits=(1, 0)),
        Row(name="one file is too large for the plan", arrange=answered(413), exits=(1, 0)),
        Row(name="one title fails the validation", arrange=answered(422, code=402402), exits=(1, 0)),
        Row(name="the token is refused", arrange=answered(401, code=100102, times=4), exits=(3, 0)),
        Row(name="payment is required", arrange=answered(402, times=4), exits=(3, 0)),
        Row(name="the money is used up", arrange=answered(400, code=400207, times=4), exits=(3, 0)),
        Row(name="the token may not upload", arrange=answered(403, code=100103, times=4), exits=(3, 0)),
        Row(name="init fails until the retries are used up", arrange=answered(500, times=4 * 4), exits=(1, 0)),
    ]


def _stray_head(status: int, times: int = 1) -> Arrange:
    return _service(Fault(route=Route.HEAD, status=status, times=times))


_TOO_LARGE = Fault(route=Route.PATCH, action=Action.INTERCEPT, status=413, match="004_")
_INVALID_AS_402 = _service(Fault(route=Route.INIT, status=402, code=402402))


def _rows_of_patch() -> list[Row]:
    def on_patch(action: Action, *, skip: int = 1, **facts: int) -> Arrange:
        return _service(Fault(route=Route.PATCH, action=action, skip=skip, **facts))  # type: ignore[arg-type]

    def answered(status: int, *, times: int = 1, **headers: str) -> Arrange:
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return _service(Fault(route=Route.PATCH, status=status, times=times, skip=1, headers=named))

    half = CHUNK // 2
    answer_to_900_lost = Fault(route=Route.PATCH, action=Action.LOSE_ANSWER, match="004_", skip=3)
    return [
        Row(name="a stray 404 meets a chunk", arrange=answered(404), cuts=1),
        Row(
            name="a stray 410 meets a chunk, and another one HEAD",
            arrange=_both(answered(410), _stray_head(410)),
            cuts=1,
        ),
        Row(
            name="the last answer is lost, 404 meets HEAD, and two looks at the video",
            arrange=_both(
                _service(answer_to_900_lost),
                _stray_head(404, times=3),
                _service(Fault(route=Route.VIDEO_GET, status=404, code=404404, times=2, match="004_")),
            ),
        ),
        Row(name="the answer to a chunk is lost", arrange=on_patch(Action.LOSE_ANSWER)),
        Row(
            name="the answer to every file's last chunk is lost",
            arrange=_service(Fault(route=Route.PATCH, action=Action.LOSE_ANSWER, times=4)),
        ),
        Row(name="half a chunk is stored, then the line drops", arrange=on_patch(Action.DROP, keep=half), cuts=1),
        Row(name="half a chunk is stored, then 500", arrange=on_patch(Action.PARTIAL, keep=half, status=500), cuts=1),
        Row(
            name="half a chunk is stored, and 204 says so",
            arrange=on_patch(Action.PARTIAL, keep=half, status=204),
            cuts=1,
        ),
        Row(name="nothing of a chunk is stored, then 500", arrange=on_patch(Action.PARTIAL, status=500), cuts=1),
        Row(name="a chunk meets 500", arrange=answered(500), cuts=1),
        Row(name="a chunk meets 429 with Retry-After", arrange=answered(429, times=4, Retry_After="0"), cuts=4),
        Row(name="a chunk meets 503 with Retry-After", arrange=answered(503, Retry_After="0"), cuts=1),
        Row(name="a chunk meets 409 with the offset", arrange=answered(409, Upload_Offset="0"), cuts=2),
        Row(name="a chunk meets 409 without the offset", arrange=answered(409), cuts=1),
        Row(name="the upload is locked for six requests", arrange=answered(423, times=6), cuts=6),
        Row(name="a chunk meets 413 on the way", arrange=_both(_service(_TOO_LARGE), _in_large_chunks), cuts=1),
        Row(name="a chunk arrives damaged", arrange=answered(460), cuts=1),
        Row(
            name="the token is revoked in mid-upload",
            arrange=_service(Fault(route=Route.PATCH, status=401, code=100102, times=8, skip=1)),
            exits=(3, 0),
            cuts=8,
        ),
        Row(name="the money runs out in mid-upload", arrange=answered(402, times=4), exits=(3, 0), cuts=4),
        Row(
            name="a chunk is forbidden",
            arrange=_service(Fault(route=Route.PATCH, status=403, times=2, match="003_")),
            exits=(1, 0),
            cuts=2,
        ),
        Row(
            name="a chunk meets 401 that says nothing of the token",
            arrange=_service(Fault(route=Route.PATCH, status=401, times=2, match="003_")),
            exits=(1, 0),
            cuts=2,
        ),
        Row(name="a chunk is forbidden without the token", arrange=answered(403), cuts=1),
        Row(name="one title fails the validation, under the status of payment", arrange=_INVALID_AS_402, exits=(1, 0)),
        Row(
            name="the upload expires in mid-chunk",
            arrange=_service(Fault(route=Route.PATCH, action=Action.EXPIRE, keep=CHUNK + half)),
            cuts=2,
        ),
    ]


def _rows_of_head() -> list[Row]:
    def refused(status: int) -> Row:
        head = Fault(route=Route.HEAD, status=status, times=None)
        return Row(
            name=f"the line breaks, and HEAD is refused by {status}",
            arrange=_both(_service(head), _service(Fault(route=Route.PATCH, status=500, skip=1))),
            cuts=2,
        )

    broken = _service(Fault(route=Route.PATCH, status=500, skip=1))
    no_offset = _service(Fault(route=Route.PATCH, status=409, skip=1))
    head_refused = _service(Fault(route=Route.HEAD, status=400, times=None))
    return [
        *(refused(status) for status in (400, 401, 403, 405, 501)),
        Row(
            name="the answer to HEAD is lost",
            arrange=_both(broken, _service(Fault(route=Route.HEAD, action=Action.LOSE_ANSWER))),
            cuts=1,
        ),
        Row(
            name="HEAD meets 503",
            arrange=_both(broken, _service(Fault(route=Route.HEAD, status=503))),
            cuts=1,
        ),
        Row(
            name="neither HEAD nor the conflict tells the offset",
            arrange=_both(head_refused, no_offset, no_offset),
            cuts=4,
        ),
    ]


def _rows_of_pages() -> list[Row]:
    """Somebody else answers, in every way, at each place."""
    broken = _service(Fault(route=Route.PATCH, status=500, skip=1))
    init_lost = _service(Fault(route=Route.INIT, action=Action.LOSE_ANSWER))
    look = (Route.VIDEO_GET, Route.VIDEO_LIST)
    return [
        Row(name="others answer init", arrange=_pages(Route.INIT)),
        Row(name="others answer chunks", arrange=_pages(Route.PATCH, skip=1), cuts=len(_PAGES)),
        Row(name="others answer HEAD", arrange=_both(broken, _pages(Route.HEAD)), cuts=1),
        Row(name="others answer the look for a video", arrange=_both(init_lost, _pages(*look)), takes_seconds=True),
        Row(
            name="others answer the deletion", arrange=_both(init_lost, _pages(Route.VIDEO_DELETE)), takes_seconds=True
        ),
    ]


def _rows_of_library() -> list[Row]:
    def away(calls: int, fails_at: str = "") -> Callable[[], Disk]:
        return lambda: FailingDisk(errno.EIO, calls=calls, fails_at=fails_at)

    return [
        Row(name="the library is away for a moment", arrange=_with_disk(away(8)), cuts=4),
        Row(
            name="the library stays away",
            arrange=_with_disk(away(1_000_000), max_outage="0.1s"),
            exits=(3, 0),
            cuts=4,
        ),
        Row(
            name="one file cannot be read",
            arrange=_with_disk(away(1_000_000, "004_"), retries="2"),
            exits=(1, 0),
            cuts=4,
        ),
        Row(name="the times of all files change while they are sent", arrange=_with_disk(lambda: ChangingDisk(redate))),
        Row(
            name="files are written to while they are sent",
            arrange=_with_disk(lambda: ChangingDisk(_rewrite)),
            exits=(1, 0),
            cuts=3,
            changes_files=True,
        ),
    ]


def _rows_of_line() -> list[Row]:
    return [
        Row(name="connections are cut by FIN", arrange=_cut(600 * KIB, Break.FIN, 3), cuts=3),
        Row(name="connections are cut by RST", arrange=_cut(600 * KIB, Break.RST, 3), cuts=3),
        Row(
            name="every connection is cut at its first byte", arrange=_cut(0, Break.RST, 10), cuts=4, takes_seconds=True
        ),
        Row(name="answers are lost on the way", arrange=_answers_lost(10), cuts=6, takes_seconds=True),
    ]


ROWS = (*_rows_of_init(), *_rows_of_patch(), *_rows_of_head(), *_rows_of_pages(), *_rows_of_library(), *_rows_of_line())
