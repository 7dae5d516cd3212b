"""The shipped driver, one fault at a time: what it gives up, what it refuses, and what it writes down before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.batch.run import CreationLocks
from kinescope_upload.errors import (
    ForeignAnswerError,
    InDoubtError,
    InterruptedRunError,
    LessonFailedError,
    LockedError,
    ThrottledError,
    UnreachableError,
)
from kinescope_upload.policy.absence import LOOKS
from kinescope_upload.upload import Dialect, Record, Stage
from kinescope_upload.upload.driver import Driver
from kinescope_upload.upload.events import ChunkRefused, Event, InitUnanswered, OffsetAccepted, UploadGone
from kinescope_upload.upload.ports import DriverOptions, Ports, UploadTask
from kinescope_upload.upload.steps import SendChunk
from support.model_world import (
    NOW,
    ORPHAN_WAIT,
    RETRIES,
    ProcessDiedError,
    PromiseBrokenError,
    RemoteVideo,
    Run,
    Setting,
    World,
    make_world,
    md5_of,
    md5_of_part,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_TUS: Final = Setting(dialects=(Dialect.TUS,))
_JSON: Final = Setting(dialects=(Dialect.JSON,))


def _world(setting: Setting = _TUS) -> World:
    return make_world(Random(0), setting, moments=0)


def _driver(world: World, change: Callable[[Ports], dict[str, object]] = lambda _: {}) -> Driver:
    """The driver of the next run, with some of its ports changed."""
    run = Run(world=world, dialect=world.setting.dialects[0])
    task = UploadTask(lesson_id="c_001", course="c", file=world.file, parent_id="p", title="t", record=world.saved)
    options = DriverOptions(dialect=run.dialect, orphan_wait=ORPHAN_WAIT, retries=RETRIES)
    ports = run.ports()
    return Driver(task, options, replace(ports, **change(ports)))  # type: ignore[arg-type] # any of the ports


def _saved(world: World) -> Record:
    assert world.saved is not None
    return world.saved


def _orphaned(world: World, **facts: object) -> Record:
    """A record of an earlier run that lost its upload; its video is `v`."""
    file = world.file
    record = Record(
        lesson_id="c_001",
        course="c",
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        parent_id="p",
        title="t",
        dialect=Dialect.TUS,
        video_id="v",
        stage=Stage.ORPHANED,
        attempted_at=NOW,
        upload_url="v",
        reason="the upload has expired on Kinescope",
    )
    world.saved = replace(record, **facts)  # type: ignore[arg-type] # some of its facts
    return world.saved


def _remote(world: World, *, complete: bool = True, **facts: object) -> RemoteVideo:
    size = world.file.size
    video = RemoteVideo(id="v", length=size, created_at=NOW, received=size if complete else 0, versions={0})
    for name, value in facts.items():
        setattr(video, name, value)
    video.takes_bytes = False
    world.server.videos.append(video)
    return video


# --- What is given up -----------------------------------------------------------------------------------------------


def test_a_server_that_takes_no_bytes_is_given_up_after_the_retries() -> None:
    world, sent = _world(), []

    def takes_none(_record: Record, step: SendChunk) -> Event:
        sent.append(step)
        return OffsetAccepted(offset=0)

    with pytest.raises(LessonFailedError, match=r"took none of the bytes .* after 3 retries without progress"):
        _driver(world, lambda _: {"send": takes_none}).upload()
    assert len(sent) == (RETRIES + 1) + RETRIES
    failure = _saved(world).failure
    assert failure is not None
    assert "took none of the bytes" in failure.reason


def test_a_server_that_loses_every_upload_is_given_up() -> None:
    world = _world()
    gone: dict[str, object] = {"send": lambda _record, _step: UploadGone(), "ask_offset": lambda _record: UploadGone()}
    with pytest.raises(LessonFailedError, match="lost its upload 6 times in one run"):
        _driver(world, lambda _: gone).upload()


def test_creations_that_nobody_answers_are_given_up() -> None:
    world = _world(_JSON)
    with pytest.raises(LessonFailedError, match="did not answer the request that creates the video"):
        _driver(world, lambda _: {"create": lambda _: InitUnanswered()}).upload()
    assert _saved(world).mark is not None


def test_setbacks_count_from_the_last_byte_that_moved() -> None:
    turns: list[SendChunk] = []
    told: list[int] = []

    def takes_every_third(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            turns.append(step)
            if len(turns) % 3:
                return OffsetAccepted(offset=record.offset)
            return ports.send(record, step)

        return {"send": send, "progressed": lambda: told.append(len(turns))}

    world = make_world(Random(0), _TUS, moments=0, size=70)
    assert _driver(world, takes_every_third).upload().stage is Stage.UPLOADED
    assert told == list(range(3, 31, 3)), "ten chunks"


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (ThrottledError("Slow down."), r"Slow down\. Given up\."),
        (LockedError("Held."), r"Held\. Given up\."),
        (UnreachableError("Broke."), r"Broke\. Given up after 3 retries without progress\."),
    ],
)
def test_what_was_tried_again_in_vain_is_said(error: Exception, after: str) -> None:
    def fails(_record: Record, _step: SendChunk) -> Event:
        raise error

    with pytest.raises(LessonFailedError, match=after):
        _driver(_world(), lambda _: {"send": fails}).upload()


def test_after_a_failed_request_the_offset_is_asked_for() -> None:
    world = _world()
    asked: list[int] = []
    broken: list[SendChunk] = []

    def breaks_once(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            if step.offset == 7 and not broken:
                broken.append(step)
                ports.send(record, step)
                raise UnreachableError("Broke.")
            return ports.send(record, step)

        def ask(record: Record) -> Event:
            asked.append(record.offset)
            return ports.ask_offset(record)

        return {"send": send, "ask_offset": ask}

    assert _driver(world, breaks_once).upload().stage is Stage.UPLOADED
    assert asked == [7]
    assert world.server.sent_again == 0


@pytest.mark.parametrize("setting", [_TUS, _JSON], ids=["tus", "json"])
def test_an_attempt_is_written_down_once_and_goes_out_under_one_name(setting: Setting) -> None:
    world = _world(setting)
    seen: list[tuple[object, ...]] = []
    errors = [UnreachableError("No connection.", was_sent=False), ThrottledError("Slow down.")]

    def fails_twice(ports: Ports) -> dict[str, object]:
        def create(record: Record) -> Event:
            seen.append((record.stage, record.video_id, record.mark, record.attempted_at))
            if errors:
                world.server.pass_time(60)
                raise errors.pop()
            return ports.create(record)

        return {"create": create}

    assert _driver(world, fails_twice).upload().stage is Stage.UPLOADED
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_mark_does_not_go_out_again_after_a_gateway_gave_up_waiting() -> None:
    world = _world(_JSON)
    marks: list[str | None] = []

    def gateway(ports: Ports) -> dict[str, object]:
        def create(record: Record) -> Event:
            marks.append(record.mark)
            event = ports.create(record)
            if len(marks) == 1:
                raise ThrottledError("A gateway gave up waiting.", may_be_done=True)
            return event

        return {"create": create}

    _driver(world, gateway).upload()
    assert len(set(marks)) == len(marks) == 2
    assert len(world.server.videos) == 1


def test_md5_and_duration_are_written_down_of_what_was_sent_and_of_what_is_adopted() -> None:
    sent = _world()
    adopted = _world()
    _orphaned(adopted)
    _remote(adopted)
    for world in (sent, adopted):
        record = _driver(world).upload()
        assert (record.md5, record.duration, _saved(world).duration) == (md5_of(0), 12.5, 12.5)


# --- What is refused ------------------------------------------------------------------------------------------------


def _refusal(world: World) -> str:
    before = list(world.server.videos)
    with pytest.raises(InDoubtError) as caught:
        _driver(world).upload()
    assert world.server.videos == before
    assert _saved(world).failure is not None
    return caught.value.what


def test_a_complete_video_with_another_md5_is_not_adopted() -> None:
    world = _world()
    _orphaned(world)
    _remote(world, md5="0000")
    assert "its MD5 is not the file's" in _refusal(world)
    assert _saved(world).stage is Stage.ORPHANED


def test_a_complete_video_of_a_file_that_has_changed_is_not_adopted() -> None:
    world = _world()
    _orphaned(world)
    _remote(world)
    world.change_file(world.file.size)
    assert "its MD5 is not the file's" in _refusal(world)
    assert (_saved(world).stage, _saved(world).size) == (Stage.UPLOADED, world.file.size)


def test_a_complete_video_of_a_file_that_has_another_size_by_now_is_known_as_that_of_the_old_one() -> None:
    world = _world()
    _orphaned(world)
    _remote(world)
    sent = world.file.size
    world.change_file(world.file.size + 1)
    assert "the file is another now" in _refusal(world)
    assert (_saved(world).stage, _saved(world).size) == (Stage.UPLOADED, sent)


def test_a_complete_video_of_a_file_with_another_time_is_adopted() -> None:
    world = _world()
    _orphaned(world)
    _remote(world)
    world.shift_time()
    record = _driver(world).upload()
    assert (record.stage, record.video_id) == (Stage.UPLOADED, "v")
    assert record.modified_ns == world.file.modified_ns


@pytest.mark.parametrize("status", ["error", "suspended?"])
def test_a_video_of_which_nobody_knows_what_it_is_is_not_touched(status: str) -> None:
    world = _world()
    _orphaned(world)
    _remote(world, status=status)
    assert f'Kinescope says "{status}"' in _refusal(world)


def test_several_videos_with_the_mark_are_not_touched() -> None:
    world = _world(_JSON)
    _orphaned(world, dialect=Dialect.JSON, video_id=None, mark="m", upload_url=None)
    for number in range(2):
        _remote(world, complete=False, id=f"v{number}", mark="m")
    assert "2 videos say that they are the one" in _refusal(world)


def test_an_unfinished_video_without_a_mark_is_not_touched_unless_a_record_names_it() -> None:
    world = _world(_JSON)
    _orphaned(world, dialect=Dialect.JSON, video_id=None, mark="m", upload_url=None)
    theirs = _remote(world, complete=False, is_ours=False)
    assert "an unfinished video of that title may be what it left: v." in _refusal(world)

    record = _driver(world, lambda _: {"known_ids": lambda: {"v"}}).upload()
    assert record.stage is Stage.UPLOADED
    assert theirs in world.server.videos


@pytest.mark.parametrize("facts", [{"title": "another"}, {"created_at": NOW - timedelta(minutes=1)}])
def test_an_unfinished_video_that_cannot_be_ours_is_no_doubt(facts: dict[str, object]) -> None:
    world = _world(_JSON)
    _orphaned(world, dialect=Dialect.JSON, video_id=None, mark="m", upload_url=None)
    theirs = _remote(world, complete=False, is_ours=False, **facts)
    assert _driver(world).upload().stage is Stage.UPLOADED
    assert theirs in world.server.videos


def test_an_unfinished_video_of_an_earlier_attempt_of_ours_is_no_doubt() -> None:
    world = _world(_JSON)
    earlier = {"lost_marks": ("v",), "lost_since": NOW}
    _orphaned(world, dialect=Dialect.JSON, video_id=None, mark="m", upload_url=None, **earlier)
    _remote(world, complete=False)
    assert _driver(world).upload().stage is Stage.UPLOADED


def test_a_late_video_is_looked_for_from_the_first_lost_attempt_on() -> None:
    world = _world(_JSON)
    earlier = {"lost_marks": ("m",), "lost_since": NOW - timedelta(hours=1)}
    _orphaned(world, dialect=Dialect.JSON, video_id="done", stage=Stage.UPLOADED, **earlier)
    _remote(world, complete=False, id="late", created_at=NOW - timedelta(minutes=30), is_ours=False)
    assert "late" in _refusal(world)


def test_a_late_video_that_is_complete_is_not_touched() -> None:
    world = _world(_JSON)
    record = _orphaned(world, dialect=Dialect.JSON, video_id="done", stage=Stage.UPLOADED, lost_marks=("m",))
    _remote(world, mark="m")
    assert "which an earlier request for c_001 made as well" in _refusal(world)
    assert _saved(world).lost_marks == record.lost_marks


# --- What is found --------------------------------------------------------------------------------------------------


def test_the_last_bytes_may_arrive_between_two_looks() -> None:
    world = _world()
    _orphaned(world)
    video = _remote(world, complete=False)

    def arrive(_seconds: float) -> None:
        video.received = video.length

    assert _driver(world, lambda _: {"wait": arrive}).upload().video_id == "v"


def test_an_absence_that_was_none_is_asked_about_again() -> None:
    world = _world()
    _orphaned(world)
    assert _driver(world, lambda _: {"wait": lambda _: _remote(world)}).upload().video_id == "v"


@pytest.mark.parametrize("blind", ["videos_with_text", "newest_videos"])
def test_a_mark_is_found_by_the_search_and_by_the_list(blind: str) -> None:
    world = _world(_JSON)
    _orphaned(world, dialect=Dialect.JSON, video_id=None, mark="m", upload_url=None)
    left = _remote(world, complete=False, mark="m")
    assert _driver(world, lambda _: {blind: lambda _: ()}).upload().stage is Stage.UPLOADED
    assert left not in world.server.videos


# --- A file that changes --------------------------------------------------------------------------------------------


def _changing(world: World, *, sends: int) -> Callable[[Ports], dict[str, object]]:
    """The file changes after so many chunks."""
    sent: list[SendChunk] = []

    def change(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            if len(sent) == sends:
                world.change_file(30)
            sent.append(step)
            return ports.send(record, step)

        return {"send": send}

    return change


def test_what_was_begun_from_a_file_that_changes_is_removed_at_once() -> None:
    world = _world()
    with pytest.raises(LessonFailedError, match="has changed"):
        _driver(world, _changing(world, sends=1)).upload()
    assert world.server.videos == []
    assert (_saved(world).stage, _saved(world).failure is not None) == (Stage.PLANNED, True)


def test_a_video_that_is_complete_when_its_file_changes_is_left_to_the_next_run() -> None:
    world = _world()

    def changes_at_the_end(ports: Ports) -> dict[str, object]:
        def md5() -> str | None:
            if world.file.size == 30:
                return ports.md5()
            world.change_file(30)
            world.weather.moments = 10**9  # so that the model looks at the file
            world.weather.random = _Always()
            try:
                return ports.md5()
            finally:
                world.weather.moments = 0

        return {"md5": md5}

    with pytest.raises(LessonFailedError, match="has changed"):
        _driver(world, changes_at_the_end).upload()
    assert [video.is_complete for video in world.server.videos] == [True]
    assert (_saved(world).stage, _saved(world).md5) == (Stage.ORPHANED, None)
    assert "the file is another now" in _refusal(world)


class _Always(Random):
    def random(self) -> float:
        return 0.0


def test_a_file_that_has_changed_before_anything_was_asked_for_leaves_nothing_to_look_for() -> None:
    world, saves = _world(), []

    def noted(ports: Ports) -> dict[str, object]:
        def save(record: Record) -> None:
            saves.append(record.stage)
            ports.save(record)

        return {"save": save}

    driver = _driver(world, noted)
    world.change_file(30)
    with pytest.raises(LessonFailedError, match="has changed"):
        driver.upload()
    assert saves == [Stage.PLANNED]


# --- Who waits, and for whom ----------------------------------------------------------------------------------------


def test_whoever_creates_or_looks_by_json_holds_the_lock_that_look_alikes_share() -> None:
    world, locks, held = _world(_JSON), CreationLocks(), []

    def watched(ports: Ports) -> dict[str, object]:
        def create(record: Record) -> Event:
            twin = replace(record, lesson_id="c_002", mark="another")
            held.append(not locks.of(twin).acquire(blocking=False))
            return ports.create(record)

        def save(record: Record) -> None:
            if record.stage is Stage.CREATED and record.offset == 0:
                held.append(not locks.of(record).acquire(blocking=False))
            ports.save(record)

        def alone(record: Record) -> _Both:
            return _Both(locks, record, ports)

        return {"create": create, "save": save, "alone": alone}

    _driver(world, watched).upload()
    assert held == [True, True], "until its id is on disk"


class _Both:
    """The batch's lock, and the model's."""

    def __init__(self, locks: CreationLocks, record: Record, ports: Ports) -> None:
        self._lock, self._model = locks.of(record), ports.alone(record)

    def __enter__(self) -> None:
        self._lock.acquire()
        self._model.__enter__()

    def __exit__(self, *_: object) -> None:
        self._model.__exit__(None, None, None)
        self._lock.release()


def test_before_each_step_the_batch_may_stop_or_wait() -> None:
    world, steps = _world(), []
    _driver(world, lambda _: {"check": lambda: steps.append("step")}).upload()
    assert len(steps) == 1 + 3, "one creation, three chunks"


def test_what_is_deleted_is_ended_first_and_waited_for() -> None:
    world, done = _world(), []
    _orphaned(world)
    _remote(world, complete=False)

    def noted(ports: Ports) -> dict[str, object]:
        def delete(video_id: str) -> bool:
            done.append(f"delete {video_id}")
            return ports.delete(video_id)

        return {
            "terminate": lambda _: done.append("terminate"),
            "delete": delete,
            "removed": lambda video_id, reason: done.append(f"{video_id}: {reason}"),
            "wait": lambda seconds: done.append(f"wait {seconds:g}"),
        }

    assert _driver(world, noted).upload().md5 == md5_of(0)
    assert done == ["wait 5", "terminate", "delete v", "v: the upload has expired on Kinescope", "wait 5"]


def test_a_video_that_is_there_again_after_it_was_deleted_is_deleted_once_more() -> None:
    world = _world()
    _orphaned(world, upload_url=None)
    _remote(world, complete=False)
    _driver(world, lambda _: {"wait": lambda _: _remote(world, complete=False)}).upload()
    assert [video.id for video in world.server.videos] == ["ours-1"]


def test_a_deleted_video_that_has_become_something_else_is_not_touched_again() -> None:
    world = _world()
    _orphaned(world, upload_url=None)
    _remote(world, complete=False)
    with pytest.raises(InDoubtError, match='says "done" of video v, which was deleted'):
        _driver(world, lambda _: {"wait": lambda _: _remote(world)}).upload()
    assert [video.id for video in world.server.videos] == ["v"]


@pytest.mark.parametrize(("passed", "wait"), [(10, 20), (40, -10)])
def test_late_leftovers_are_waited_for_as_long_as_a_creation_may_be_at_work(passed: int, wait: int) -> None:
    world = _world()
    waits: list[float] = []
    _orphaned(world, stage=Stage.UPLOADED, lost_marks=("m", "n"), attempted_at=NOW - timedelta(seconds=passed))
    record = _driver(world, lambda _: {"wait": waits.append}).upload()
    assert waits == [wait, *[ORPHAN_WAIT] * (LOOKS - 1)], "the same for two as for one"
    assert (record.lost_marks, record.lost_since) == ((), None)
    assert _saved(world).lost_marks == ()


def test_a_late_leftover_is_known_by_its_id_too() -> None:
    world = _world()
    _orphaned(world, video_id="done", stage=Stage.UPLOADED, lost_marks=("v",))
    _remote(world, complete=False)
    assert _driver(world).upload().lost_marks == ()
    assert world.server.videos == []


def test_the_attempts_that_showed_nothing_outlive_a_run_that_ended_before_the_next_attempt() -> None:
    world = _world(_JSON)
    _orphaned(world, stage=Stage.PLANNED, attempted_at=None, lost_marks=("m",), lost_since=NOW)
    _driver(world, lambda _: {"wait": lambda _: _remote(world, complete=False, mark="m")}).upload()
    assert [video.is_complete for video in world.server.videos] == [True]


# --- Absence needs proof --------------------------------------------------------------------------------------------


def _gone_at(answers: dict[str, set[int]], waits: list[float]) -> Callable[[Ports], dict[str, object]]:
    """Somebody says "gone" to these requests, by port and number from 1, in the service's place."""
    met: Counter[str] = Counter()

    def change(ports: Ports) -> dict[str, object]:
        def is_gone(port: str) -> bool:
            met[port] += 1
            return met[port] in answers.get(port, set())

        def wait(seconds: float) -> None:
            waits.append(seconds)
            ports.wait(seconds)

        return {
            "ask_offset": lambda record: UploadGone() if is_gone("ask_offset") else ports.ask_offset(record),
            "send": lambda record, step: UploadGone() if is_gone("send") else ports.send(record, step),
            "video": lambda video_id: None if is_gone("video") else ports.video(video_id),
            "wait": wait,
        }

    return change


@pytest.mark.parametrize(
    ("answers", "waited"),
    [
        ({"send": {2}}, [ORPHAN_WAIT]),
        ({"send": {2}, "ask_offset": {1}}, [ORPHAN_WAIT] * 2),
        ({"send": {1, 3}}, [ORPHAN_WAIT] * 2),
    ],
    ids=["once to PATCH", "once to PATCH and once to HEAD", "to PATCH now and then"],
)
def test_an_upload_that_is_said_to_be_gone_goes_on_when_it_is_not(
    answers: dict[str, set[int]], waited: list[float]
) -> None:
    world, waits = _world(), list[float]()
    record = _driver(world, _gone_at(answers, waits)).upload()
    assert (record.stage, record.lost_marks) == (Stage.UPLOADED, ())
    assert world.server.taken == {record.video_id}
    assert waits == waited


def test_an_upload_counts_as_gone_after_three_answers_over_ten_seconds_and_a_look_at_its_video() -> None:
    world, waits = _world(), list[float]()

    with pytest.raises(PromiseBrokenError, match="an upload that could go on was dropped"):
        _driver(world, _gone_at({"send": {2}, "ask_offset": {1, 2}}, waits)).upload()
    assert waits[:3] == [ORPHAN_WAIT] * 3, "two between the three answers, one between two looks at the video"
    assert sum(waits[:2]) >= 10


@pytest.mark.parametrize("silent", [1, 2])
def test_what_is_said_of_an_upload_counts_only_while_kinescope_itself_answers(silent: int) -> None:
    world, waits, asked = _world(), list[float](), list[int]()

    def behind_a_portal(ports: Ports) -> dict[str, object]:
        change = _gone_at({"send": {2}, "ask_offset": set(range(1, 2 * silent + 1))}, waits)(ports)

        def video(video_id: str) -> object:
            asked.append(len(asked))
            if len(asked) <= silent:
                raise ForeignAnswerError("api.kinescope.example is answered by nginx instead of Kinescope")
            return ports.video(video_id)

        return change | {"video": video}

    record = _driver(world, behind_a_portal).upload()
    assert (record.stage, record.lost_marks) == (Stage.UPLOADED, ())
    assert world.server.taken == {record.video_id}, "no upload was dropped"
    assert len(asked) >= silent


def test_where_head_is_refused_the_answers_to_chunks_prove_that_an_upload_is_gone() -> None:
    world, waits = _world(), list[float]()
    world.server.refuses_head = True

    def change(ports: Ports) -> dict[str, object]:
        def removed(_video_id: str, reason: str) -> None:
            assert reason == "the upload has expired on Kinescope"

        return _gone_at({"send": {2, 3, 4}}, waits)(ports) | {"removed": removed}

    record = _driver(world, change).upload()
    assert record.stage is Stage.UPLOADED
    assert len(world.server.taken) == 2
    assert waits[:2] == [ORPHAN_WAIT] * 2


@pytest.mark.parametrize("times", [1, 2])
def test_a_video_that_is_said_to_be_absent_is_adopted_when_it_is_complete(times: int) -> None:
    world, waits, lost = _world(), list[float](), list[SendChunk]()

    def loses_the_last_answer(ports: Ports) -> dict[str, object]:
        absent = set(range(2, times + 2))  # the first look only hears that Kinescope answers
        change = _gone_at({"ask_offset": {1, 2, 3}, "video": absent}, waits)(ports)

        def send(record: Record, step: SendChunk) -> Event:
            event = ports.send(record, step)
            if step.offset + step.length == record.size:
                lost.append(step)
                raise UnreachableError("Broke.")
            return event

        return change | {"send": send}

    record = _driver(world, loses_the_last_answer).upload()
    assert len(lost) == 1
    assert record.stage is Stage.UPLOADED
    assert [video.id for video in world.server.videos] == [*world.server.taken] == [record.video_id]
    assert waits == [ORPHAN_WAIT] * (LOOKS - 1 + times)


def test_the_id_of_a_video_that_is_absent_is_kept_until_it_was_looked_for_again() -> None:
    world, kept = _world(), list[tuple[str, ...]]()
    _orphaned(world)

    def change(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            kept.append(_saved(world).lost_marks)
            if step.offset == 0:
                _remote(world, complete=False)  # what was said to be absent
            return ports.send(record, step)

        return {"send": send}

    record = _driver(world, change).upload()
    assert kept == [("v",)] * 3
    assert record.lost_marks == ()
    assert [video.id for video in world.server.videos] == [record.video_id]


# --- Chunks that do not get through ---------------------------------------------------------------------------------


def test_a_chunk_that_is_refused_as_too_large_is_halved_and_does_not_grow_again() -> None:
    world, sent = make_world(Random(0), _TUS, moments=0, size=30), list[int]()
    world.server.hop_limit = 2

    def noted(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            sent.append(step.length)
            return ports.send(record, step)

        return {"send": send}

    assert _driver(world, noted).upload().stage is Stage.UPLOADED
    assert sent == [7, 3, *[1] * 30]


def test_a_hop_that_refuses_the_smallest_chunk_fails_the_lesson_and_keeps_its_upload() -> None:
    world = _world()
    change: dict[str, object] = {"send": lambda _record, _step: ChunkRefused(), "shrink": lambda _record, _step: False}
    with pytest.raises(LessonFailedError, match=r"Somebody takes no request\. Given up after"):
        _driver(world, lambda _: change).upload()
    assert _saved(world).stage is Stage.CREATED


def test_what_was_said_of_an_upload_that_is_gone_says_nothing_of_the_next_one() -> None:
    world, waits = _world(), list[float]()
    world.server.refuses_head = True

    def change(ports: Ports) -> dict[str, object]:
        return _gone_at({"send": {2, 3, 4, 5}}, waits)(ports) | {"removed": lambda _id, _reason: None}

    assert _driver(world, change).upload().stage is Stage.UPLOADED
    assert len(world.server.taken) == 2, "the fifth answer is the first about the second upload"


def _shift(world: World, seconds: int = 3600) -> None:
    redated = replace(world.file, modified_ns=world.file.modified_ns + seconds * 10**9)
    world.versions[redated.path, redated.modified_ns] = world.version
    world.file = redated


def test_a_video_that_is_complete_without_a_record_of_it_is_compared_with_a_file_of_a_shifted_time() -> None:
    world = _world()
    _orphaned(world, stage=Stage.CREATED, reason=None)
    _remote(world, md5="of other bytes").takes_bytes = True
    _shift(world, 1)
    with pytest.raises(InDoubtError, match="Video v is complete, and its MD5 is not the file's"):
        _driver(world).upload()


def test_the_time_of_a_file_whose_every_byte_has_arrived_is_written_down() -> None:
    world = _world()
    size = world.file.size
    sent = {"offset": size - 1, "sent_bytes": size, "sent_md5": md5_of(world.version)}
    _orphaned(world, stage=Stage.CREATED, reason=None, **sent)
    _remote(world).takes_bytes = True
    _shift(world)
    assert _driver(world).upload().modified_ns == world.file.modified_ns
    assert _saved(world).stage is Stage.UPLOADED


def test_each_shift_of_a_files_time_counts_from_the_one_before_however_the_process_dies() -> None:
    world = _world()

    def dies(ports: Ports) -> dict[str, object]:
        dead = []

        def send(record: Record, step: SendChunk) -> Event:
            ports.send(record, replace(step, length=1))
            dead.append(True)
            raise ProcessDiedError

        return {"send": send, "save": lambda record: None if dead else ports.save(record)}

    for _ in range(3):
        with pytest.raises(ProcessDiedError):
            _driver(world, dies).upload()
        assert _saved(world).modified_ns == world.file.modified_ns, "it is on disk before a byte is sent because of it"
        _shift(world)
    assert _driver(world).upload().stage is Stage.UPLOADED
    assert len(world.server.videos) == 1, "nothing was begun anew"


def _breaking(arrives: int, *, was_sent: bool = True) -> Callable[[Ports], dict[str, object]]:
    """The second chunk breaks, and so many of its bytes arrive."""
    broken: list[SendChunk] = []

    def change(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            if step.offset == 7 and not broken:
                broken.append(step)
                if arrives:
                    ports.send(record, replace(step, length=arrives))
                raise UnreachableError("Broke.", was_sent=was_sent)
            return ports.send(record, step)

        return {"send": send}

    return change


@pytest.mark.parametrize(
    ("arrives", "was_sent", "refuses_head", "shrinks"),
    [(0, True, False, [7]), (3, True, False, []), (0, False, False, []), (0, True, True, [7])],
    ids=["nothing arrived", "some of it arrived", "there was no connection", "nobody tells what arrived"],
)
def test_a_chunk_that_broke_makes_the_next_ones_smaller_unless_some_of_it_arrived(
    arrives: int, *, was_sent: bool, refuses_head: bool, shrinks: list[int]
) -> None:
    world, shrunk = make_world(Random(0), _TUS, moments=0, size=30), list[int]()
    world.server.refuses_head = refuses_head

    def change(ports: Ports) -> dict[str, object]:
        def shrink(record: Record, step: SendChunk) -> bool:
            shrunk.append(step.length)
            return ports.shrink(record, step)

        return _breaking(arrives, was_sent=was_sent)(ports) | {"shrink": shrink}

    assert _driver(world, change).upload().stage is Stage.UPLOADED
    assert shrunk == shrinks
    assert len(world.server.taken) == 1


@pytest.mark.parametrize("is_refused", [False, True], ids=["chunks break", "chunks are refused"])
def test_while_chunks_get_smaller_no_retries_are_used_up(*, is_refused: bool) -> None:
    world = make_world(Random(0), _TUS, moments=0, size=30)
    sizes = [2**power for power in range(9, -1, -1)]

    def change(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            if len(sizes) == 1:
                return ports.send(record, step)
            if is_refused:
                return ChunkRefused()
            raise UnreachableError("Broke.")

        def shrink(_record: Record, _step: SendChunk) -> bool:
            sizes.pop(0)
            return True

        return {"send": send, "shrink": shrink, "chunk_size": lambda _: sizes[0]}

    assert _driver(world, change).upload().stage is Stage.UPLOADED


def test_what_may_have_arrived_is_on_disk_when_the_run_ends_in_mid_chunk() -> None:
    world = _world()
    asked: list[int] = []

    def breaks_off(ports: Ports) -> dict[str, object]:
        def send(record: Record, step: SendChunk) -> Event:
            ports.send(record, step)
            asked.append(step.offset + step.length)
            raise InterruptedRunError("The run ends.")

        return {"send": send}

    with pytest.raises(InterruptedRunError):
        _driver(world, breaks_off).upload()
    saved = _saved(world)
    assert (saved.offset, saved.sent_bytes, saved.sent_md5) == (0, asked[0], md5_of_part(0, asked[0]))
