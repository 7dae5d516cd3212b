"""`kupload check` as it is shown: the words, and the file at hand on a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.check import print_check
from kinescope_upload.commands.check_progress import check_progress
from kinescope_upload.library.look import LookedAt, look_at_files
from kinescope_upload.output.options import DisplayOptions
from support.command_lines import CHECK, checked
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kinescope_upload.model import VideoFile

TEXT = """\
Broken
  a/2.mp4  is text, not a video
  a/3.mp4  "a/3.mp4" cannot be read (Permission denied).
  a/4.mp4  is empty

Not looked into
  a/5.avi  AVI

Still being written
  a/6.mp4  6 B

The same content more than once
  1 B  a/1.mp4, a/7.mp4

Sound without a picture
  a/7.mp4

2 files are whole: 8 B, 2 min 07 s.
3 files are broken, and no run sends them. Put a whole file in the place of each; `kupload --send-broken` sends them \
as they are.
1 file has the index at the end (no faststart). Nothing needs doing.
"""


def printed(*, verbose: bool = False) -> str:
    stream = io.StringIO()
    print_check(CHECK, DisplayOptions(verbose=verbose), stream)
    return stream.getvalue()


def test_what_was_found_is_told_from_the_worst_to_what_is_only_worth_knowing() -> None:
    assert printed() == TEXT


def test_verbose_names_every_whole_file() -> None:
    assert "Whole\n  a/1.mp4  MP4  2 min 07 s\n  a/7.mp4  MP4  ?\n" in printed(verbose=True)


def test_a_terminal_shows_the_file_at_hand_so_that_a_slow_one_is_known() -> None:

    with Terminal(100) as terminal:
        with check_progress(DisplayOptions(), terminal.stream) as progress:
            progress.begin(2)
            for file in progress.each([checked(1), checked(2)]):
                assert terminal.wait_until_shown(f"{file.path} ({file.size} B)")
        assert terminal.lines() == []


def test_no_terminal_and_no_wish_for_it_show_nothing() -> None:
    stream = io.StringIO()
    with check_progress(DisplayOptions(), stream) as progress:
        progress.begin(1)
        assert list(progress.each([checked(1)])) == [checked(1)]
        progress.block()
    assert stream.getvalue() == ""


def test_what_was_found_before_ctrl_c_is_kept(tmp_path: Path) -> None:
    def files() -> Iterator[VideoFile]:
        yield checked(1)
        raise KeyboardInterrupt

    looked = LookedAt()
    with pytest.raises(KeyboardInterrupt):
        look_at_files(files(), tmp_path, settle=0, into=looked)
    assert list(looked.unreadable) == [checked(1)]
