"""A hop in front of the emulator that limits requests, or keeps them until they are whole."""

import pytest

from kinescope_upload.emulator import Break, Link, Settings
from support.conversation import Start


def test_a_longer_request_than_the_hop_takes_is_refused_with_a_page_of_its_own(start: Start) -> None:
    caller = start(Settings(max_request=3))
    made = caller.made(6)
    refused = caller.patch(made.url, b"abcd")
    assert (refused.status_code, "Upload-Offset" in refused.headers) == (413, False)
    assert "html" in refused.text
    assert caller.patch(made.url, b"abc").headers["Upload-Offset"] == "3"


@pytest.mark.parametrize("whole_requests", [False, True])
def test_what_a_broken_request_brought_is_lost_where_requests_are_kept_until_they_are_whole(
    start: Start, *, whole_requests: bool
) -> None:
    caller = start(Settings(whole_requests=whole_requests))
    size = 8 * 1024 * 1024
    made = caller.made(size)
    with Link(caller.emulator.url) as link:
        link.cut(after=size // 2, by=Break.RST)
        url = made.url.replace(caller.emulator.url, link.url)
        with pytest.raises(Exception, match=r".*"):
            caller.patch(url, b"x" * size)
    offset = int(caller.head(made.url).headers["Upload-Offset"])
    assert (offset == 0) is whole_requests
