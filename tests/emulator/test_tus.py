import time
import uuid
from email.utils import parsedate_to_datetime

import pytest

from kinescope_upload.emulator import Emulator, Right, Route, Settings, Token, VideoStatus
from support.conversation import Caller, Start, reading, wait_for_end_of

DEADLINE = 10.0


def wait_for_bytes(emulator: Emulator, count: int) -> None:
    assert emulator.accounting.wait_until(lambda seen: seen.bytes_received >= count, DEADLINE)


def test_bytes_arrive_in_chunks_and_are_equal(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6)
    first = caller.patch(made.url, b"abc")
    second = caller.patch(made.url, b"def", 3)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "3")
    assert (second.status_code, second.headers["Upload-Offset"]) == (204, "6")
    assert emulator.bytes_of(made.video_id).read_bytes() == b"abcdef"


def test_head_tells_offset_length_and_metadata_and_is_never_stored(caller: Caller) -> None:
    made = caller.made(6)
    caller.patch(made.url, b"abc")
    response = caller.head(made.url)
    assert response.status_code == 200
    assert (response.headers["Upload-Offset"], response.headers["Upload-Length"]) == ("3", "6")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Tus-Resumable"] == "1.0.0"
    assert "title " in response.headers["Upload-Metadata"]


def test_options_tells_what_the_server_can_do(start: Start) -> None:
    caller = start(Settings(max_size=1000, readings={"expires": "present"}))
    for path in ("/v2/init", caller.made(1).url):
        response = caller.http.options(path)
        assert response.status_code == 204
        assert response.headers["Tus-Version"] == "1.0.0"
        assert response.headers["Tus-Extension"] == "creation,termination,expiration"
        assert response.headers["Tus-Max-Size"] == "1000"


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("version", ["0.2.2", ""])
def test_another_protocol_version_is_refused(caller: Caller, method: str, version: str) -> None:
    made = caller.made(6)
    headers = {**caller.patch_headers(0), "Tus-Resumable": version}
    response = caller.http.request(method, made.url, headers=headers)
    assert (response.status_code, response.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_upload_nobody_made_is_not_found(caller: Caller, method: str) -> None:
    response = caller.http.request(method, "/v2/upload/nothing", headers=caller.patch_headers(0))
    assert response.status_code == 404
    assert "Upload-Offset" not in response.headers


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_upload_url_can_need_the_token(start: Start, method: str) -> None:
    caller = start(reading("upload-token", "needed"))
    made = caller.made(6)
    headers = caller.patch_headers(0)
    del headers["Authorization"]
    assert caller.http.request(method, made.url, headers=headers).status_code == 400


def test_an_upload_url_is_a_uuid_of_its_own(caller: Caller) -> None:
    made = caller.made(6)
    path, _, last = made.url.rpartition("/")
    assert path.endswith("/v2/upload")
    assert str(uuid.UUID(last)) == last != made.video_id


def test_a_token_may_be_unable_to_upload(start: Start) -> None:
    weak = Token(value="0b9c7c0e-7f1e-4f33-9f3c-4f5b8a9d0e1f", rights=frozenset({Right.DELETE}))
    caller = start(Settings(tokens=(Token(), weak), readings={"upload-token": "needed"}))
    made = caller.made(3)
    assert caller.patch(made.url, b"abc", headers={"Authorization": f"Bearer {weak.value}"}).status_code == 403


def test_a_patch_of_another_content_type_is_refused(caller: Caller) -> None:
    made = caller.made(6)
    assert caller.patch(made.url, b"abc", headers={"Content-Type": "video/mp4"}).status_code == 415
    assert caller.offset(made.url) == 0


@pytest.mark.parametrize("offset", ["", "-1", "three"])
def test_a_patch_without_a_proper_offset_is_refused(caller: Caller, offset: str) -> None:
    made = caller.made(6)
    assert caller.patch(made.url, b"abc", headers={"Upload-Offset": offset}).status_code == 400


def test_a_wrong_offset_is_a_conflict_that_tells_the_right_one(caller: Caller) -> None:
    made = caller.made(6)
    caller.patch(made.url, b"ab")
    response = caller.patch(made.url, b"abc", 3)
    assert (response.status_code, response.headers["Upload-Offset"]) == (409, "2")


def test_a_conflict_can_keep_the_right_offset_to_itself(start: Start) -> None:
    caller = start(Settings(offset_in_conflict=False))
    made = caller.made(6)
    response = caller.patch(made.url, b"abc", 3)
    assert response.status_code == 409
    assert "Upload-Offset" not in response.headers


def test_bytes_beyond_the_length_are_refused(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6)
    assert caller.patch(made.url, b"abcdefg").status_code == 413
    assert emulator.video(made.video_id).received == 0


def test_bytes_beyond_the_length_are_refused_when_no_length_was_declared(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6)
    response = caller.http.patch(made.url, content=iter([b"abcd", b"efgh"]), headers=caller.patch_headers(0))
    assert response.status_code == 413
    assert emulator.bytes_of(made.video_id).read_bytes() == b"abcdef"


def test_a_refused_patch_is_answered_after_its_body_by_default(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6_000_000)
    assert caller.patch(made.url, bytes(3_000_000), 5).status_code == 409
    assert caller.patch(made.url, bytes(6_000_000)).status_code == 204
    assert emulator.accounting.bytes_received == 6_000_000
    assert emulator.accounting.bytes_on_the_wire > 9_000_000
    assert emulator.accounting.connections == 1


def test_a_refused_patch_can_close_the_connection(start: Start) -> None:
    caller = start(Settings(close_on_refusal=True))
    made = caller.made(6)
    assert caller.patch(made.url, b"abc", 3).status_code == 409
    assert caller.patch(made.url, b"abcdef").status_code == 204
    assert caller.emulator.accounting.connections == 2


@pytest.mark.parametrize("sent", [1, 70_000, 3_000_001])
def test_bytes_that_arrived_before_a_break_are_kept(caller: Caller, emulator: Emulator, sent: int) -> None:
    made = caller.made(8_000_000)
    data = bytes(range(256)) * (sent // 256) + b"x" * (sent % 256)
    caller.begin_patch(made.url, data, 8_000_000).close()
    wait_for_end_of(emulator, Route.PATCH)
    assert caller.offset(made.url) == sent
    assert emulator.video(made.video_id).status is VideoStatus.SUSPENDED
    assert emulator.bytes_of(made.video_id).read_bytes() == data
    assert emulator.accounting.records(Route.PATCH)[0].status is None


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_upload_is_locked_while_a_patch_of_it_goes_on(start: Start, method: str) -> None:
    caller = start(Settings(lock_patience=0))
    made = caller.made(6)
    with caller.begin_patch(made.url, b"ab", 6) as connection:
        wait_for_bytes(caller.emulator, 2)
        assert caller.http.request(method, made.url, headers=caller.patch_headers(0)).status_code == 423
        connection.sendall(b"cdef")
        assert connection.recv(100).startswith(b"HTTP/1.1 204")
    assert caller.offset(made.url) == 6


def test_a_request_waits_a_little_for_a_broken_patch_to_let_go(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6_000_000)
    with caller.begin_patch(made.url, bytes(2_000_000), 6_000_000):
        wait_for_bytes(emulator, 2_000_000)
    assert caller.offset(made.url) == 2_000_000


def test_a_terminated_upload_is_gone_and_its_video_aborted(caller: Caller, emulator: Emulator) -> None:
    made = caller.made(6)
    caller.patch(made.url, b"abc")
    assert caller.http.delete(made.url, headers=caller.tus).status_code == 204
    assert caller.head(made.url).status_code == 410
    assert caller.patch(made.url, b"def", 3).status_code == 410
    assert emulator.video(made.video_id).status is VideoStatus.ABORTED
    assert not emulator.bytes_of(made.video_id).exists()


def test_a_finished_upload_still_answers(caller: Caller, emulator: Emulator) -> None:
    made = caller.uploaded(b"abc")
    assert caller.offset(made.url) == 3
    assert caller.patch(made.url, b"", 3).status_code == 204
    assert caller.http.delete(made.url, headers=caller.tus).status_code == 204
    assert emulator.video(made.video_id).status is VideoStatus.DONE
    assert emulator.bytes_of(made.video_id).read_bytes() == b"abc"


@pytest.mark.parametrize("status", [410, 404])
def test_an_upload_can_be_let_expire(start: Start, status: int) -> None:
    caller = start(Settings(gone_status=status))
    made = caller.made(6)
    caller.patch(made.url, b"abc")
    caller.emulator.expire_upload(made.video_id)
    assert caller.head(made.url).status_code == status
    assert caller.patch(made.url, b"def", 3).status_code == status
    assert caller.emulator.video(made.video_id).status is VideoStatus.SUSPENDED


def test_an_upload_tells_when_it_expires(start: Start) -> None:
    caller = start(Settings(expires_after=3600, readings={"expires": "present"}))
    response = caller.init(3)
    url = response.headers["Location"]
    expires = [parsedate_to_datetime(response.headers["Upload-Expires"])]
    expires += [parsedate_to_datetime(caller.head(url).headers["Upload-Expires"])]
    expires += [parsedate_to_datetime(caller.patch(url, b"a").headers["Upload-Expires"])]
    assert len(set(expires)) == 1
    assert 3500 < expires[0].timestamp() - time.time() < 3700


def test_an_upload_expires_in_its_time(start: Start) -> None:
    caller = start(Settings(expires_after=0))
    assert caller.head(caller.made(3).url).status_code == 410


def test_the_method_can_be_named_in_a_header(caller: Caller) -> None:
    made = caller.made(3)
    headers = {**caller.patch_headers(0), "X-HTTP-Method-Override": "PATCH"}
    response = caller.http.post(made.url, headers=headers, content=b"abc")
    assert (response.status_code, response.headers["Upload-Offset"]) == (204, "3")
    assert caller.http.post(made.url, headers=caller.tus).status_code == 405


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_method_named_in_a_header_replaces_any(caller: Caller, method: str) -> None:
    """Tus 1.0.0, X-HTTP-Method-Override: the actual method of the request MUST be ignored."""
    made = caller.made(3)
    headers = {**caller.patch_headers(0), "X-HTTP-Method-Override": "PATCH"}
    response = caller.http.request(method, made.url, headers=headers, content=b"abc")
    assert (response.status_code, response.headers.get("Upload-Offset")) == (204, "3")


@pytest.mark.parametrize("method", ["GET", "PUT", "TRACE"])
@pytest.mark.parametrize("path", ["/v2/upload/x", "/v2/init"])
def test_an_answer_to_a_wrong_method_says_the_version(caller: Caller, method: str, path: str) -> None:
    """Tus 1.0.0, Tus-Resumable: it MUST be in every response except for OPTIONS."""
    response = caller.http.request(method, path, headers=caller.tus)
    assert (response.status_code, response.headers.get("Tus-Resumable")) == (405, "1.0.0")


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "POST", "DELETE"])
def test_an_answer_without_a_route_says_the_version(caller: Caller, method: str) -> None:
    """Tus 1.0.0, Tus-Resumable: it MUST be in every response except for OPTIONS."""
    response = caller.http.request(method, "/v2/upload/a/b", headers=caller.tus)
    assert (response.status_code, response.headers.get("Tus-Resumable")) == (404, "1.0.0")


def test_the_management_api_speaks_no_tus(caller: Caller) -> None:
    for method, path in (("GET", "/v1/nothing"), ("PUT", "/v1/videos")):
        assert "Tus-Resumable" not in caller.http.request(method, path, headers=caller.bearer).headers


@pytest.mark.parametrize("status", [404, 410])
def test_the_absence_of_an_upload_is_never_stored(start: Start, status: int) -> None:
    """Tus 1.0.0, HEAD: the server MUST prevent caching of the response by Cache-Control: no-store."""
    caller = start(Settings(gone_status=status))
    made = caller.made(6)
    caller.emulator.expire_upload(made.video_id)
    for url, expected in ((made.url, status), ("/v2/upload/nothing", 404), ("/v2/no/such/path", 404)):
        response = caller.head(url)
        assert (response.status_code, response.headers.get("Cache-Control")) == (expected, "no-store")


@pytest.mark.parametrize("value", ["application/offset+octet-stream; v=1", "Application/Offset+Octet-Stream"])
def test_the_content_type_of_a_patch_may_have_parameters(caller: Caller, value: str) -> None:
    """RFC 9110, 8.3.1: a media type is case-insensitive, and parameters may follow it."""
    made = caller.made(3)
    assert caller.patch(made.url, b"abc", headers={"Content-Type": value}).status_code == 204


@pytest.mark.parametrize("how", ["expire", "delete"])
def test_an_upload_can_go_away_under_a_patch(caller: Caller, emulator: Emulator, how: str) -> None:
    made = caller.made(6)
    with caller.begin_patch(made.url, b"ab", 6) as connection:
        wait_for_bytes(emulator, 2)
        if how == "expire":
            emulator.expire_upload(made.video_id)
        else:
            emulator.delete_video(made.video_id)
        connection.sendall(b"cdef")
        assert connection.recv(100).startswith(b"HTTP/1.1 410")
    assert caller.head(made.url).status_code == 410


def test_uploads_of_different_videos_go_on_side_by_side(caller: Caller, emulator: Emulator) -> None:
    first, second = caller.made(6), caller.made(6)
    with caller.begin_patch(first.url, b"abc", 6) as one, caller.begin_patch(second.url, b"uvw", 6) as two:
        wait_for_bytes(emulator, 6)
        two.sendall(b"xyz")
        one.sendall(b"def")
        assert one.recv(100).startswith(b"HTTP/1.1 204")
        assert two.recv(100).startswith(b"HTTP/1.1 204")
    assert emulator.bytes_of(first.video_id).read_bytes() == b"abcdef"
    assert emulator.bytes_of(second.video_id).read_bytes() == b"uvwxyz"
