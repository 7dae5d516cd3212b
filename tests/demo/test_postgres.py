"""The embedded server, as the demo and these tests use it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import psycopg
import pytest

from kinescope_upload.demo.postgres import DatabaseServer

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "p@ss/w:rd#1%"


def test_it_takes_a_free_port_keeps_it_and_asks_for_the_password(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = DatabaseServer.at(temporary / "postgres")
    server.make(PASSWORD, {"search_path": "one, two"})
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = [one.getsockname()[1] for one in (taken, free)]
        free.close()
        monkeypatch.setattr("kinescope_upload.demo.postgres._free_port", iter(ports).__next__)
        try:
            server.start()
            server.stop()
            server.start()
            assert server.port == ports[1]
            with psycopg.connect(server.url("postgres", "postgres", PASSWORD)) as connection:
                assert connection.execute("SHOW search_path").fetchone() == ("one, two",)
            with pytest.raises(psycopg.OperationalError, match="no password supplied"):
                psycopg.connect(server.url("postgres", "postgres"))
        finally:
            server.stop()
    assert not (server.data / "postmaster.pid").exists()
    assert [one.name for one in temporary.iterdir()] == ["postgres"], "it writes nowhere else"
