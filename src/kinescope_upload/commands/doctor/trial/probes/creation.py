"""Init in both dialects: its answer, a second one with the same id, and one after the video is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.lateness import Happening
from kinescope_upload.commands.doctor.readings.of_answers import (
    access_denied,
    decide_delete_unknown,
    is_success,
    words_of,
)
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried
from kinescope_upload.commands.doctor.trial.opening import Wish, ask_init
from kinescope_upload.commands.doctor.trial.probes.access import GIVE_RIGHT, MAY_NOT_DELETE
from kinescope_upload.commands.doctor.trial.probes.lateness import Question, asked_until_yes
from kinescope_upload.commands.doctor.trial.session import SIZE, StoppedError, Watch, against, good, note, untried
from kinescope_upload.errors import BatchStoppedError, KuploadError, UnreachableError
from kinescope_upload.upload import Dialect
from kinescope_upload.upload.events import AlreadyExists, Created

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.commands.doctor.readings.outcome import Step
    from kinescope_upload.commands.doctor.trial.bench import Bench
    from kinescope_upload.commands.doctor.trial.session import Item, Session
    from kinescope_upload.kinescope.tus import Answer
    from kinescope_upload.upload import Record

_SAME_ID: Final = "same id twice"
_TAKEN: Final = 400419


def create_and_delete(session: Session) -> Iterator[Item]:
    """Makes one video in each dialect and deletes it at once, before anything else is made.

    Raises:
        StoppedError: No dialect works, or the token may not delete.
    """
    yield from _not_tried(session)
    refusals: list[str] = []
    for dialect, bench in tuple(session.benches.items()):
        try:
            record = bench.create(bench.record(SIZE, title=f"init, {dialect}"))
        except UnreachableError:
            raise
        except KuploadError as error:
            del session.benches[dialect]
            session.untried[dialect] = "Its init does not work."
            refusals.append(error.what)
            yield against(f"init, {dialect}", _refusal(session, dialect, error))
        else:
            yield good(f"init, {dialect}", "An upload was created.")
            if dialect is Dialect.TUS:
                yield _repeated(bench, record)
                yield from _deleted_and_asked_for(session, record)
            else:
                yield from _deleted(session, record)
    if not session.benches:
        raise StoppedError(f"No upload can be created. {' '.join(refusals)}")
    if why := session.untried.get(Dialect.TUS):
        yield NotTried(name="deleted-id", why=f"only the dialect tus lets us choose an id. {why}")


def _not_tried(session: Session) -> Iterator[Item]:
    """What the dialect tus alone can show, where it cannot be tried."""
    if why := session.untried.get(Dialect.TUS):
        for subject in (f"init, {Dialect.TUS}", _SAME_ID, f"delete, {Dialect.TUS}"):
            yield untried(subject, why)


def _repeated(bench: Bench, record: Record) -> Step:
    """Asks for the same id while the video is there, as after a lost answer."""
    subject = _SAME_ID
    try:
        event = bench.ask_to_create(record)
    except KuploadError as error:
        return against(subject, f"A second init with the same id is not recognised. {error.reason}")
    if isinstance(event, AlreadyExists):
        return good(subject, "A second init with the same id is answered with code 400419, already exists.")
    if isinstance(event, Created):
        return against(subject, "A second init with the same id creates another upload.")
    return note(subject, "A second init with the same id had no answer.")


def _refusal(session: Session, dialect: Dialect, error: KuploadError) -> str:
    """Why init was refused; and what else that may mean where nobody confirmed the workspace."""
    if dialect is Dialect.TUS and not session.is_workspace_told and isinstance(error, BatchStoppedError):
        return f"{error.reason} Or KINESCOPE_WORKSPACE_ID is not the workspace of the token: check it."
    return error.reason


def _deleted(session: Session, record: Record) -> Iterator[Item]:
    """Deletes the video.

    Raises:
        StoppedError: The token may not.
    """
    yield from _allowed(session, _deletion(session, record))
    yield _gone(session, record)


def _deleted_and_asked_for(session: Session, record: Record) -> Iterator[Item]:
    """Deletes the video, and asks for its id before anything else: that may be free only some time later.

    Raises:
        StoppedError: The token may not delete.
    """
    video_id = record.video_id or ""
    with session.unpaced() as unpaced:
        asked = session.waits.now()
        answer = _deletion(unpaced, record)
        deleted = Happening(asked=asked, answered=session.waits.now())
        is_deleted = is_success(answer)
        first = asked_until_yes(session, unpaced, _same_id(session, video_id), deleted) if is_deleted else None
    yield from _allowed(session, answer)
    if isinstance(first, Watch):
        yield _gone(session, record)
    elif isinstance(first, Found):
        yield good(f"delete, {record.dialect}", "A deleted video is gone: its id can be used again.")
    if first is not None:
        yield first


def _deletion(session: Session, record: Record) -> Answer:
    return session.sender.api("DELETE", f"/v1/videos/{record.video_id}", action="delete a video")


def _allowed(session: Session, answer: Answer) -> Iterator[Item]:
    """What the answer to the first deletion tells of the right to delete.

    Raises:
        StoppedError: The token may not, or the video is not deleted.
    """
    if session.unknown_delete is not None and session.may_delete is None:
        session.may_delete = not access_denied(answer)
        yield decide_delete_unknown(session.unknown_delete, may_delete=session.may_delete)
    if access_denied(answer):
        raise StoppedError(f"{MAY_NOT_DELETE} One video without a byte was made to find that out.", GIVE_RIGHT)
    if not is_success(answer):
        raise StoppedError(f"Kinescope does not delete the first video that was made ({words_of(answer)}).")


def _gone(session: Session, record: Record) -> Step:
    """Whether the deleted video is shown no more."""
    subject, video_id = f"delete, {record.dialect}", record.video_id or ""
    if session.waits.eventually(lambda: session.video(video_id) is None, at_most=10.0):
        del session.scratch.made[video_id]
        return good(subject, "A deleted video is gone.")
    return against(subject, "A deleted video is still shown after 10 s.")


def _same_id(session: Session, video_id: str) -> Question:
    """Whether init takes the id of the deleted video."""
    wish = Wish(title=session.scratch.title("deleted id"), video_id=video_id)

    def ask(by: Session) -> bool | NotTold:
        answer = ask_init(by, wish)
        if is_success(answer) or answer.error_code == _TAKEN:
            return is_success(answer)
        return NotTold(name="deleted-id", why=f"answered with {words_of(answer)}")

    what = "the id of a deleted video to be free"
    return Question(name="deleted-id", at_once="free", never="taken", what=what, ask=ask)
