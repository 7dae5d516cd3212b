"""Says why nothing can be done about a course that somebody named, and what to do about that. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kinescope_upload.library_paths import nfc
from kinescope_upload.mapping.courses import nearest_names
from kinescope_upload.model import Doubt
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryGround:
    """What there is to name.

    Attributes:
        root: The library root.
        parent: The folder that holds it.
        name: The root's own name.
        paths: The files below it.
        courses: The courses of the database; None where it is not asked.
        separator: What stands between the names of a path on this system.
        has_map_file: Whether a map file alone says which file belongs to which lesson.
    """

    root: str
    parent: str
    name: str
    paths: Collection[str]
    courses: Collection[str] | None
    separator: str = "/"
    has_map_file: bool = False


def doubt_of_idle_course(course: str, ground: LibraryGround) -> Doubt:
    """Says why nothing can be done about a course: no lesson of it is planned, and no file waits for one."""
    number = sum(nfc(path.partition("/")[0]) == nfc(course) for path in ground.paths)
    if ground.has_map_file:
        reason, hint = "the map file names no file of it", "Add its files to the map file, or leave --map out."
    elif number and ground.courses is not None:
        files = count(number, "file", "files")
        reason = f"the library has {files} of it, and the database no lesson"
        near = nearest_names(course, ground.courses)
        named = f" (it has {first_few(near)})" if near else ""
        hint = f"Add its lessons to the database, or name the folder as its course is called there{named}."
    else:
        reason = "the library has no file of it"
        hint = "Put its files into the library, or name the folder that holds them with --library."
    elsewhere = moved_root([course], ground)
    return Doubt(course=course, subject=course, reason=reason, hint=elsewhere or hint)


def doubt_of_foreign_library(ground: LibraryGround) -> Doubt:
    """Says that no folder of the library is a course of the database."""
    courses = sorted(ground.courses or ())
    there = f"It has {first_few(courses, most=5)}." if courses else "It has none."
    hint = moved_root((), ground) or f"Name the folder that holds the courses with --library. {there}"
    return Doubt(
        course=None,
        subject=ground.root,
        reason="none of its folders is a course of the database",
        hint=hint,
    )


def moved_root(wanted: Collection[str], ground: LibraryGround) -> str:
    """Which library was probably meant, with the option that names it; empty where nothing tells.

    Args:
        wanted: The courses in question, which count where the database is not asked.
        ground: What there is.
    """
    found = probable_root(wanted, ground)
    return Hint(f"{found[0]}: ", ("--dry-run", "--library", found[1]), ".") if found else ""


def probable_root(wanted: Collection[str], ground: LibraryGround) -> tuple[str, str] | None:
    """Why another library was probably meant, and which; None where nothing tells.

    Args:
        wanted: The courses in question, which count where the database is not asked.
        ground: What there is. A root that is named like a course lies one level too deep, one whose folders hold
            courses one too high.
    """
    courses = set(map(nfc, wanted if ground.courses is None else ground.courses))
    folders = {nfc(path.partition("/")[0]) for path in ground.paths}
    if nfc(ground.name) in courses and not courses & folders:
        return "The library is itself named like a course; name the folder above it", ground.parent
    below = {(first, second) for path in ground.paths for first, second, *_ in [(*path.split("/"), "", "")]}
    deeper = sorted({first for first, second in below if nfc(second) in courses and nfc(first) not in courses})
    if len(deeper) == 1:
        return f'Its folder "{deeper[0]}" holds the courses; name it', f"{ground.root}{ground.separator}{deeper[0]}"
    return None
