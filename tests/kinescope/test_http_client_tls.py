"""Whom kupload talks to: servers whose certificate the system trusts, and nobody else."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import trustme

from kinescope_upload.errors import UnreachableError
from kinescope_upload.kinescope.http_client import ApiRequest, HttpClient
from kinescope_upload.kinescope.trust import TrustedAddresses
from kinescope_upload.kinescope.tus import Request
from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Answers(BaseHTTPRequestHandler):
    tokens: list[str]

    def do_GET(self) -> None:
        self.tokens.append(self.headers["Authorization"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Nobody reads it."""


@contextmanager
def _server(certificate: trustme.LeafCert) -> Iterator[tuple[str, list[str]]]:
    """A server with this certificate; its address, and the tokens that it is told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    tokens: list[str] = []
    handler = type("Answers", (_Answers,), {"tokens": tokens})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that hangs up is expected here
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}", tokens
        finally:
            server.shutdown()
            thread.join()


_OWN_STORE = posix_only("Windows trusts by its own store, to which a test adds nothing")


def _send(url: str) -> int:
    service = HttpClient(token="the token", trusted=TrustedAddresses(configured=(url,)), stall=10.0)
    try:
        return service.send(ApiRequest(kind=Request.API, method="GET", url=url, action="answer")).status
    finally:
        service.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@_OWN_STORE
def test_a_certificate_that_the_system_trusts_is_believed(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))

    with _server(authority.issue_cert("127.0.0.1")) as (url, tokens):
        assert _send(url) == 204
    assert tokens == ["Bearer the token"]


def test_a_system_that_trusts_nobody_believes_nobody(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trusted.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))

    with (
        _server(authority.issue_cert("127.0.0.1")) as (url, tokens),
        pytest.raises(UnreachableError, match=r"\((.*[^('])?[Cc]ertificate"),
    ):
        _send(url)
    assert tokens == []


@_OWN_STORE
@pytest.mark.parametrize("name", ["example.org", "127.0.0.2"])
def test_a_trusted_certificate_of_another_host_is_refused(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))

    with (
        _server(authority.issue_cert(name)) as (url, tokens),
        pytest.raises(UnreachableError, match=r"hostname|IP address"),
    ):
        _send(url)
    assert tokens == []


def test_a_stranger_is_refused_before_the_token_is_told(authority: trustme.CA) -> None:
    with (
        _server(authority.issue_cert("127.0.0.1")) as (url, tokens),
        pytest.raises(UnreachableError, match=r"\((.*[^('])?[Cc]ertificate"),
    ):
        _send(url)
    assert tokens == []
