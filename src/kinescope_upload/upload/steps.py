"""Decides what to do next for an upload. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kinescope_upload.upload.record import Record, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUpload:
    """Ask Kinescope for an upload URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOffset:
    """Ask how many bytes the server holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendChunk:
    """Send bytes [offset, offset + length)."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookForVideo:
    """Find out what became of the video: adopt it when it is complete, else delete it."""


Step = CreateUpload | AskOffset | SendChunk | LookForVideo


def next_step(record: Record, chunk_size: int) -> Step | None:
    """What to do next for this video, or None when every byte is there.

    Args:
        record: The record, reopened if it comes from an earlier run.
        chunk_size: The most bytes of one request.
    """
    match record.stage:
        case Stage.PLANNED:
            return CreateUpload()
        case Stage.CREATED if record.offset_confirmed:
            return SendChunk(offset=record.offset, length=min(chunk_size, record.size - record.offset))
        case Stage.CREATED:
            return AskOffset()
        case Stage.ORPHANED:
            return LookForVideo()
        case Stage.UPLOADED | Stage.LINKED | Stage.VERIFIED:  # pragma: no branch - there is no other stage
            return None
