"""A library that lives on, with Kinescope and the database: new files among old ones, and a person who says whose."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.commands.confirm import Dialogue, confirm_map
from kinescope_upload.config import load_settings
from support import kupload
from support.terminal import Terminal
from support.world import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from support.world import World, WorldMaker

_SECTION = "01_analytics/m01_start"
_TITLES = ("Альфа", "Бета", "Гамма")


@pytest.fixture
def uploaded(worlds: WorldMaker) -> World:
    """Three linked lessons."""
    world = worlds()
    for number, title in enumerate(_TITLES, start=1):
        world.add_file(f"{_SECTION}/{number:03d}_{title}.mp4", content_of(4000 + number, seed=title))
        _add_lesson(world, number, title)
    assert world.upload().exit_code == 0
    return world


def _add_lesson(world: World, number: int, title: str) -> str:
    lesson_id = f"01_analytics_m01_start_{number:03d}"
    world.database.add_lessons([(lesson_id, "01_analytics", title)])
    return lesson_id


def _insert(world: World) -> str:
    """A new file before the second, and its row at the end."""
    world.add_file(f"{_SECTION}/001a_Новая.mp4", content_of(7000, seed="Новая"))
    return _add_lesson(world, 4, "Новая")


def _confirm(world: World, answers: Iterable[str]) -> tuple[int, str]:
    """`kupload map --confirm`, with these lines typed."""
    said: list[str] = []
    lines = iter(answers)

    def ask(question: str) -> str:
        said.append(question)
        return next(lines)

    settings = load_settings({}, directory=world.folder, environment=world.environment)
    dialogue = Dialogue(ask=ask, tell=said.append)
    return confirm_map(settings, dialogue), "\n".join(said)


def _contents(world: World) -> dict[str, bytes]:
    """The bytes of the video that each row names."""
    return {
        lesson_id: world.emulator.bytes_of(video_id).read_bytes()
        for lesson_id, (video_id, _) in world.database.videos().items()
        if video_id
    }


def _expected(world: World, *titles: str) -> dict[str, bytes]:
    files = {path.stem.rpartition("_")[2]: path.read_bytes() for path in (world.library / _SECTION).iterdir()}
    return {f"01_analytics_m01_start_{number:03d}": files[title] for number, title in enumerate(titles, start=1)}


@pytest.mark.parametrize("has_progress", [True, False])
def test_a_file_put_in_front_of_others_waits_for_a_person_and_goes_to_its_own_lesson(
    uploaded: World, has_progress: bool
) -> None:
    new = _insert(uploaded)
    if not has_progress:
        shutil.rmtree(uploaded.progress)
    bytes_before = uploaded.emulator.accounting.bytes_received

    waits = uploaded.upload()
    assert (waits.exit_code, uploaded.emulator.accounting.bytes_received) == (1, bytes_before)
    [doubt] = waits.summary["doubts"]
    assert doubt["lesson_ids"] == [new]
    assert '001a_Новая.mp4 → 01_analytics_m01_start_004 "Новая"?' in doubt["hint"]

    code, said = _confirm(uploaded, [""])
    assert (code, '001a_Новая.mp4 (7.0 kB) → 1 "Новая"? ' in said) == (0, True), said
    assert uploaded.upload().exit_code == 0
    assert _contents(uploaded) == _expected(uploaded, *_TITLES, "Новая")

    shutil.rmtree(uploaded.progress)  # another machine: the confirmed pair and the originals tell all
    bytes_before = uploaded.emulator.accounting.bytes_received
    assert uploaded.upload().exit_code == 0
    assert uploaded.emulator.accounting.bytes_received == bytes_before


def test_of_many_new_files_with_one_in_the_middle_none_is_linked_one_place_off(uploaded: World) -> None:
    new = ["Икс", "Дельта", "Эпсилон", "Дзета"]
    for name, title in zip(("001a", "004", "005", "006"), new, strict=True):
        uploaded.add_file(f"{_SECTION}/{name}_{title}.mp4", content_of(8000, seed=title))
    for number, title in enumerate(new, start=4):
        _add_lesson(uploaded, number, title)

    outcome = uploaded.upload()
    assert (outcome.exit_code, len(_contents(uploaded)), outcome.summary["in_doubt"]) == (1, 3, [])
    assert _confirm(uploaded, ["", "", "", ""])[0] == 0
    assert uploaded.upload().exit_code == 0
    assert _contents(uploaded) == _expected(uploaded, *_TITLES, *new)


def test_a_file_at_the_end_is_uploaded_from_a_machine_without_the_progress(uploaded: World) -> None:
    shutil.rmtree(uploaded.progress)
    uploaded.add_file(f"{_SECTION}/004_Дельта.mp4", content_of(9000, seed="Дельта"))
    _add_lesson(uploaded, 4, "Дельта")
    assert uploaded.upload().exit_code == 0
    assert _contents(uploaded) == _expected(uploaded, *_TITLES, "Дельта")


def test_files_of_one_size_are_read_where_only_their_md5_tells_whose_they_are(worlds: WorldMaker) -> None:
    world = worlds()
    for number, title in enumerate(_TITLES, start=1):
        world.add_file(f"{_SECTION}/{number:03d}_{title}.mp4", content_of(5000, seed=title))
        _add_lesson(world, number, title)
    assert world.upload().exit_code == 0
    shutil.rmtree(world.progress)
    world.add_file(f"{_SECTION}/004_Дельта.mp4", content_of(5000, seed="Дельта"))
    _add_lesson(world, 4, "Дельта")
    assert world.upload().exit_code == 0
    assert _contents(world) == _expected(world, *_TITLES, "Дельта")


def test_without_originals_nothing_proves_a_section_that_somebody_else_uploaded(worlds: WorldMaker) -> None:
    world = worlds(readings={"originals": "off"})
    for number, title in enumerate(_TITLES, start=1):
        world.add_file(f"{_SECTION}/{number:03d}_{title}.mp4", content_of(4000 + number, seed=title))
        _add_lesson(world, number, title)
    assert world.upload().exit_code == 0
    shutil.rmtree(world.progress)
    world.add_file(f"{_SECTION}/004_Дельта.mp4", content_of(9000, seed="Дельта"))
    _add_lesson(world, 4, "Дельта")
    outcome = world.upload()
    assert (outcome.exit_code, len(_contents(world))) == (1, 3)
    assert "keeps no original" in outcome.summary["doubts"][0]["reason"]


def test_a_number_chooses_another_lesson_s_skips_and_q_ends_and_what_was_answered_stays(uploaded: World) -> None:
    for name in ("001a", "001b", "001c"):
        uploaded.add_file(f"{_SECTION}/{name}.mp4", content_of(6000, seed=name))
    for number in (4, 5, 6):
        _add_lesson(uploaded, number, f"Новая {number}")
    kept = {
        "matched": [{"filePath": f"{_SECTION}/001_Альфа.mp4", "lessonId": "01_analytics_m01_start_001"}],
        "by": "me",
    }
    own = uploaded.library / "kupload-map.json"
    own.write_text(json.dumps(kept), encoding="utf-8")

    code, said = _confirm(uploaded, ["9", "3", "s", "q"])
    assert (code, '"9" is no lesson that is left' in said) == (1, True)
    code, said = _confirm(uploaded, ["q"])
    written = json.loads(own.read_text(encoding="utf-8"))
    assert (code, written["by"], written["matched"][0]) == (1, "me", kept["matched"][0])
    assert [(one["filePath"], one["lessonId"]) for one in written["matched"][1:]] == [
        (f"{_SECTION}/001a.mp4", "01_analytics_m01_start_006")
    ]
    assert _confirm(uploaded, ["", ""])[0] == 0
    assert uploaded.upload().exit_code == 0
    contents = _contents(uploaded)
    assert contents["01_analytics_m01_start_006"] == content_of(6000, seed="001a")
    assert contents["01_analytics_m01_start_004"] == content_of(6000, seed="001b")


@pytest.mark.slow
def test_pairs_that_contradict_each_other_are_named_by_run_and_verify_until_a_person_answers(uploaded: World) -> None:
    """Three linked lessons, and two files for a fourth."""
    for name in ("004_Дельта", "005_Эпсилон"):
        uploaded.add_file(f"{_SECTION}/{name}.mp4", content_of(6000, seed=name))
    new = [_add_lesson(uploaded, number, title) for number, title in ((4, "Икс"), (5, "Игрек"))]
    pairs = [{"filePath": f"{_SECTION}/{name}.mp4", "lessonId": new[0]} for name in ("004_Дельта", "005_Эпсилон")]
    (uploaded.library / "kupload-map.json").write_text(json.dumps({"matched": pairs}), encoding="utf-8")

    outcome, verified = uploaded.upload(), uploaded.run("verify")

    assert (outcome.exit_code, len(_contents(uploaded)), verified.exit_code) == (1, 3, 1)
    assert f"{new[0]}" in {doubt["subject"] for doubt in outcome.summary["doubts"]}
    assert "2 files are named for it" in verified.text
    assert _confirm(uploaded, ["2", ""])[0] == 0
    assert uploaded.upload().exit_code == 0
    assert _contents(uploaded) == _expected(uploaded, *_TITLES, "Эпсилон", "Дельта")


@pytest.mark.slow
@pytest.mark.parametrize("is_same_file", [True, False])
def test_a_pair_that_somebody_writes_while_the_questions_are_open_stays(*, is_same_file: bool, uploaded: World) -> None:
    new = _insert(uploaded)
    path = uploaded.library / "kupload-map.json"
    file = f"{_SECTION}/001a_Новая.mp4" if is_same_file else f"{_SECTION}/003_Гамма.mp4"
    written = json.dumps({"matched": [{"filePath": file, "lessonId": new}], "note": "theirs"})

    def answers() -> Iterator[str]:
        path.write_text(written, "utf-8")
        yield ""

    code, said = _confirm(uploaded, answers())
    assert f'"{file}" is written down as the file of {new}' in said
    assert (code, path.read_text("utf-8")) == (0, written)


def test_the_setting_names_another_file_and_a_map_that_is_given_stays_the_only_source(uploaded: World) -> None:
    _insert(uploaded)
    uploaded.environment["KUPLOAD_MAP"] = str(uploaded.folder / "own.json")
    assert _confirm(uploaded, [""])[0] == 0
    assert (uploaded.folder / "own.json").exists()
    assert not (uploaded.library / "kupload-map.json").exists()
    line = uploaded.run("map", "--json").said[0]
    assert {one["source"] for one in line["files"]} == {"record", "map_file"}
    (uploaded.folder / "all.json").write_text('{"matched": []}', encoding="utf-8")
    assert uploaded.run("map", "--map", "all.json", "--json").said[0]["files"] == []


def test_without_a_terminal_it_says_what_to_do(uploaded: World) -> None:
    outcome = uploaded.run("map", "--confirm")
    assert (outcome.exit_code, "kupload-map.json" in outcome.text) == (2, True)


def test_at_a_terminal_enter_accepts(uploaded: World) -> None:
    _insert(uploaded)
    with Terminal(100) as terminal:
        process = kupload.start(
            ["map", "--confirm"],
            cwd=uploaded.folder,
            env=uploaded.process_environment,
            stdin=terminal.slave,
            stdout=terminal.slave,
            stderr=terminal.slave,
        )
        assert terminal.wait_until_shown('→ 1 "Новая"?')
        os.write(terminal.master, b"\n")
        assert process.wait(60) == 0
    assert (uploaded.library / "kupload-map.json").exists()


@pytest.mark.slow
def test_verify_says_what_rests_on_a_position_alone_and_which_file_is_named_like_another_lesson(
    uploaded: World,
) -> None:
    """What an older version linked one place off: the sizes agree, and the names do not."""
    said = uploaded.run("verify", "--json")
    assert (said.exit_code, said.said[-1]["by_position"]) == (0, [])
    uploaded.database.execute("""UPDATE "Lesson" SET title = 'Гамма' WHERE title = 'Бета'""")
    uploaded.database.execute("""UPDATE "Lesson" SET title = 'Бета' WHERE id LIKE '%3'""")
    uploaded.database.execute("""UPDATE "Lesson" SET title = 'Дельта' WHERE title = 'Альфа'""")

    found = uploaded.run("verify", "--json")
    second, third = "01_analytics_m01_start_002", "01_analytics_m01_start_003"
    named = [one["lesson_id"] for one in found.events("finding") if one["kind"] == "named_like_another"]
    assert (found.exit_code, named) == (1, [second, third])
    assert found.said[-1]["by_position"] == ["01_analytics_m01_start_001", second, third]
    text = uploaded.run("verify").text
    assert "Positions  3 links rest on the file's position alone" in text

    assert _confirm(uploaded, ["1", "", "1"])[0] == 0, "Enter takes neither"
    again = uploaded.run("verify", "--json")
    assert [one for one in again.events("finding") if one["kind"] == "named_like_another"] == []
    assert again.said[-1]["by_position"] == ["01_analytics_m01_start_001"]


def test_status_and_map_name_the_files_that_wait(uploaded: World) -> None:
    _insert(uploaded)
    status = uploaded.run("--status", "--json").said[0]["courses"][0]
    assert (status["lessons"], status["linked"], status["waiting"]) == (4, 3, 1)
    assert "1 file waits for its lesson: `kupload map --confirm` asks" in uploaded.run("--status").text
    text = uploaded.run("map").text
    assert "001_Альфа.mp4  Альфа  recorded" in text
    assert "001a_Новая.mp4  01_analytics_m01_start_004  Новая" in text
