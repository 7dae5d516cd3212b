"""A course's progress file bears a name that every system takes, and is found under the names that others gave it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinescope_upload.errors import UsageError
from kinescope_upload.progress import CourseLock, ProgressStore, ask_to_stop, courses_in, notes_in, read_records
from kinescope_upload.progress.names import course_of, stem_of
from kinescope_upload.progress.stream import change_records, stream_records
from support.progress_cases import a_record, names_in

if TYPE_CHECKING:
    from pathlib import Path

_COMPOSED: Final = "Йога й"
_DECOMPOSED: Final = normalize("NFD", _COMPOSED)
_ONLY_POSIX: Final = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="a disk that takes any name")
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³]) *([.:].*)?", re.IGNORECASE)
"""Names of Windows's devices (Microsoft, "Naming Files, Paths, and Namespaces")."""
_NAMES: Final = [
    ("NUL", "%NUL"),
    ("con", "%con"),
    ("aux.x", "%aux.x"),
    ("Lpt¹", "%Lpt¹"),
    ("%NUL", "%%NUL"),
    ("nullable", "nullable"),
    ("a:b", "a%3Ab"),
    ("a?b", "a%3Fb"),
    ("a|b", "a%7Cb"),
    ('"a" <b> * ', "%22a%22 %3Cb%3E %2A "),
    ("a/b\\c", "a%2Fb%5Cc"),
    ("a%3Ab", "a%253Ab"),
    ("100% a'b%20", "100% a'b%20"),
    ("a.", "a."),
    (_DECOMPOSED, _COMPOSED),
]


@pytest.mark.parametrize(("course", "stem"), _NAMES, ids=ascii)
def test_a_course_is_spelled_so_that_every_system_takes_the_name(course: str, stem: str) -> None:
    assert stem_of(course) == stem
    assert course_of(stem) == normalize("NFC", course)


@given(st.text(st.sampled_from('anul:%/\\3AF5|?. й\x1f"'), max_size=8))
def test_the_course_is_read_from_the_name_again(course: str) -> None:
    stem = stem_of(course)
    assert course_of(stem) == normalize("NFC", course)
    assert not re.search(r'[<>:"|?*\\/\x00-\x1f]', stem)
    assert not _RESERVED.fullmatch(f"{stem}.json")


def _made(folder: Path, course: str) -> Path:
    with ProgressStore(folder, [course]) as store:
        store.save(a_record(course=course))
    [name] = names_in(folder)
    return folder / name


@pytest.mark.parametrize(("course", "stem"), _NAMES, ids=ascii)
def test_a_course_that_no_windows_file_can_be_named_after_has_its_progress(
    tmp_path: Path, course: str, stem: str
) -> None:
    assert _made(tmp_path, course) == tmp_path / f"{stem}.json"
    assert courses_in(tmp_path) == (normalize("NFC", course),)
    assert read_records(tmp_path, [course]) == {"c_001": a_record(course=course)}
    lock = CourseLock.acquire(tmp_path, course)
    assert ask_to_stop(tmp_path) == (normalize("NFC", course),)
    lock.release()


@_ONLY_POSIX
@pytest.mark.parametrize("course", ["NUL", "a:b", "a%3Ab", 'a"b'])
def test_a_file_that_an_older_version_named_after_its_course_is_still_the_courses(tmp_path: Path, course: str) -> None:
    old = _made(tmp_path, course).rename(tmp_path / f"{course}.json")
    assert courses_in(tmp_path) == (course,) or course == "a%3Ab"
    with ProgressStore(tmp_path, [course]) as store:
        assert store.records == {"c_001": a_record(course=course)}
        store.save(a_record("c_002", course=course))
    assert names_in(tmp_path) == [old.name]


@_ONLY_POSIX
def test_a_folder_that_a_mac_packed_goes_on_with_everything_that_it_knows(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path, [_COMPOSED])
    store.save(a_record(course=_COMPOSED))
    store.save(a_record(course=_COMPOSED, offset=7))
    kept = {path.name: path.read_bytes() for path in tmp_path.glob("*.j*")}
    store.close()
    for suffix in (".json", ".journal"):  # as a run that was killed left them
        (tmp_path / f"{_COMPOSED}{suffix}").unlink(missing_ok=True)
        (tmp_path / f"{_DECOMPOSED}{suffix}").write_bytes(kept[_COMPOSED + suffix])
    expected = {"c_001": a_record(course=_COMPOSED, offset=7)}

    assert courses_in(tmp_path) == (_COMPOSED,)
    assert notes_in(tmp_path) == ()
    assert read_records(tmp_path) == read_records(tmp_path, [_COMPOSED]) == expected
    assert list(stream_records(tmp_path, _COMPOSED)) == list(expected.values())
    assert change_records(tmp_path, _COMPOSED, lambda record: record) == 0
    with ProgressStore(tmp_path, [_COMPOSED, _DECOMPOSED]) as store:
        assert set(store.records) == {"c_001"}
        store.save(a_record("c_002", course=_COMPOSED))
        store.save(a_record("c_003", course=_DECOMPOSED))
    assert names_in(tmp_path) == [f"{_DECOMPOSED}.json"]


@_ONLY_POSIX
@pytest.mark.parametrize("suffix", [".json", ".journal"])
def test_two_files_that_differ_in_form_alone_are_named_and_left_as_they_are(tmp_path: Path, suffix: str) -> None:
    _made(tmp_path, _COMPOSED)
    (tmp_path / f"{_DECOMPOSED}{suffix}").write_bytes(b"{}")
    with pytest.raises(UsageError, match="twice") as caught:
        read_records(tmp_path, [_COMPOSED])
    with pytest.raises(UsageError, match="twice"):
        ProgressStore(tmp_path, [_COMPOSED])
    assert "\\u0439" in caught.value.what
    assert "\\u0438\\u0306" in caught.value.what
    assert (tmp_path / f"{_DECOMPOSED}{suffix}").read_bytes() == b"{}"
