"""Titles and descriptions, and what the service says to requests that are wrong."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from kinescope_upload.commands.doctor.readings.lateness import Happening
from kinescope_upload.commands.doctor.readings.of_answers import decide_validation_status, is_success, words_of
from kinescope_upload.commands.doctor.readings.of_videos import decide_description, decide_long_title, text_of
from kinescope_upload.commands.doctor.readings.outcome import Found, NotTold, NotTried
from kinescope_upload.commands.doctor.trial.opening import Wish, ask_init, open_upload, opened
from kinescope_upload.commands.doctor.trial.probes.lateness import Question, asked_until_yes
from kinescope_upload.kinescope.tus import Meaning, Request, interpret
from kinescope_upload.video_ids import video_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.commands.doctor.trial.session import Item, Session

_TITLE: Final = 141
"""Characters: one more than the dashboard allows."""


def describe_a_video(session: Session) -> Iterator[Item]:
    """Gives init a description, and looks for one of its words."""
    word = f"kuploadtry{uuid.uuid4().hex[:12]}"
    description = f"Made by kupload doctor --try; may be deleted. {word}"
    wish = Wish(title=session.scratch.title("description"), description=description)
    with session.unpaced() as unpaced:
        asked = session.waits.now()
        upload = open_upload(unpaced, wish)
        described = Happening(asked=asked, answered=session.waits.now())
        found = asked_until_yes(session, unpaced, _search_for(word, upload.video_id), described)
    outcome = decide_description(sent=description, stored=text_of(session.video(upload.video_id), "description"))
    yield outcome
    if isinstance(outcome, Found) and outcome.value == "kept":
        yield found
    else:
        yield NotTried(name="search", why="there is no description to find")


def _search_for(word: str, video_id: str) -> Question:
    """Whether a search knows the description."""

    def ask(by: Session) -> bool:
        return _finds(by, word, video_id)

    what = "the search to know a description"
    return Question(name="search", at_once="at-once", never="never", what=what, ask=ask)


def _finds(session: Session, word: str, video_id: str) -> bool:
    query = f"folder_id={session.scratch.folder_id}&q={word}&per_page=100"
    answer = session.sender.api("GET", f"/v1/videos?{query}", action="search for a video")
    match answer.json:
        case {"data": list(found)} if is_success(answer):
            return any(video_id in {text_of(video, "id"), video_key(text_of(video, "id"))} for video in found)
        case _:
            return False


def give_a_long_title(session: Session) -> Iterator[Item]:
    """Gives init a title of 141 characters."""
    title = session.scratch.title("long title ").ljust(_TITLE, "x")
    wish = Wish(title=title)
    answer = ask_init(session, wish)
    if not is_success(answer):
        session.wrong_answers.append(answer)
        if interpret(Request.INIT, answer) is Meaning.FINAL:
            yield Found(name="long-title", value="refused", remark=words_of(answer))
        else:
            yield NotTold(name="long-title", why=f"answered with {words_of(answer)}")
        return
    upload = opened(session, wish, answer)
    yield decide_long_title(sent=title, stored=text_of(session.video(upload.video_id), "title"))


def ask_wrongly(session: Session) -> Iterator[Item]:
    """Sends wrong requests until one is answered with code 402402; none of them can make anything that stays."""
    video_id = next(iter(session.scratch.made), None)
    if video_id is not None:
        answer = session.sender.api("PATCH", f"/v1/videos/{video_id}", action="rename a video", json={"title": ""})
        session.wrong_answers.append(answer)
    outcome = decide_validation_status(session.wrong_answers)
    if not isinstance(outcome, Found):
        session.wrong_answers.append(ask_init(session, Wish(title=session.scratch.title("no size"), size=-1)))
        outcome = decide_validation_status(session.wrong_answers)
    yield outcome
