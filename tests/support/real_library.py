"""A library like the first user's: the real courses, counts, sizes and kinds of names; the content is made up.

405 videos, 212.2 GB. As sparse files it takes next to no room on a disk.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from kinescope_upload.media.sample_mp4 import SMALLEST, write_mp4
from kinescope_upload.model import VideoFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["COURSE_BYTES", "COURSE_COUNTS", "LibraryFile", "make_real_library", "real_files", "real_library"]

COURSE_COUNTS = {
    "01_analytics": 82,
    "02_ads": 67,
    "03_ai": 92,
    "04_workshops": 24,
    "05_ozon": 76,
    "06_express": 64,
}
"""Videos of each course."""

COURSE_BYTES = {
    "01_analytics": 33_400_000_000,
    "02_ads": 24_100_000_000,
    "03_ai": 22_400_000_000,
    "04_workshops": 68_200_000_000,
    "05_ozon": 31_900_000_000,
    "06_express": 32_200_000_000,
}
"""Bytes of each course's videos, in all."""

_SMALLEST = {"03_ai": 9_400_000}
_LARGEST = {"04_workshops": 6_300_000_000}
_SPREAD = {"04_workshops": 0.35}
_USUAL_SPREAD = 0.715

_FOLDERS = {
    "01_analytics/m00_bonus_autobidder": 4,
    "01_analytics/m01_start": 9,
    "01_analytics/m02_niche": 13,
    "01_analytics/m03_competitors": 16,
    "01_analytics/m04_demand": 12,
    "01_analytics/m05_unit_economics": 14,
    "01_analytics/m06_reports": 14,
    "02_ads/m01_basics": 12,
    "02_ads/m02_search": 18,
    "02_ads/m03_auto_campaigns": 15,
    "02_ads/m04_strategy": 22,
    "03_ai/m01_prompts": 20,
    "03_ai/m02_texts": 24,
    "03_ai/m03_images": 26,
    "03_ai/m04_agents": 22,
    "04_workshops/w01_launch": 8,
    "04_workshops/w02_scaling": 8,
    "04_workshops/w03_questions": 8,
    "05_ozon/m01_start": 19,
    "05_ozon/m02_cards": 19,
    "05_ozon/m03_logistics": 19,
    "05_ozon/m04_ads": 19,
    "06_express/c01_wb/m01_choice": 10,
    "06_express/c01_wb/m02_supply": 12,
    "06_express/c02_seo/m01_search": 7,
    "06_express/c02_seo/m02_keywords": 9,
    "06_express/c02_seo/m03_photo": 6,
    "06_express/c03_ads/m01_launch": 11,
    "06_express/c03_ads/m02_bids": 9,
}

_GIVEN_NAMES = {
    "01_analytics/m00_bonus_autobidder": ["bidder._poshagovaya_nastroika..mp4"],
    "01_analytics/m03_competitors": [
        "001_kto_vashi_konkurenty.mp4",
        "002_gde_ih_iskat.mp4",
        "003_kartochka, cena – i otzyvy.mp4",
        "004_tablica_sravneniya.mp4",
        "005_1_instrumenty_konkurentnogo_analiza_1.mp4",
        "005_2_instrumenty_konkurentnogo_analiza_2.mp4",
        "005_3_instrumenty_konkurentnogo_analiza_3.mp4",
        "005_4_instrumenty_konkurentnogo_analiza_4.mp4",
        "005_5_instrumenty_konkurentnogo_analiza_5.mp4",
    ],
    "06_express/c02_seo/m01_search": [
        "001_kak_ishchut.mp4",
        "002_zaprosy.mp4",
        "003_chastotnost.mp4",
        "004_trendovye_zaprosy.mp4",
    ],
    "06_express/c02_seo/m02_keywords": ["001_opisanie_kartochki.mp4"],
}

_TOPICS = (
    "kak_projti_kurs",
    "Как пройти курс",
    "День 1",
    "Разбор – часть 2",
    "vopros.otvet",
    "Ставки, бюджет и план",
    "🔥 Главное за неделю",
    "итоги и ещё немного…",
    "1.1 Ассортимент как система",
    "workshop (запись)",
    "цели & задачи №3",
)

_MOV_FOLDERS = {"04_workshops/w02_scaling": 8, "05_ozon/m04_ads": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFile:
    """A video file of the library: its path relative to the root, and its size in bytes."""

    path: str
    size: int


def real_library() -> tuple[LibraryFile, ...]:
    """The 405 files ordered by course, folder and name; the same ones whenever it is called."""
    return tuple(file for course in COURSE_COUNTS for file in _files_of_course(course))


def real_files() -> tuple[VideoFile, ...]:
    """The same as a scan would tell them, without a disk."""
    return tuple(VideoFile(path=file.path, size=file.size, modified_ns=0) for file in real_library())


def make_real_library(root: Path, *, scale: float = 1.0) -> tuple[LibraryFile, ...]:
    """Makes the library on disk as sparse files, and tells them with the sizes that they have there.

    Each is a whole MP4, and no two hold the same.

    Args:
        root: The library root; it is made.
        scale: What every size is multiplied by; no file gets smaller than an MP4 can be.
    """
    made = tuple(LibraryFile(path=file.path, size=max(SMALLEST, round(file.size * scale))) for file in real_library())
    for file in made:
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_mp4(path, file.size, seed=file.path, seconds=1 + file.size / 300_000)
    return made


def _files_of_course(course: str) -> Iterator[LibraryFile]:
    paths = [
        f"{folder}/{name}"
        for folder, count in _FOLDERS.items()
        if folder.startswith(f"{course}/")
        for name in _names(folder, count)
    ]
    for path, size in zip(paths, _sizes(course), strict=True):
        yield LibraryFile(path=path, size=size)


def _names(folder: str, count: int) -> Sequence[str]:
    given = _GIVEN_NAMES.get(folder, [])
    first_number = int(given[-1][:3]) if given and given[-1][:3].isdigit() else 0
    made = [
        f"{first_number + number:03d}_{_TOPICS[(len(folder) + number) % len(_TOPICS)]}{_suffix(folder, number)}"
        for number in range(1, count - len(given) + 1)
    ]
    return [*given, *made]


def _suffix(folder: str, number: int) -> str:
    return ".mov" if number <= _MOV_FOLDERS.get(folder, 0) else ".mp4"


def _sizes(course: str) -> list[int]:
    """Sizes that add up to the course's: most around the median, few far above it."""
    given = [sizes[course] for sizes in (_SMALLEST, _LARGEST) if course in sizes]
    count = COURSE_COUNTS[course] - len(given)
    total = COURSE_BYTES[course] - sum(given)
    spread = _SPREAD.get(course, _USUAL_SPREAD)
    weights = [math.exp(spread * NormalDist().inv_cdf((number + 0.5) / count)) for number in range(count)]
    sizes = [int(total * weight / sum(weights)) for weight in weights]
    sizes[count // 2] += total - sum(sizes)
    sizes += given
    random.Random(course).shuffle(sizes)
    return sizes
