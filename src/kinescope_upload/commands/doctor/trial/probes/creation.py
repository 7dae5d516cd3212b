"""Init in both dialects: its answer, a second one with the same id, and one after the video is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings import Found, NotTold, NotTried
from kinescope_upload.commands.doctor.readings.of_answers import (
    access_denied,
    decide_delete_unknown,
    is_success,
    words_of,
)
from kinescope_upload.commands.doctor.trial.opening import Wish, ask_init
from kinescope_upload.commands.doctor.trial.probes.access import GIVE_RIGHT, MAY_NOT_DELETE
from kinescope_upload.commands.doctor.trial.session import SIZE, StoppedError, Watch, against, good, note
from kinescope_upload.errors import KuploadError, UnreachableError
from kinescope_upload.upload import AlreadyExists, Created, Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kinescope_upload.commands.doctor.readings import Outcome, Step
    from kinescope_upload.commands.doctor.trial.bench import Bench
    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.kinescope.tus import Answer
    from kinescope_upload.upload import Record

__all__ = ["create_and_delete"]

_ID_WAIT: Final = 60.0
"""Seconds that a deleted id is waited for: the system that kupload replaces waited 5."""
_TAKEN: Final = 400419
_NO_WORKSPACE: Final = "Nobody tells the workspace's id, which the dialect tus needs: set KINESCOPE_WORKSPACE_ID."


def create_and_delete(session: Session) -> Iterator[Item]:
    """Makes one video in each dialect and deletes it at once, before anything else is made.

    Raises:
        StoppedError: No dialect works, or the token may not delete.
    """
    refusals = []
    for dialect, bench in tuple(session.benches.items()):
        try:
            record = bench.create(bench.record(SIZE, title=f"init, {dialect}"))
        except UnreachableError:
            raise
        except KuploadError as error:
            del session.benches[dialect]
            refusals.append(error.what)
            yield against(f"init, {dialect}", error.reason)
            continue
        yield good(f"init, {dialect}", "An upload was created.")
        if dialect is Dialect.TUS:
            yield _repeated(bench, record)
        deleted_at = session.waits.now()
        yield from _deleted(session, record)
        if dialect is Dialect.TUS:
            yield _with_same_id(session, record, deleted_at)
    if not session.benches:
        raise StoppedError(f"No upload can be created. {' '.join(refusals)}")
    yield from _without_tus(session)


def _without_tus(session: Session) -> Iterator[Item]:
    """Says what the try could not ask because the dialect tus cannot be used."""
    if Dialect.TUS in session.benches:
        return
    why = "needs the dialect tus, which cannot be used here" if session.workspace_id else _NO_WORKSPACE
    yield NotTried(name="deleted-id", why=why)
    if session.workspace_id is None:
        yield note(f"init, {Dialect.TUS}", f"Not tried. {_NO_WORKSPACE}")


def _repeated(bench: Bench, record: Record) -> Step:
    """Asks for the same id while the video is there, as after a lost answer."""
    subject = "same id twice"
    try:
        event = bench.ask_to_create(record)
    except KuploadError as error:
        return against(subject, f"A second init with the same id is not recognised. {error.reason}")
    if isinstance(event, AlreadyExists):
        return good(subject, "A second init with the same id is answered with code 400419, already exists.")
    if isinstance(event, Created):
        return against(subject, "A second init with the same id creates another upload.")
    return note(subject, "A second init with the same id had no answer.")


def _deleted(session: Session, record: Record) -> Iterator[Item]:
    """Deletes the video.

    Raises:
        StoppedError: The token may not.
    """
    video_id = record.video_id or ""
    answer = session.sender.api("DELETE", f"/v1/videos/{video_id}", action="delete a video")
    if session.unknown_delete is not None and session.may_delete is None:
        session.may_delete = not access_denied(answer)
        yield decide_delete_unknown(session.unknown_delete, may_delete=session.may_delete)
    if access_denied(answer):
        raise StoppedError(f"{MAY_NOT_DELETE} One video without a byte was made to find that out.", GIVE_RIGHT)
    if not is_success(answer):
        raise StoppedError(f"Kinescope does not delete the first video that was made ({words_of(answer)}).")
    is_gone = session.waits.eventually(lambda: session.video(video_id) is None, at_most=10.0)
    if is_gone:
        del session.scratch.made[video_id]
        yield good(f"delete, {record.dialect}", "A deleted video is gone.")
    else:
        yield against(f"delete, {record.dialect}", "A deleted video is still shown after 10 s.")


def _with_same_id(session: Session, record: Record, deleted_at: float) -> Item:
    """Asks for the id of the video again that was deleted at that time (seconds that only grow)."""
    video_id = record.video_id or ""
    wish = Wish(title=session.scratch.title("deleted id"), video_id=video_id)
    answer = ask_init(session, wish)
    first = _id_outcome(answer, value="free", remark=f"asked after {session.waits.now() - deleted_at:.1f} s")
    if first is not None:
        return first

    def look(*, is_last: bool) -> Sequence[Outcome]:
        waited = session.waits.now() - deleted_at
        later = _id_outcome(ask_init(session, wish), value="late", remark=f"after {waited:.1f} s")
        if later is None and is_last:
            later = Found(name="deleted-id", value="taken", remark=f"still after {waited:.1f} s")
        return [later] if later else []

    return Watch(what="the id of a deleted video", names=("deleted-id",), at_most=_ID_WAIT, look=look)


def _id_outcome(answer: Answer, *, value: str, remark: str = "") -> Outcome | None:
    """What an init with the id tells; None while it is taken."""
    if is_success(answer):
        return Found(name="deleted-id", value=value, remark=remark)
    if answer.error_code == _TAKEN:
        return None
    return NotTold(name="deleted-id", why=f"answered with {words_of(answer)}")
