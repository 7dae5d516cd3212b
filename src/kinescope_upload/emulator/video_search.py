"""Finding videos: the filters and orders of `GET /v1/videos`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.datastructures import QueryParams

from kinescope_upload.emulator.errors import ErrorCode, Refusal
from kinescope_upload.emulator.exchange import Service, checked_uuid
from kinescope_upload.emulator.facts import VideoStatus
from kinescope_upload.emulator.life import Video
from kinescope_upload.emulator.video_view import duration_of

__all__ = ["VideoSearch", "parse_search"]

_DIRECTIONS = frozenset({"asc", "desc"})
_TRUTHS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False, "": False}

_ORDERS: Mapping[str, Callable[[Service, Video], Any]] = {
    "title": lambda _, video: video.title.casefold(),
    "description": lambda _, video: video.description.casefold(),
    "created_at": lambda _, video: video.created_at,
    "updated_at": lambda _, video: video.updated_at,
    "duration": duration_of,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSearch:
    """Which videos are looked for (None: any), and in which order: (field, descending), the first weighs most."""

    project_id: str | None
    folder_id: str | None
    without_folder: bool
    statuses: frozenset[VideoStatus] | None
    ids: frozenset[str] | None
    words: str
    orders: tuple[tuple[str, bool], ...]

    def among(self, videos: Sequence[Video], service: Service) -> list[Video]:
        """Return those of the videos that are looked for, in the order asked for."""
        found = [video for video in videos if self._finds(video, service)]
        for field, descending in reversed(self.orders):
            found.sort(key=partial(_ORDERS[field], service), reverse=descending)
        return found

    def _finds(self, video: Video, service: Service) -> bool:
        return (
            self._is_there(video)
            and (self.ids is None or video.id in self.ids)
            and (self.statuses is None or service.store.status(video)[0] in self.statuses)
            and self._matches(video, service)
        )

    def _is_there(self, video: Video) -> bool:
        return (
            self.folder_id in {None, video.folder_id}
            and self.project_id in {None, video.project_id}
            and not (self.without_folder and video.folder_id is not None)
        )

    def _matches(self, video: Video, service: Service) -> bool:
        if not self.words or self.words in video.title.casefold():
            return True
        return self.words in video.description.casefold() and _is_described(video, service)


def _is_described(video: Video, service: Service) -> bool:
    """Say whether the search knows the video's description by now (reading `search`)."""
    reading = service.settings.reading("search")
    age = service.store.now - video.described_at
    return reading == "at-once" or (reading == "late" and age >= service.settings.search_lag)


def parse_search(query: QueryParams) -> VideoSearch:
    """Return what the parameters of a request ask for.

    Raises:
        Refusal: One makes no sense.
    """
    statuses, ids = query.getlist("status[]"), query.getlist("video_ids[]")
    return VideoSearch(
        project_id=_id_of(query, "project_id"),
        folder_id=_id_of(query, "folder_id"),
        without_folder=_truth_of(query, "without_folder"),
        statuses=frozenset(map(_status, statuses)) if statuses else None,
        ids=frozenset(map(checked_uuid, ids)) if ids else None,
        words=query.get("q", "").casefold(),
        orders=tuple(_order(text) for text in query.get("order", "created_at.desc").split(",")),
    )


def _order(text: str) -> tuple[str, bool]:
    field, _, direction = text.partition(".")
    if field not in _ORDERS or direction not in _DIRECTIONS:
        raise Refusal(ErrorCode.ORDER_FIELD, text)
    return field, direction == "desc"


def _truth_of(query: QueryParams, name: str) -> bool:
    text = query.get(name, "")
    if text not in _TRUTHS:
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, name)
    return _TRUTHS[text]


def _id_of(query: QueryParams, name: str) -> str | None:
    text = query.get(name)
    return checked_uuid(text) if text else None


def _status(text: str) -> VideoStatus:
    try:
        return VideoStatus(text)
    except ValueError:
        raise Refusal(ErrorCode.UNEXPECTED_VALUE, f"status {text}") from None
