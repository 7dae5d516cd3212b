"""A small model of everything around the driver of an upload: Kinescope, the disk, a file that changes, and faults.

The driver is the one that ships. The model answers its ports as the batch does, with the real errors and events.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from kinescope_upload.errors import (
    FileChangedError,
    FileUnreadableError,
    ForeignAnswerError,
    InDoubtError,
    LessonFailedError,
    ThrottledError,
    TooLargeError,
    TryAgainError,
    UnreachableError,
)
from kinescope_upload.model import VideoFile
from kinescope_upload.policy.absence import LOOKS
from kinescope_upload.upload import Dialect, Record, SentPart, Stage, Video, marked_description
from kinescope_upload.upload.driver import Driver
from kinescope_upload.upload.events import (
    AlreadyExists,
    ChunkRefused,
    Created,
    Event,
    InitUnanswered,
    LengthReached,
    Linked,
    OffsetAccepted,
    OffsetLost,
    OffsetRefused,
    OffsetUnknown,
    UploadGone,
)
from kinescope_upload.upload.marks import bears_mark
from kinescope_upload.upload.ports import DriverOptions, Ports, UploadTask
from kinescope_upload.upload.table import advance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

    from kinescope_upload.upload.steps import SendChunk

T = TypeVar("T")

NOW: Final = datetime(2024, 5, 1, 12, tzinfo=UTC)
HEAD: Final = 3
"""How many bytes tell a file from others of its size and time, in place of `HEAD_BYTES`."""
ORPHAN_WAIT: Final = 5.0
RETRIES: Final = 3
LARGEST_CHUNK: Final = 7
MOST_MOMENTS: Final = 3000
VERSION_NS: Final = 10**10
"""What a change moves the file's time by: more than a file system does by itself."""
LATEST: Final = 20
"""Seconds after its request that a creation may come true: longer than both looks take, shorter than the last wait."""
_REPLACED: Final = "the file has changed since its upload began"
MAY_BE_DROPPED: Final = {
    _REPLACED,
    "Kinescope does not tell how much of the upload it has",
}


class ProcessDiedError(BaseException):
    """The process is no more; the disk is as it was left."""


class PromiseBrokenError(AssertionError):
    """What must never happen has happened."""


def must(holds: object, claim: str) -> None:
    if not holds:
        raise PromiseBrokenError(claim)


@dataclass(kw_only=True)
class Weather:
    """What goes wrong, and when: nothing while it is calm."""

    random: Random
    moments: int
    """How many things may happen before it is calm."""

    @property
    def is_calm(self) -> bool:
        return self.moments <= 0

    def strikes(self, probability: float) -> bool:
        return not self.is_calm and self.random.random() < probability

    def upto(self, most: int) -> int:
        return self.random.randint(0, most)


@dataclass(kw_only=True)
class RemoteVideo:
    """A video on the model's Kinescope; its id is its upload URL, too."""

    id: str
    length: int
    created_at: datetime
    title: str = "t"
    mark: str | None = None
    parent_id: str = "p"
    received: int = 0
    versions: set[int] = field(default_factory=set)
    takes_bytes: bool = True
    is_deleted: bool = False
    is_lost: bool = False
    """Whether its offset was lost: it is to be dropped."""
    is_ours: bool = True
    status: str | None = None
    md5: str | None = None

    @property
    def is_complete(self) -> bool:
        return self.received == self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Which histories are played.

    Attributes:
        dialects: Those that runs may use.
        file_changes: Whether the file may change.
        times_change: Whether its time may change alone.
        comes_late: Whether a creation may come true after both looks.
        drops_descriptions: Whether Kinescope keeps no descriptions.
        files_move: Whether between two runs the file may be moved, or another of equal size and time be taken for it.
    """

    dialects: tuple[Dialect, ...]
    file_changes: bool = False
    times_change: bool = False
    comes_late: bool = False
    drops_descriptions: bool = False
    files_move: bool = False


@dataclass(kw_only=True)
class Server:
    """Kinescope, as small as can be."""

    weather: Weather
    setting: Setting
    clock: datetime = NOW
    videos: list[RemoteVideo] = field(default_factory=list)
    late: list[tuple[datetime, Record]] = field(default_factory=list)
    refuses_head: bool = False
    hides_offset: bool = False
    hop_limit: int = LARGEST_CHUNK
    """Bytes of the largest request that somebody on the way takes."""
    keeps_whole: bool = False
    """Whether somebody on the way passes on whole requests only."""
    refused_chunks: int = 0
    taken: set[str] = field(default_factory=set)
    sent_again: int = 0
    in_flight: int = 0
    came_late: int = 0
    could_go_on: bool = False
    dropped: RemoteVideo | None = None
    strays: Counter[str] = field(default_factory=Counter)
    """Of each place, answers in a row that somebody else gave."""
    said_absent: int = 0
    foreign: int = 0
    """Requests that somebody else answered."""

    def strays_at(self, place: str) -> bool:
        """Whether somebody between says that what is asked for is absent; never as often as proves it."""
        if self.strays[place] < LOOKS - 1 and self.weather.strikes(0.15):
            self.strays[place] += 1
            self.said_absent += 1
            return True
        return False

    def shown(self, video_id: str | None) -> RemoteVideo | None:
        """The video with this id, among them one whose deletion has not come through yet."""
        return next((video for video in self.videos if video.id == video_id), None)

    def create(self, record: Record) -> Event:
        if record.video_id in self.taken:
            return AlreadyExists()
        chosen = record.video_id or f"server-{len(self.videos)}-{self.clock.timestamp():.0f}"
        self.taken.add(chosen)
        self.videos.append(RemoteVideo(id=chosen, length=record.size, created_at=self.clock, mark=record.mark))
        return Created(upload_url=chosen, video_id=None if record.video_id else chosen)

    def tell_offset(self, record: Record) -> Event:
        video = self.shown(record.upload_url)
        if not video or not video.takes_bytes or self.strays_at("upload"):
            return UploadGone()
        return OffsetRefused() if self.refuses_head else _held(video)

    def take(self, step: SendChunk, record: Record, version: int) -> Event:
        video = self.shown(record.upload_url)
        if not video or not video.takes_bytes or self.strays_at("upload"):
            return UploadGone()
        if step.length > self.hop_limit:
            self.refused_chunks += 1
            return ChunkRefused()
        if step.offset != video.received:
            return self._contradict(step, record, video)
        stored = self.weather.upto(step.length) if self.weather.strikes(0.2) else step.length
        if self.keeps_whole and stored < step.length:
            stored = 0
        video.received += stored
        if stored:
            video.versions.add(version)
        if stored < step.length:
            raise UnreachableError("The connection broke.")
        return _held(video)

    def _contradict(self, step: SendChunk, record: Record, video: RemoteVideo) -> Event:
        self.sent_again += max(0, min(video.received, step.offset + step.length) - step.offset)
        must(self.sent_again <= self.in_flight, "more bytes were sent again than had been in flight")
        if self.hides_offset:
            video.is_lost = record.offset_refused
            return OffsetLost() if record.offset_refused else OffsetUnknown()
        return _held(video)

    def held(self, upload_url: str) -> int:
        video = self.shown(upload_url)
        return video.received if video else 0

    def move(self, video_id: str, parent_id: str) -> None:
        if video := self.shown(video_id):
            must(video.is_ours, "a video of somebody else's was moved")
            video.parent_id = parent_id

    def delete(self, video_id: str) -> bool:
        video = self.shown(video_id)
        if video and self.strays_at("video"):
            return False
        self.strays["video"] = 0
        if video:
            must(video.is_ours, "a video of somebody else's was deleted")
            must(not video.is_complete, "a complete video was deleted")
            self.could_go_on = video.takes_bytes and video.received > 0
            self.dropped = video
            video.is_deleted, video.takes_bytes = True, False
        if not self.weather.strikes(0.3):
            self.come_through()
        return video is not None

    def check_removal(self, reason: str) -> None:
        """Called after a deletion with what the driver says of it."""
        must(not self.could_go_on or reason in MAY_BE_DROPPED, "an upload that could go on was dropped")

    def come_through(self) -> None:
        """Deletions take effect."""
        self.videos = [video for video in self.videos if not video.is_deleted]

    def pass_time(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)
        if not self.weather.strikes(0.3):
            self.come_through()
        for due, record in [late for late in self.late if late[0] <= self.clock]:
            self.late.remove((due, record))
            self.came_late += isinstance(self.create(record), Created)

    def change(self) -> None:
        """What happens to a server by itself."""
        for video in self.videos:
            if self.weather.strikes(0.02):
                video.takes_bytes = False
        if self.weather.strikes(0.03):
            self.refuses_head = not self.refuses_head
        if self.weather.strikes(0.03):
            self.hop_limit = 1 + self.weather.upto(LARGEST_CHUNK)
        if self.weather.strikes(0.03):
            self.keeps_whole = not self.keeps_whole
        if self.weather.strikes(0.03):
            self.hides_offset = not self.hides_offset

    def show(self, video: RemoteVideo) -> Video:
        """The video as the API describes it: it tells size and MD5 only when everything is there."""
        says_all = video.is_complete and not self.weather.strikes(0.3)
        complete = "done" if says_all else "processing"
        md5 = video.md5 or (md5_of(*video.versions) if len(video.versions) == 1 else "mixed")
        return Video(
            id=video.id,
            title=video.title,
            status=video.status or (complete if video.is_complete else "pending"),
            description=marked_description(video.mark) if video.mark and not self.setting.drops_descriptions else "",
            created_at=video.created_at,
            size=video.length if says_all else None,
            md5=md5 if says_all else None,
        )


def md5_of(version: int) -> str:
    return f"md5 of version {version}"


def md5_of_part(version: int, length: int) -> str:
    return f"md5 of {length} bytes of version {version}"


def _place(file: VideoFile) -> tuple[str, int]:
    return file.path, file.modified_ns


def _held(video: RemoteVideo) -> Event:
    return LengthReached(md5=None) if video.is_complete else OffsetAccepted(offset=video.received)


@dataclass(kw_only=True)
class World:
    """What outlives a process: the server, the file, the progress file, the lesson's row."""

    weather: Weather
    setting: Setting
    file: VideoFile
    server: Server
    saved: Record | None = None
    row: str | None = None
    ids: int = 0
    happened: int = 0
    away: int = 0
    """Looks at the file for which the library is away still."""
    was_away: int = 0
    sizes: list[int] = field(default_factory=list)
    """Of the versions of the file's content."""
    versions: dict[tuple[str, int], int] = field(default_factory=dict)
    """Of each path and time that the file had, the version of its content."""
    shifts: int = 0
    rewrites: int = 0
    others: int = 0
    swaps: int = 0

    def moment(self, seconds: float = 1) -> None:
        """Something happens; so may other things."""
        self._count()
        if not self.weather.is_calm:
            self.weather.moments -= 1
            if self.weather.is_calm:
                raise ProcessDiedError
        self.server.pass_time(seconds)
        self.server.change()
        if self.setting.file_changes and self.weather.strikes(0.04):
            self.change_file(self.weather.random.randint(1, 150))
        if self.setting.times_change and self.weather.strikes(0.04):
            self.shift_time()
        if self.weather.strikes(0.03):
            self.away = self.weather.random.randint(1, 4)

    def look_at_file(self) -> None:
        """Raises while the library is away."""
        if self.away and not self.weather.is_calm:
            self.away -= 1
            self.was_away += 1
            raise FileUnreadableError("The file cannot be read.", path=self.file.path, may_pass=True)

    def _count(self) -> None:
        self.happened += 1
        must(self.happened < MOST_MOMENTS, "the driver does not come to its end")

    def change_file(self, size: int) -> None:
        self._become_file(size, VERSION_NS)
        self.sizes.append(size)
        self.versions[_place(self.file)] = len(self.sizes) - 1

    def rewrite(self) -> None:
        """Another content of the same size; within what a file system does to times where the MD5 can tell."""
        saved = self.saved
        is_known = saved and saved.upload_url and saved.sent_bytes >= self.server.held(saved.upload_url)
        self._become_file(self.file.size, 1 if is_known and self.weather.random.random() < 0.5 else VERSION_NS)
        self.sizes.append(self.file.size)
        self.versions[_place(self.file)] = len(self.sizes) - 1
        self.rewrites += 1

    def shift_time(self) -> None:
        """The same content with another time, by more than file systems do it."""
        version = self.version
        self._become_file(self.file.size, VERSION_NS)
        self.versions[_place(self.file)] = version
        self.shifts += 1

    def move(self, apart: int) -> None:
        """The same content at another path; copying may change its time."""
        version = self.version
        self._become_file(self.file.size, apart, path=f"c/{len(self.versions)}.mp4")
        self.versions[_place(self.file)] = version

    def take_other(self, apart: int) -> None:
        """Another content of the same size at another path, which is taken for the file that was sent from here."""
        self._become_file(self.file.size, apart, path=f"d/{len(self.versions)}.mp4")
        self.sizes.append(self.file.size)
        self.versions[_place(self.file)] = len(self.sizes) - 1
        self.others += 1

    def swap(self) -> None:
        """Another content of the same size and time at the same path; before a row is written the batch looks, too."""
        if self.saved and self.saved.stage is Stage.UPLOADED:
            return
        self.sizes.append(self.file.size)
        self.versions[_place(self.file)] = len(self.sizes) - 1
        self.swaps += 1

    @property
    def version(self) -> int:
        """Of the file's content."""
        return self.versions[_place(self.file)]

    def _become_file(self, size: int, later: int, path: str | None = None) -> None:
        self.file = VideoFile(path=path or self.file.path, size=size, modified_ns=self.file.modified_ns + later)

    def save(self, record: Record) -> None:
        """Writes the record, unless the process dies before or after."""
        self._count()
        self._may_die()
        self.saved = replace(record, offset_confirmed=False, offset_refused=False)
        self._may_die()

    def _may_die(self) -> None:
        if self.weather.strikes(0.03):
            raise ProcessDiedError

    def new_id(self) -> str:
        self.ids += 1
        return f"ours-{self.ids}"

    def run(self, dialect: Dialect) -> Record:
        """One run's work on the lesson, as a batch does it.

        Raises:
            ProcessDiedError: It dies on the way.
            LessonFailedError: It gives the lesson up; its record says why.
        """
        return Run(world=self, dialect=dialect).to_its_end()


@dataclass(kw_only=True)
class Run:
    """One process, with the ports of its driver."""

    world: World
    dialect: Dialect
    file: VideoFile = field(init=False)
    is_alone: bool = False
    is_open: bool = False
    tries: int = 0
    sent: int = 0
    most: int = LARGEST_CHUNK
    hashed: int = 0
    driver: Driver = field(init=False)

    def __post_init__(self) -> None:
        self.file = self.world.file
        task = UploadTask(
            lesson_id="c_001", course="c", file=self.file, parent_id="p", title="t", record=self.world.saved
        )
        options = DriverOptions(dialect=self.dialect, orphan_wait=ORPHAN_WAIT, retries=RETRIES)
        self.driver = Driver(task, options, self.ports())

    def to_its_end(self) -> Record:
        try:
            record = self.driver.upload()
        except LessonFailedError as error:
            must(self.world.saved and self.world.saved.failure, "a lesson failed, and its record does not say so")
            raise error from None
        return self.link(record)

    def link(self, record: Record) -> Record:
        must(self.world.row in {None, record.video_id}, "a row that points elsewhere would be overwritten")
        self.world.row = record.video_id
        linked = advance(record, Linked(at=self.world.server.clock))
        self.world.save(linked)
        return linked

    def ports(self) -> Ports:
        world, server = self.world, self.world.server
        return Ports(
            create=self.create,
            ask_offset=self.ask_offset,
            send=self.send,
            terminate=lambda _: self.answer(lambda: None),
            video=lambda video_id: self.answer(lambda: self.named(video_id)),
            videos_with_text=self.with_text,
            newest_videos=self.newest,
            move=lambda video_id, parent_id: self.answer(lambda: server.move(video_id, parent_id)),
            hear=lambda _: self.answer(lambda: None),
            delete=lambda video_id: self.answer(lambda: server.delete(video_id)),
            removed=lambda _video_id, reason: self.check_removal(reason),
            known_ids=lambda: {world.saved.video_id} if world.saved else set(),
            part=self.part,
            md5_of_first=self.md5_of_first,
            head_md5=self.head_md5,
            md5=self.md5,
            duration=lambda: 12.5,
            chunk_size=lambda _: self.most,
            shrink=self.shrink,
            too_large=lambda _record, _step: TooLargeError("Somebody takes no request.", is_of_host=True),
            save=world.save,
            tell=self.tell,
            open_file=self.open_file,
            alone=self.alone,
            call=self.call,
            progressed=self.progressed,
            check=lambda: None,
            wait=lambda seconds: world.moment(max(0.0, seconds)),
            utc_now=lambda: server.clock,
            new_id=world.new_id,
        )

    def call(self, attempt: Callable[[], None]) -> None:
        self.tries = 0
        while True:
            try:
                return attempt()
            except FileUnreadableError:  # as batch/library_gate.py does
                if self.world.weather.strikes(0.1):
                    raise LessonFailedError("The file has vanished.") from None
            except TryAgainError:
                self.tries += 1
                if self.tries > RETRIES:
                    raise

    def shrink(self, _record: Record, step: SendChunk) -> bool:
        """As batch/lesson.py does it; one byte is the smallest chunk here."""
        must(step.length <= self.most, "a chunk grew past what did not get through")
        self.most = max(1, step.length // 2)
        return step.length > 1

    def progressed(self) -> None:
        self.tries = 0

    def answer(self, request: Callable[[], T]) -> T:
        """The answer, unless the request or its answer is lost."""
        weather = self.world.weather
        self.world.moment()
        if weather.strikes(0.04):
            raise UnreachableError("No connection.", was_sent=False)
        if weather.strikes(0.04):
            raise UnreachableError("The connection broke.")
        if weather.strikes(0.04):
            self.world.server.foreign += 1
            raise ForeignAnswerError("A portal answered.")
        answer = request()
        if weather.strikes(0.1):
            raise UnreachableError("The connection broke.")
        return answer

    def create(self, record: Record) -> Event:
        saved = self.world.saved
        facts = (record.video_id, record.mark, record.attempted_at)
        must(saved and (saved.video_id, saved.mark, saved.attempted_at) == facts, "created, and not on disk before")
        must(record.attempted_at, "created, and no time is known")
        must(record.video_id or record.mark, "created, and nothing tells whose it is")
        must(self.is_alone or record.dialect is Dialect.TUS, "a creation was not kept apart")
        try:
            return self.answer(lambda: self.meet_creation(record))
        except UnreachableError as error:  # as kinescope/tus_client.py does
            if record.dialect is Dialect.JSON and error.was_sent:
                return InitUnanswered()
            raise

    def meet_creation(self, record: Record) -> Event:
        server, weather = self.world.server, self.world.weather
        if self.world.setting.comes_late and weather.strikes(0.3):
            server.late.append((server.clock + timedelta(seconds=weather.random.randint(1, LATEST)), record))
            if weather.strikes(0.3):
                raise ThrottledError("A gateway gave up waiting.", may_be_done=True)
            raise UnreachableError("The connection broke.")
        event = server.create(record)
        if weather.strikes(0.1):
            raise ThrottledError("A gateway gave up waiting.", may_be_done=True)
        return event

    def send(self, record: Record, step: SendChunk) -> Event:
        must(self.is_open, "bytes were sent of a file that is not open")
        self.check_unchanged()
        server = self.world.server
        server.in_flight += step.length
        self.sent = step.length
        self.hashed = max(self.hashed, step.offset + step.length)
        version = self.version
        return self.answer(lambda: server.take(step, record, version))

    def check_removal(self, reason: str) -> None:
        server, saved = self.world.server, self.world.saved
        server.check_removal(reason)
        if server.could_go_on and server.dropped and saved and reason == _REPLACED:
            is_same = server.dropped.versions == {self.world.version} and server.dropped.length == self.world.file.size
            is_known = saved.sent_bytes >= server.dropped.received and not server.dropped.is_lost
            must(not (is_same and is_known), "an upload was dropped although the MD5 of what was sent is the file's")

    def part(self) -> SentPart:
        must(self.is_open, "a file that is not open was asked for")
        return SentPart(file=self.file, length=self.hashed, md5=self._md5_of_first(self.hashed))

    def head_md5(self) -> str:
        return self.md5_of_first(min(HEAD, self.file.size))

    def md5_of_first(self, length: int) -> str:
        must(self.is_open, "a file that is not open was hashed")
        self.world.look_at_file()
        self.hashed = max(self.hashed, length)
        return self._md5_of_first(length)

    def _md5_of_first(self, length: int) -> str:
        is_all = length == self.world.sizes[self.version]
        return md5_of(self.version) if is_all else md5_of_part(self.version, length)

    @property
    def version(self) -> int:
        return self.world.versions[_place(self.file)]

    def ask_offset(self, record: Record) -> Event:
        self.sent = 0
        return self.answer(lambda: self.world.server.tell_offset(record))

    def tell(self, _before: Record, event: Event, _after: Record) -> None:
        """Bytes are no longer in flight when it is on disk what became of them."""
        if isinstance(event, OffsetAccepted | LengthReached):
            self.world.server.strays["upload"] = 0
        if not isinstance(event, OffsetUnknown):
            self.world.server.in_flight -= self.sent
            self.sent = 0

    def named(self, video_id: str) -> Video | None:
        server = self.world.server
        video = server.shown(video_id)
        if video and server.strays_at("video"):
            return None
        server.strays["video"] = 0
        return server.show(video) if video else None

    def with_text(self, text: str) -> Iterable[Video]:
        """A search that may be late."""
        must(self.is_alone, "a look was not kept apart")
        strikes = self.world.weather.strikes
        return [v for v in self.answer(self.all_shown) if bears_mark(v.description, text) and not strikes(0.3)]

    def newest(self, parent_id: str) -> Iterable[Video]:
        must(parent_id == "p", "another folder was looked into")
        must(self.is_alone, "a look was not kept apart")
        return list(reversed(self.answer(self.all_shown)))

    def all_shown(self) -> list[Video]:
        return [self.world.server.show(video) for video in self.world.server.videos]

    def md5(self) -> str:
        must(self.is_open, "a file that is not open was hashed")
        if self.world.weather.strikes(0.3):
            self.check_unchanged()  # it hashes what it has not sent
        self.hashed = self.file.size
        return md5_of(self.version)

    def check_unchanged(self) -> None:
        """As library/source.py does it."""
        self.world.look_at_file()
        if self.world.file.size != self.file.size or self.world.version != self.version:
            raise FileChangedError("The file has changed.")
        self.file = self.world.file

    @contextmanager
    def open_file(self) -> Iterator[None]:
        self.call(self.check_unchanged)
        self.is_open = True
        yield
        self.is_open = False

    @contextmanager
    def alone(self, record: Record) -> Iterator[None]:
        must(record.dialect is Dialect.JSON or record.lost_marks, "an upload with an id of ours waits for others")
        self.is_alone = True
        try:
            yield
        finally:
            self.is_alone = False


def make_world(random: Random, setting: Setting, *, moments: int, size: int = 20) -> World:
    weather = Weather(random=random, moments=moments)
    server = Server(weather=weather, setting=setting)
    return World(
        weather=weather,
        setting=setting,
        file=VideoFile(path="c/001.mp4", size=size, modified_ns=1),
        server=server,
        sizes=[size],
        versions={("c/001.mp4", 1): 0},
    )


def is_in_doubt(error: LessonFailedError) -> bool:
    return isinstance(error, InDoubtError)
