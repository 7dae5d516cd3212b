"""A small library of the six courses: folders and names are of the real kinds, the content is made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kinescope_upload.media.sample_mp4 import make_mp4

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["COURSE_TITLES", "LEFT_ALONE", "MADE_FILES", "MadeFile", "make_file", "make_library"]

COURSE_TITLES: Final = {
    "01_analytics": "Аналитика",
    "02_ads": "Реклама",
    "03_ai": "Нейросети для продавца",
    "04_workshops": "Воркшопы",
    "05_ozon": "Ozon с нуля",
    "06_express": "Экспресс-курс",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A video file of the library.

    Attributes:
        path: Relative to the library root, parts joined by "/".
        kilobytes: Its size in units of 1,000 bytes; the file is a few bytes longer. Its video lasts as many seconds.
        title: What its lesson is called.
    """

    path: str
    kilobytes: int
    title: str


def _folder(path: str, *files: tuple[str, int, str]) -> tuple[MadeFile, ...]:
    return tuple(MadeFile(path=f"{path}/{name}", kilobytes=size, title=title) for name, size, title in files)


MADE_FILES: Final = (
    *_folder(
        "01_analytics/m00_bonus_autobidder",
        ("bidder._poshagovaya_nastroika..mp4", 640, "Автобиддер: пошаговая настройка"),
    ),
    *_folder(
        "01_analytics/m01_start",
        ("001_kak_projti_kurs.mp4", 90, "Как пройти курс"),
        ("002_celi_i_plan.mp4", 410, "Цели и план"),
    ),
    *_folder(
        "01_analytics/m03_competitors",
        ("001_kto_vashi_konkurenty.mp4", 1_300, "Кто ваши конкуренты"),
        ("002_kartochka, cena – i otzyvy.mp4", 720, "Карточка, цена – и отзывы"),
        ("005_1_instrumenty_konkurentnogo_analiza_1.mp4", 980, "Инструменты конкурентного анализа, часть 1"),
        ("005_2_instrumenty_konkurentnogo_analiza_2.mp4", 1_150, "Инструменты конкурентного анализа, часть 2"),
    ),
    *_folder(
        "02_ads/m01_basics",
        ("1.1 Ставки, бюджет и план.mp4", 860, "Ставки, бюджет и план"),
        ("1.2 Разбор – часть 2.mp4", 540, "Разбор – часть 2"),
    ),
    *_folder(
        "02_ads/m04_strategy",
        ("001_strategiya.mp4", 2_100, "Стратегия продвижения"),
        ("002_vopros.otvet.mp4", 230, "Вопрос – ответ"),
        ("den_1.mp4", 310, "День 1"),
    ),
    *_folder(
        "03_ai/m01_prompts",
        ("001_chto_takoe_promt.mp4", 470, "Что такое промт"),
        ("002_🔥 Главное за неделю.mp4", 1_020, "🔥 Главное за неделю"),
        ("003_итоги и ещё немного….mp4", 380, "Итоги и ещё немного…"),
    ),
    *_folder(
        "03_ai/m03_images",
        ("001_izobrazheniya.mp4", 1_600, "Изображения для карточки"),
        ("002_цели & задачи №3.mp4", 150, "Цели & задачи №3"),
    ),
    *_folder(
        "04_workshops/w01_launch",
        ("workshop (запись).mp4", 3_000, "Запуск товара: запись воркшопа"),
        ("voprosy.mp4", 1_900, "Вопросы после запуска"),
    ),
    *_folder(
        "04_workshops/w02_scaling",
        ("001_masshtabirovanie.mov", 2_700, "Масштабирование"),
        ("002_razbor.MOV", 1_450, "Масштабирование: разбор"),
    ),
    *_folder(
        "05_ozon/m01_start",
        ("001_registraciya.mp4", 280, "Регистрация"),
        ("002_kabinet.mp4", 350, "Личный кабинет"),
        ("010_pervaya_postavka.mp4", 1_240, "Первая поставка"),
    ),
    *_folder(
        "05_ozon/m04_ads",
        ("001_reklama_na_ozon.mp4", 900, "Реклама на Ozon"),
        ("002_otchety.mp4", 60, "Отчёты"),
    ),
    *_folder(
        "06_express/c01_wb/m01_choice",
        ("001_vybor_tovara.mp4", 1_100, "Выбор товара"),
        ("002_proverka_nishi.mp4", 560, "Проверка ниши"),
    ),
    *_folder(
        "06_express/c02_seo/m01_search",
        ("001_kak_ishchut.mp4", 330, "Как ищут покупатели"),
        ("004_trendovye_zaprosy.mp4", 750, "Трендовые запросы"),
    ),
    *_folder(
        "06_express/c02_seo/m02_keywords",
        ("001_opisanie_kartochki.mp4", 820, "Описание карточки"),
        ("002_klyuchevye_slova.mp4", 190, "Ключевые слова"),
    ),
    *_folder(
        "06_express/c03_ads/m02_bids",
        ("001_stavki.mp4", 1_750, "Ставки"),
    ),
)

LEFT_ALONE: Final = {
    "02_ads/m05_soon/001_ne_dogruzilos.mp4": b"",
    "05_ozon/m05_soon/001_kachaetsya.mp4.part": b"not all of it yet",
    "03_ai/m01_prompts/._001_chto_takoe_promt.mp4": b"what a Mac leaves on a foreign disk",
    "01_analytics/m01_start/konspekt.pdf": b"no video",
}
"""Files that no run may touch: empty, half-downloaded, a Mac's companion, no video."""


def make_library(root: Path) -> None:
    """Makes the library on disk; every file's content follows from its path.

    Args:
        root: The library root; it is made.
    """
    for file in MADE_FILES:
        make_file(root, file)
    for path, content in LEFT_ALONE.items():
        _write(root / path, content)


def make_file(root: Path, file: MadeFile) -> None:
    """Makes a video file of the library."""
    _write(root / file.path, _content(file))


def _content(file: MadeFile) -> bytes:
    """A whole video: no two files alike, no two places in one file alike, and no size a round number."""
    return make_mp4(file.kilobytes * 1000 + len(file.path), seed=file.path, seconds=file.kilobytes)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
