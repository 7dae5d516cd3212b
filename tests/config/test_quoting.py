"""Paths that quotation marks have spoiled, on the way from a file or from cmd.exe."""

from __future__ import annotations

import pytest

from kinescope_upload.config.quoting import spoilt_path
from kinescope_upload.config.settings import Source

_FILES = (Source.ENV_FILE, Source.TOML)


@pytest.mark.parametrize("text", ["E:\new".replace("\\n", "\n"), "E:\academy", "E:\tmp", "E:\x08in", "\x7f"])
@pytest.mark.parametrize(
    ("source", "hint"), [(Source.ENV_FILE, "without quotation marks"), (Source.TOML, "in single quotes")]
)
def test_a_control_character_in_a_path_of_a_file_is_a_backslash_between_marks(
    text: str, source: Source, hint: str
) -> None:
    spoilt = spoilt_path(text, source)

    assert spoilt
    assert hint in spoilt.hint


@pytest.mark.parametrize(
    "text",
    [
        'E:\\Academy Courses"',
        'E:\\Academy Courses" --jobs 2 --dry-run',
        'E:\\Academy Courses" -q',
        'E:Academy"',
        '\\\\server\\share"',
        'Academy Courses" --dry-run',
        '..\\courses"',
    ],
)
def test_a_mark_after_a_backslash_swallows_the_rest_of_the_line(text: str) -> None:
    spoilt = spoilt_path(text, Source.OPTION)

    assert spoilt
    assert "backslash before the mark" in spoilt.hint


@pytest.mark.parametrize(
    ("text", "source"),
    [
        *(("E:\\new courses", source) for source in Source),
        *(("/srv/курсы – 2", source) for source in Source),
        *(('E:\\Courses"', source) for source in _FILES),
        ("/srv/a\nb", Source.OPTION),
        ("/srv/a\tb", Source.ENVIRONMENT),
        ('/srv/"quoted"', Source.OPTION),
        ('/srv/12"', Source.OPTION),
        ('/srv/12" films', Source.OPTION),
    ],
)
def test_other_paths_are_taken_as_they_are(text: str, source: Source) -> None:
    assert spoilt_path(text, source) is None
