"""A stand-in for Kinescope on this machine, with switches for everything that goes wrong in the field.

    Emulator, serve (server) ── uvicorn ── connection      one HTTP connection: countable, cuttable
            │
            ├── control      behind the service's back: expire, corrupt, foreign videos; also over HTTP
            └── app          paths → routes
                  │
                  ├── init_routes    POST /v2/init, both dialects      metadata   Upload-Metadata
                  ├── tus_routes     HEAD, PATCH, DELETE, OPTIONS      intake     a body into a file
                  ├── video_routes   /v1/videos      video_search · video_view · titles · short_ids
                  ├── place_routes   /v1/projects, folders             bodies     JSON, pages
                  └── token_routes   /v1/access-tokens
                        │
                     exchange        one request: counted, throttled, hit by a fault or not, authorised, answered
                        │
      faults · accounting · rate · store ── places · life (of a video) · upload ── received (bytes, MD5)
      errors · settings · readings (what is open about Kinescope, and its possible answers) · facts

    Link (link ── relay ── pipe, line)   a TCP relay in front of any server: cuts, stalls, refuses, slows down

A test reads like this:

    with Emulator(folder) as emulator, Link(emulator.url) as link:
        emulator.faults.add(Fault(route=Route.PATCH, action=Action.LOSE_ANSWER))
        link.cut(after=5_000_000, by=Break.RST, times=1)
        ...  # a client works against link.url with emulator.token
        assert emulator.bytes_of(video_id).read_bytes() == source.read_bytes()
        assert emulator.accounting.bytes_received == source.stat().st_size

It imports nothing of the package around it.
"""

from kinescope_upload.emulator.accounting import Accounting, RequestRecord
from kinescope_upload.emulator.control import ForeignVideo
from kinescope_upload.emulator.errors import ErrorCode
from kinescope_upload.emulator.facts import (
    Folder,
    Project,
    Right,
    Route,
    Token,
    VideoFact,
    VideoStatus,
)
from kinescope_upload.emulator.faults import Action, Fault, Faults
from kinescope_upload.emulator.line import Break, Cut, Direction
from kinescope_upload.emulator.link import Link
from kinescope_upload.emulator.readings import READINGS, parse_readings
from kinescope_upload.emulator.server import Emulator, serve
from kinescope_upload.emulator.settings import Rate, Settings
from kinescope_upload.emulator.short_ids import short_id

__all__ = [
    "READINGS",
    "Accounting",
    "Action",
    "Break",
    "Cut",
    "Direction",
    "Emulator",
    "ErrorCode",
    "Fault",
    "Faults",
    "Folder",
    "ForeignVideo",
    "Link",
    "Project",
    "Rate",
    "RequestRecord",
    "Right",
    "Route",
    "Settings",
    "Token",
    "VideoFact",
    "VideoStatus",
    "parse_readings",
    "serve",
    "short_id",
]
