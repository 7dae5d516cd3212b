"""A service that takes messages, as a real web server on this machine."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Inbox:
    """What a service got: every request, and of those the messages that it took.

    Attributes:
        status: What it answers.
        address: What names it in KUPLOAD_NOTIFY.
    """

    def __init__(self, port: int) -> None:
        self.status = 200
        self.address = f"json://me:hunter2@127.0.0.1:{port}/inbox"
        self.requests: list[dict[str, Any]] = []
        self.taken: list[dict[str, Any]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.changed = threading.Condition()

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.taken]

    def wait_for(self, taken: int = 0, requests: int = 0, seconds: float = 20.0) -> bool:
        """Whether so many messages come in, and are taken, in a reasonable time."""
        with self.changed:
            return self.changed.wait_for(
                lambda: len(self.taken) >= taken and len(self.requests) >= requests, timeout=seconds
            )


@contextmanager
def an_inbox() -> Iterator[Inbox]:
    """A service that apprise reaches by `json://`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with inbox.changed:
                status = inbox.status
                inbox.requests.append(message)
                inbox.changed.notify_all()
            inbox.may_answer.wait(60)
            with inbox.changed:
                if status == 200:
                    inbox.taken.append(message)
                inbox.changed.notify_all()
            self.send_response(status)  # whoever hears it may look at what was taken
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    inbox = Inbox(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        inbox.may_answer.set()
        server.shutdown()
        server.server_close()
        thread.join()
