"""Lessons that are renumbered in the database keep their own videos, whatever their numbers are."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.audit.compare import Kind
from kinescope_upload.audit.fixes import LinkVideo, MoveRecords, RenameVideo
from kinescope_upload.audit.verify import VerifyOptions
from kinescope_upload.commands.confirm import Dialogue, confirm_map
from kinescope_upload.commands.status import read_status
from kinescope_upload.emulator import VideoStatus
from kinescope_upload.text.hints import Hint
from support.auditing import FIRST, SECOND, THIRD, kinds, look, mend, plan_of, settings_of, uploaded, video_of
from support.concurrency import meanwhile
from support.replacing import confirm, file_of, publish, shoot_again, undo
from support.world import KIB, content_of, date_back

if TYPE_CHECKING:
    from pathlib import Path

    from support.world import World, WorldMaker

FOURTH = FIRST[:-1] + "4"


def _rename(world: World, *names: tuple[str, str]) -> None:
    for old, new in names:
        world.database.execute(f"UPDATE \"Lesson\" SET id = '{new}' WHERE id = '{old}'")


def _exchange(world: World) -> None:
    _rename(world, (FIRST, "x"), (SECOND, FIRST), ("x", SECOND))


def _exchange_files(world: World) -> None:
    one, two = file_of(world, FIRST), file_of(world, SECOND)
    between = one.with_name("x")
    one.rename(between)
    two.rename(one)
    between.rename(two)


def _answer(world: World, *answers: str) -> int:
    """`kupload map --confirm`, with these lines typed."""
    lines = iter(answers)
    return confirm_map(settings_of(world), Dialogue(ask=lambda _: next(lines), tell=lambda _: None))


def _by_title(world: World) -> dict[str, str | None]:
    """The video that viewers see of each title."""
    return dict(world.database.query('SELECT title, "videoId" FROM "Lesson"'))


@pytest.mark.parametrize("is_row_empty", [False, True])
def test_exchanged_lessons_keep_their_videos_and_repair_moves_what_is_recorded(
    worlds: WorldMaker, *, is_row_empty: bool
) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    right = _by_title(world)
    _exchange(world)
    if is_row_empty:
        _exchange_files(world)
        for lesson in (FIRST, SECOND):
            world.database.set_video(lesson, None)
    before = world.database.videos()

    run = world.upload()
    assert run.exit_code == 1
    assert {one["lesson_id"] for one in run.summary["in_doubt"]} == {FIRST, SECOND}
    assert all("kupload repair" in one["hint"] for one in run.summary["in_doubt"])
    assert world.database.videos() == before

    assert {Kind.TWO_VIDEOS, Kind.SIZE_DIFFERS, Kind.TITLE_DIFFERS}.isdisjoint(found := kinds(look(world)))
    assert found.count(Kind.RENUMBERED) == 2
    assert [type(one) for one in plan_of(world).fixes] == [MoveRecords] + [LinkVideo] * 2 * is_row_empty
    assert mend(world).failed == 0
    assert _by_title(world) == right
    assert look(world).agrees
    assert world.upload().exit_code == 0


def test_a_lesson_put_in_front_is_uploaded_after_repair(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    right = _by_title(world)
    second, first = file_of(world, SECOND), file_of(world, FIRST)
    second.rename(second.with_name("003_урок.mp4"))
    first.rename(second)
    first.write_bytes(content_of(15 * KIB, seed="new"))
    date_back(first)
    os.utime(first, ns=(1_600_000_000 * 10**9,) * 2)
    _rename(world, (SECOND, THIRD), (FIRST, SECOND))
    world.database.add_lessons([(FIRST, "01_analytics", "Новый")])

    run = world.upload()
    assert run.exit_code == 1
    assert "replace --changed" not in str(run.said)
    mend(world)
    assert world.upload().exit_code == 0
    assert look(world).agrees
    now = _by_title(world)
    new = now.pop("Новый")
    assert now == right
    assert world.emulator.bytes_of(str(new)).read_bytes() == first.read_bytes()


def test_rows_that_are_renumbered_while_a_run_is_at_work_are_not_written(world: World) -> None:
    world.fill((900 * KIB, 910 * KIB))
    world.options["jobs"] = 2

    def renumber() -> None:
        assert world.link.wait_until(lambda link: link.bytes_up > 400 * KIB, timeout=30)
        _exchange(world)
        world.link.resume()

    world.link.stall(after=400 * KIB)
    with meanwhile(renumber):
        outcome = world.upload()
    assert outcome.exit_code == 1
    assert all(video_id is None for video_id, _ in world.database.videos().values()), outcome.said
    world.heal()
    mend(world)
    assert all(video_id is None for video_id, _ in world.database.videos().values()), "a title alone proves nothing"
    assert _answer(world, "2", "2") == 0
    mend(world)
    assert world.upload().exit_code == 0
    assert look(world).agrees
    for lesson, file in ((FIRST, "002"), (SECOND, "001")):
        video_id, _ = world.database.videos()[lesson]
        content = (world.library / f"01_analytics/m01_start/{file}_урок.mp4").read_bytes()
        assert world.emulator.bytes_of(str(video_id)).read_bytes() == content


def _take_out(world: World, lesson: str) -> str:
    """The lesson and its file are deleted; returns its title."""
    file_of(world, lesson).unlink()
    [(title,)] = world.database.query(f"SELECT title FROM \"Lesson\" WHERE id = '{lesson}'")
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{lesson}'")
    return str(title)


def test_a_new_lesson_of_a_deleted_ones_title_shows_its_own_file(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    deleted, title = video_of(world, SECOND), _take_out(world, SECOND)
    own = world.add_file("01_analytics/m01_start/004_урок.mp4", content_of(15 * KIB, seed="its own"))
    world.database.add_lessons([(FOURTH, "01_analytics", title)])

    mend(world)
    assert world.database.videos()[FOURTH] == (None, None)
    found = {one.lesson_id: one.hint for one in look(world).findings if one.kind is Kind.LESSON_WITHOUT_ROW}
    assert f"kupload unlink {SECOND} --delete" in found[SECOND]
    assert undo(world, SECOND, delete=True).deleted == (deleted,)
    assert world.upload().exit_code == 1
    assert _answer(world, "") == 0
    assert world.upload().exit_code == 0
    assert world.emulator.bytes_of(str(world.database.videos()[FOURTH][0])).read_bytes() == own.read_bytes()
    assert look(world).agrees


@pytest.mark.parametrize("seen_by", ["run", pytest.param("verify", marks=pytest.mark.slow)])
def test_a_lesson_that_is_taken_out_everywhere_is_ended_after_the_next_took_its_place(
    seen_by: str, worlds: WorldMaker
) -> None:
    world = worlds()
    uploaded(world)
    right = _by_title(world)
    last, place = file_of(world, THIRD), file_of(world, SECOND)
    title = _take_out(world, SECOND)
    gone = right.pop(title)
    last.rename(place)
    _rename(world, (THIRD, SECOND))

    assert world.upload().exit_code == 1
    assert mend(world).failed == 0
    assert _by_title(world) == right
    if seen_by == "run":
        ran = world.upload()
        assert ran.exit_code == 0, ran.summary
    else:
        look(world)
    [course] = read_status(settings_of(world)).courses
    assert (course.lessons, course.linked, course.gone) == (2, 2, (THIRD,))
    [finding] = [one for one in look(world).findings if not one.kind.is_note]
    assert (finding.kind, finding.lesson_id) == (Kind.LESSON_WITHOUT_ROW, THIRD)
    [command] = finding.hint.commands if isinstance(finding.hint, Hint) else ()
    assert command == ("unlink", THIRD, "--delete")
    assert undo(world, THIRD, delete=True).deleted == (gone,)
    assert look(world).agrees
    assert world.upload().exit_code == 0
    [course] = read_status(settings_of(world)).courses
    assert (course.lessons, course.linked, course.gone, course.is_done) == (2, 2, (), True)


def test_a_corrected_title_blocks_nothing(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB,))
    assert world.upload(no_db=True, trust_scan=True).exit_code == 0
    world.database.execute("UPDATE \"Lesson\" SET title = 'Исправлено'")

    assert world.upload().exit_code == 0
    world.assert_promise()


@pytest.mark.parametrize("is_linked", [False, True])
def test_titles_that_were_exchanged_on_purpose_are_confirmed(worlds: WorldMaker, *, is_linked: bool) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    linked = world.database.videos()
    if not is_linked:
        for lesson in (FIRST, SECOND):
            world.database.set_video(lesson, None)
    _exchange(world)
    for lesson in (FIRST, SECOND):
        world.database.set_video(lesson, *(linked[lesson] if is_linked else (None,)))
    renamed = [one for one in plan_of(world).fixes if isinstance(one, RenameVideo)]
    assert not renamed, "the titles at Kinescope tell whose the videos are"

    asked: list[str] = []

    def accept(question: str) -> str:
        asked.append(question)
        return "1"  # Enter takes neither: the titles speak against the numbers

    dialogue = Dialogue(ask=accept, tell=lambda _: None)
    assert confirm_map(settings_of(world), dialogue) == 0
    assert len(asked) == 2
    mend(world)
    assert world.upload().exit_code == 0
    assert {key: video_id for key, (video_id, _) in world.database.videos().items()} == {
        key: video_id for key, (video_id, _) in linked.items()
    }
    assert look(world).agrees


def test_a_course_that_is_renamed_everywhere_keeps_its_videos(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    right = _by_title(world)
    (world.library / "01_analytics").rename(world.library / "09_new")
    world.emulator.create_folder("09_new")
    world.database.execute("INSERT INTO \"Course\" (id, title) VALUES ('09_new', 'New')")
    world.database.execute("UPDATE \"Lesson\" SET \"courseId\" = '09_new', id = replace(id, '01_analytics', '09_new')")

    run = world.upload()
    assert (run.exit_code, "kupload repair" in str(run.summary["doubts"])) == (1, True)
    assert mend(world).failed == 0
    assert _by_title(world) == right
    assert world.upload().exit_code == 0
    assert look(world).agrees
    assert len(world.emulator.videos()) == 2


def test_a_lesson_that_has_another_number_while_its_file_stays_is_asked_about(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    right = _by_title(world)
    _rename(world, (SECOND, FOURTH))
    world.database.set_video(FOURTH, None)

    mend(world)
    assert world.database.videos()[FOURTH] == (None, None)
    [finding] = [one for one in look(world).findings if one.kind is Kind.RENUMBERED]
    assert "`kupload map --confirm` asks" in finding.hint
    assert _answer(world, "") == 0
    assert mend(world).failed == 0
    assert _by_title(world) == right
    assert world.upload().exit_code == 0
    assert look(world).agrees


def _pairs(world: World) -> dict[str, str]:
    """The confirmed pairs: lesson by file name."""
    data = json.loads((world.library / "kupload-map.json").read_text(encoding="utf-8"))
    return {one["filePath"].rpartition("/")[2]: one["lessonId"] for one in data["matched"]}


def _write_pairs(world: World, **lessons: str) -> None:
    pairs = [{"filePath": f"01_analytics/m01_start/{name}.mp4", "lessonId": one} for name, one in lessons.items()]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": pairs}), encoding="utf-8")


@pytest.mark.slow
def test_a_pair_that_names_the_file_as_it_is_now_hides_no_exchange_and_repair_moves_what_is_recorded(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    right = _by_title(world)
    _exchange(world)
    _exchange_files(world)
    assert _answer(world) == 0, "the rows tell: nobody is asked"
    _write_pairs(world, **{"001_урок": FIRST, "002_урок": SECOND})

    run = world.upload()
    assert run.exit_code == 1
    assert all("kupload repair" in one["hint"] for one in run.summary["in_doubt"])
    assert kinds(look(world)).count(Kind.RENUMBERED) == 2
    assert [type(one) for one in plan_of(world).fixes] == [MoveRecords]
    assert not plan_of(world).manual
    assert mend(world).failed == 0
    assert _pairs(world) == {"001_урок.mp4": FIRST, "002_урок.mp4": SECOND}
    assert look(world).agrees
    assert world.upload().exit_code == 0
    assert _by_title(world) == right
    assert len(world.emulator.videos()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("is_new", [False, True])
def test_pairs_of_before_lessons_were_renumbered_move_with_what_is_recorded(
    worlds: WorldMaker, *, is_new: bool
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    for number, name in (("001", "Опрос"), ("002", "Склад")):
        file = world.library / f"01_analytics/m01_start/{number}_урок.mp4"
        file.rename(file.with_name(f"{name}.mp4"))
    _write_pairs(world, Опрос=FIRST, Склад=SECOND)
    assert world.upload().exit_code == 0
    right = _by_title(world)
    if is_new:
        _rename(world, (SECOND, THIRD), (FIRST, SECOND))
        world.database.add_lessons([(FIRST, "01_analytics", "Новый")])
        right["Новый"] = None
    else:
        _exchange(world)

    run = world.upload()
    assert run.exit_code == 1
    doubts = {one["lesson_id"]: one for one in run.summary["in_doubt"]}
    assert f"and that is lesson {SECOND} now" in doubts[FIRST]["reason"]
    assert "kupload repair" in doubts[FIRST]["hint"]
    assert _by_title(world) == right
    plan = plan_of(world)
    assert [type(one) for one in plan.fixes] == [MoveRecords]
    assert not plan.manual
    assert mend(world).failed == 0
    assert _pairs(world) == {"Опрос.mp4": SECOND, "Склад.mp4": THIRD if is_new else FIRST}
    assert look(world).agrees is not is_new
    assert world.upload().exit_code == (1 if is_new else 0)
    assert _by_title(world) == right
    assert len(world.emulator.videos()) == 2


@pytest.mark.slow
def test_a_record_that_moves_leaves_its_path_to_the_new_lesson_s_file_and_no_replace_is_named(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    right = _by_title(world)
    second, first = file_of(world, SECOND), file_of(world, FIRST)
    second.rename(second.with_name("003_урок.mp4"))
    first.rename(second)
    first.write_bytes(content_of(15 * KIB, seed="new"))
    for number, file in enumerate(sorted(first.parent.iterdir())):  # the copy to a new disk lost all times
        os.utime(file, ns=((1_600_000_000 + number) * 10**9,) * 2)
    _rename(world, (SECOND, THIRD), (FIRST, SECOND))
    world.database.add_lessons([(FIRST, "01_analytics", "Новый")])

    assert mend(world).failed == 0
    left = plan_of(world)
    assert not [choice for one in left.manual for choice in one.choices if choice.command[0] == "replace"]
    assert "replace" not in str([one.hint for one in (*look(world).findings, *left.rest)])
    run = world.upload()
    assert "replace" not in str(run.said)
    now = _by_title(world)
    new = now.pop("Новый")
    assert now == right
    assert run.exit_code == 0
    assert world.emulator.bytes_of(str(new)).read_bytes() == first.read_bytes()
    assert look(world).agrees


@pytest.mark.slow
def test_a_pair_whose_file_was_renamed_with_its_lesson_goes_when_what_is_recorded_moves(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    folder = world.library / "01_analytics/m01_start"
    (folder / "002_урок.mp4").rename(folder / "002_дубль.mp4")
    _write_pairs(world, **{"002_дубль": SECOND})
    assert world.upload().exit_code == 0
    right = _by_title(world)
    (folder / "002_дубль.mp4").rename(folder / "003_дубль.mp4")
    (folder / "001_урок.mp4").rename(folder / "002_урок.mp4")
    new = folder / "001_урок.mp4"
    new.write_bytes(content_of(15 * KIB, seed="new"))
    date_back(new)
    _rename(world, (SECOND, THIRD), (FIRST, SECOND))
    world.database.add_lessons([(FIRST, "01_analytics", "Новый")])

    assert mend(world).failed == 0
    assert _pairs(world) == {}
    assert world.upload().exit_code == 0
    assert look(world).agrees
    now = _by_title(world)
    assert now.pop("Новый") is not None
    assert now == right


def _two_new_lessons(world: World) -> tuple[str, str]:
    """One linked lesson, and two confirmed ones that are not uploaded yet; returns their ids."""
    world.fill((10 * KIB,))
    assert world.upload().exit_code == 0
    folder = file_of(world, FIRST).parent
    for number, seed in ((2, "Новая"), (3, "Вторая")):
        file = folder / f"{number:03d}_{seed}.mp4"
        file.write_bytes(content_of(number * 11 * KIB, seed=seed))
        date_back(file)
    world.database.add_lessons([(SECOND, "01_analytics", "Новая"), (THIRD, "01_analytics", "Вторая")])
    pairs = [
        {"filePath": f"01_analytics/m01_start/{name}.mp4", "lessonId": lesson, "lessonTitle": name[4:]}
        for name, lesson in (("002_Новая", SECOND), ("003_Вторая", THIRD))
    ]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": pairs}))
    return SECOND, THIRD


def test_confirmed_pairs_whose_lessons_were_exchanged_before_the_run_are_asked_about_again(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    second, third = _two_new_lessons(world)
    _rename(world, (second, "x"), (third, second), ("x", third))
    before = world.database.videos()

    run = world.upload()
    assert run.exit_code == 1
    assert "is of before: the lesson was called" in str(run.summary["doubts"])
    assert "`kupload map --confirm` asks" in str(run.summary["doubts"])
    assert world.database.videos() == before
    assert "is of before" in str([one.reason for one in look(world).findings])
    assert mend(world).failed == 0
    assert world.database.videos() == before

    assert _answer(world, "", "") == 0
    assert _pairs(world) == {"002_Новая.mp4": third, "003_Вторая.mp4": second}
    assert world.upload().exit_code == 0
    for title, video_id in _by_title(world).items():
        if title in {"Новая", "Вторая"}:
            [file] = file_of(world, FIRST).parent.glob(f"*_{title}.mp4")
            assert world.emulator.bytes_of(str(video_id)).read_bytes() == file.read_bytes()
    assert look(world).agrees


def test_rows_that_are_made_again_with_other_ids_get_no_video_by_pairs_of_before(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    titles = dict(world.database.query('SELECT id, title FROM "Lesson"'))
    right = _by_title(world)
    pairs = [
        {
            "filePath": str(file_of(world, key).relative_to(world.library)),
            "lessonId": key,
            "courseId": "01_analytics",
            "lessonTitle": title,
        }
        for key, title in titles.items()
    ]
    (world.library / "kupload-map.json").write_text(json.dumps({"matched": pairs}))
    _rename(world, (SECOND, THIRD), (FIRST, SECOND))
    for key in (SECOND, THIRD):
        world.database.set_video(key, None)
    world.database.add_lessons([(FIRST, "01_analytics", "Новый")])
    new = file_of(world, FIRST).with_name("000_Новый.mp4")
    new.write_bytes(content_of(15 * KIB, seed="new"))
    date_back(new)
    os.utime(new, ns=(1_600_000_000 * 10**9,) * 2)

    assert world.upload().exit_code == 1
    assert [type(one) for one in plan_of(world).fixes] == [MoveRecords, LinkVideo, LinkVideo]
    assert mend(world).failed == 0
    assert _by_title(world) == {**right, "Новый": None}
    assert _pairs(world) == {"001_урок.mp4": SECOND, "002_урок.mp4": THIRD}
    assert world.upload().exit_code == 0
    assert {title: video for title, video in _by_title(world).items() if title != "Новый"} == right
    assert look(world).agrees


@pytest.mark.parametrize("is_of_one_time", [False, True])
def test_lessons_that_are_exchanged_everywhere_and_confirmed_keep_their_videos(
    worlds: WorldMaker, *, is_of_one_time: bool
) -> None:
    world = worlds()
    world.fill((10 * KIB, 10 * KIB))
    for number, file in enumerate(sorted((world.library / "01_analytics/m01_start").iterdir())):
        seconds = 1_600_000_000 + (0 if is_of_one_time else number)
        os.utime(file, ns=(seconds * 10**9,) * 2)
    assert world.upload().exit_code == 0
    right = _by_title(world)
    _exchange(world)
    _exchange_files(world)
    for lesson in (FIRST, SECOND):
        world.database.set_video(lesson, None)
    titles = {video: title for title, video in right.items()}
    _write_pairs(world, **{"001_урок": FIRST, "002_урок": SECOND})

    run = world.upload()
    assert run.exit_code == 1
    assert all("kupload repair" in one["hint"] for one in run.summary["in_doubt"])
    assert world.database.videos() == {FIRST: (None, None), SECOND: (None, None)}
    assert mend(world).failed == 0
    assert _by_title(world) == right
    assert {one.id: one.title for one in world.emulator.videos()} == titles
    assert world.upload().exit_code == 0
    assert look(world, VerifyOptions(is_deep=True)).agrees


def test_a_lesson_with_another_file_and_title_starts_over_after_unlink(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    new = file_of(world, FIRST).with_name("007_новый.mp4")
    new.write_bytes(content_of(15 * KIB, seed="new"))
    date_back(new)
    world.database.execute(f"UPDATE \"Lesson\" SET title = 'Новый' WHERE id = '{FIRST}'")
    world.database.set_video(FIRST, None)
    _write_pairs(world, **{"007_новый": FIRST})

    assert world.upload().exit_code == 1
    assert not [one for one in plan_of(world).fixes if isinstance(one, LinkVideo | RenameVideo)]
    [decision] = [one for one in plan_of(world).manual if one.finding.kind is Kind.RENUMBERED]
    assert [one.command for one in decision.choices] == [("unlink", FIRST)]
    undo(world, FIRST)
    file_of(world, FIRST).unlink()
    assert world.upload().exit_code == 0
    assert world.emulator.bytes_of(str(_by_title(world)["Новый"])).read_bytes() == new.read_bytes()


def _exchange_titles(world: World) -> None:
    """The titles of the two lessons, as they are in the database; their videos stay."""
    titles = {video: title for title, video in _by_title(world).items()}
    linked = {key: video for key, (video, _) in world.database.videos().items()}
    for lesson, other in ((FIRST, SECOND), (SECOND, FIRST)):
        title = titles[linked[other]]
        world.database.execute(f"UPDATE \"Lesson\" SET title = '{title}' WHERE id = '{lesson}'")


def test_a_begun_replacement_waits_where_another_lesson_has_the_title_by_now(worlds: WorldMaker) -> None:
    world = worlds(processing=3600)
    uploaded(world, (10 * KIB, 20 * KIB))
    for video in world.emulator.videos():
        world.emulator.set_status(video.id, VideoStatus.DONE)
    shoot_again(world, FIRST)
    assert publish(world, FIRST, keep=0, replace_wait="0s").exit_code == 1
    _exchange_titles(world)
    before = world.database.videos()

    run = world.upload()
    assert run.exit_code == 1
    [doubt] = run.summary["in_doubt"]
    assert doubt["lesson_id"] == FIRST
    assert "`kupload map --confirm` asks" in doubt["hint"]
    assert publish(world, FIRST, keep=0).exit_code == 1
    assert mend(world).failed == 0
    assert world.database.videos() == before

    assert _answer(world, "1", "1") == 0
    for video in world.emulator.videos():
        world.emulator.set_status(video.id, VideoStatus.DONE)
    assert world.upload().exit_code == 0
    assert world.database.videos()[FIRST] != before[FIRST]
    assert world.database.videos()[SECOND] == before[SECOND]


def test_a_lesson_that_starts_over_waits_where_another_lesson_has_its_title_by_now(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB))
    _exchange_titles(world)
    undo(world, FIRST)
    before = world.database.videos()

    run = world.upload()
    assert run.exit_code == 1
    assert [one["lesson_id"] for one in run.summary["in_doubt"]] == [FIRST]
    assert world.database.videos() == before
    assert _answer(world, "1", "1") == 0
    assert world.upload().exit_code == 0
    assert world.database.videos()[FIRST] != (None, None)


_OTHER = "01_analytics_m02_more_001"


def _move_second(world: World) -> Path:
    """The second lesson's file goes to another section, which it alone has so far."""
    file = file_of(world, SECOND)
    there = file.parents[1] / "m02_more" / "001_урок.mp4"
    there.parent.mkdir()
    file.rename(there)
    return there


def test_a_lesson_that_moved_to_another_section_is_told_alike_by_dry_run_and_run(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    right = _by_title(world)
    _move_second(world)
    _rename(world, (SECOND, _OTHER))

    tried = world.run("--dry-run")
    assert (tried.exit_code, "kupload repair" in tried.text) == (1, True)
    run = world.upload()
    assert (run.exit_code, "kupload repair" in str(run.summary["doubts"])) == (1, True)
    assert [type(one) for one in plan_of(world).fixes] == [MoveRecords]
    assert mend(world).failed == 0
    assert world.upload().exit_code == 0
    assert _by_title(world) == right
    assert look(world).agrees


def test_a_row_that_was_made_again_in_another_section_gets_the_video_of_the_file_that_moved_there(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world)
    right = _by_title(world)
    [title] = [one for one, video in right.items() if video == world.records[SECOND].video_id]
    there = _move_second(world)
    new = there.with_name("002_новый.mp4")
    new.write_bytes(content_of(25 * KIB, seed="new"))
    date_back(new)
    _rename(world, (SECOND, _OTHER))
    world.database.set_video(_OTHER, None)

    assert world.run("--dry-run").exit_code == 1
    assert world.upload().exit_code == 1
    assert _by_title(world)[title] is None
    assert "--delete" not in str([one.hint for one in look(world).findings])
    assert [type(one) for one in plan_of(world).fixes] == [MoveRecords, LinkVideo]
    assert mend(world).failed == 0
    assert _by_title(world) == right
    world.database.add_lessons([(_OTHER[:-1] + "2", "01_analytics", "Новый")])
    assert world.upload().exit_code == 0
    assert world.emulator.bytes_of(str(_by_title(world)["Новый"])).read_bytes() == new.read_bytes()
    assert look(world).agrees


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("is_twin", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_lesson_that_moved_to_another_course_keeps_its_video_whether_its_old_row_is_emptied_or_gone(
    worlds: WorldMaker, *, is_kept: bool, is_twin: bool
) -> None:
    world = worlds()
    uploaded(world)
    video = video_of(world, SECOND)
    [title] = [one for one, shown in _by_title(world).items() if shown == video]
    file, there = file_of(world, SECOND), world.library / "02_other/m01_start/001_урок.mp4"
    there.parent.mkdir(parents=True)
    file.rename(there)
    new = "02_other_m01_start_001"
    world.database.add_lessons([(new, "02_other", str(title))])
    world.emulator.create_folder("02_other")
    if is_twin:
        twin = there.with_name("002_урок.mp4")
        twin.write_bytes(content_of(there.stat().st_size, seed="twin"))
        os.utime(twin, ns=(there.stat().st_mtime_ns,) * 2)
        world.database.add_lessons([(f"{new[:-1]}2", "02_other", "Новый")])
    if is_kept:
        world.database.set_video(SECOND, None)
    else:
        world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{SECOND}'")

    world.upload()
    assert world.database.videos()[new] == (None, None), "nothing is sent for it"
    assert "--delete" not in str([one.hint for one in look(world).findings])
    assert [type(one) for one in plan_of(world).fixes][:2] == [MoveRecords, LinkVideo]
    assert mend(world).failed == 0
    assert world.database.videos()[new][0] == video
    mend(world)  # moves the video into its course's folder
    if is_kept:
        world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{SECOND}'")
    assert world.upload().exit_code == 0
    assert look(world).agrees


def test_what_was_sent_goes_to_the_lesson_that_a_person_names_for_the_file_that_moved(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    video = video_of(world, SECOND)
    there = _move_second(world)
    _rename(world, (SECOND, _OTHER))
    world.database.set_video(_OTHER, None)
    world.database.execute(f"UPDATE \"Lesson\" SET title = 'Иначе' WHERE id = '{_OTHER}'")
    confirm(world, {_OTHER: there})

    assert world.upload().exit_code == 1
    assert mend(world).failed == 0
    assert world.database.videos()[_OTHER][0] == video
    mend(world)  # gives the video its title
    assert world.upload().exit_code == 0
    assert look(world).agrees


def test_the_video_of_a_file_that_moved_is_to_be_deleted_only_once_a_proven_copy_is_linked(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    there = _move_second(world)
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{SECOND}'")

    def hint(*, is_deep: bool = False) -> str:
        findings = look(world, VerifyOptions(is_deep=is_deep)).findings
        [found] = [one for one in findings if one.kind is Kind.LESSON_WITHOUT_ROW]
        return found.hint

    assert f'Its file stands at "01_analytics/m02_more/{there.name}" now. Add the lesson' in hint()
    video, delete = video_of(world, SECOND), ("unlink", SECOND, "--delete", "--yes", "1")
    refused = world.run(*delete)
    assert (refused.exit_code, "No row shows another video of the file" in refused.text) == (2, True)
    assert video in {one.id for one in world.emulator.videos()}
    world.database.add_lessons([(_OTHER, "01_analytics", "Иначе")])
    assert world.upload(progress=world.folder / "elsewhere", new_progress=True).exit_code == 0
    assert f"lesson {_OTHER} has it and shows another video. `kupload verify --deep` compares" in hint()
    assert f"`kupload unlink {SECOND} --delete` ends it" in hint(is_deep=True)
    assert world.run(*delete).exit_code == 0
    assert video not in {one.id for one in world.emulator.videos()}
    assert look(world, VerifyOptions(is_deep=True)).agrees


def test_no_unknown_video_is_advised_to_be_deleted_that_has_the_size_of_a_file_without_a_lesson(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world)
    video = video_of(world, SECOND)
    there = _move_second(world)
    world.database.execute(f"DELETE FROM \"Lesson\" WHERE id = '{SECOND}'")
    shutil.rmtree(world.progress)

    [finding] = [one for one in look(world).findings if one.video_id == video]
    assert f'it has the size of "01_analytics/m02_more/{there.name}", which no lesson has' in finding.reason
    assert "--delete" not in str([(one.finding, one.choices) for one in plan_of(world).manual])
    world.database.add_lessons([(_OTHER, "01_analytics", "Иначе")])
    assert mend(world).failed == 0
    mend(world)
    assert world.database.videos()[_OTHER][0] == video


@pytest.mark.parametrize("is_paired", [False, True])
def test_lessons_of_one_title_keep_their_videos_when_they_are_renumbered(
    worlds: WorldMaker, *, is_paired: bool
) -> None:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    world.database.execute("UPDATE \"Lesson\" SET title = 'Практика'")
    if is_paired:
        _write_pairs(world, **{"001_урок": FIRST, "002_урок": SECOND})
    assert world.upload().exit_code == 0
    first, second = (world.database.videos()[key] for key in (FIRST, SECOND))
    for number in (2, 1):
        old = file_of(world, f"{FIRST[:-1]}{number}")
        old.rename(old.with_name(f"{number + 1:03d}_урок.mp4"))
    _rename(world, (SECOND, THIRD), (FIRST, SECOND))
    world.database.add_lessons([(FIRST, "01_analytics", "Новый")])
    new = world.library / "01_analytics/m01_start/001_урок.mp4"
    new.write_bytes(content_of(15 * KIB, seed="new"))
    date_back(new)

    assert world.upload().exit_code == 1
    assert [type(one) for one in plan_of(world).fixes] == [MoveRecords]
    assert mend(world).failed == 0
    assert world.upload().exit_code == 0
    now = world.database.videos()
    assert (now[SECOND], now[THIRD]) == (first, second)
    assert world.emulator.bytes_of(str(now[FIRST][0])).read_bytes() == new.read_bytes()
    assert look(world).agrees


def test_rows_exchanged_with_their_videos_while_one_title_is_corrected_are_moved_and_nobody_is_asked(
    worlds: WorldMaker,
) -> None:
    world = worlds()
    uploaded(world, (10 * KIB, 20 * KIB, 30 * KIB))
    _exchange(world)
    world.database.execute(f"UPDATE \"Lesson\" SET title = 'Исправлено' WHERE id = '{FIRST}'")
    before = world.database.videos()

    run = world.upload()
    assert {one["lesson_id"] for one in run.summary["in_doubt"]} == {FIRST, SECOND}
    assert all(one["hint"] == "`kupload repair` moves what is recorded to it." for one in run.summary["in_doubt"])
    assert mend(world).failed == 0
    assert mend(world).failed == 0
    assert look(world).agrees
    assert world.upload().exit_code == 0
    assert world.database.videos() == before


def _begin_to_replace_first(world: World) -> None:
    uploaded(world, (10 * KIB, 20 * KIB, 30 * KIB))
    for video in world.emulator.videos():
        world.emulator.set_status(video.id, VideoStatus.DONE)
    shoot_again(world, FIRST)
    assert publish(world, FIRST, keep=0, replace_wait="0s").exit_code == 1


def test_a_begun_replacement_is_not_to_be_published_from_the_file_of_another_lesson(worlds: WorldMaker) -> None:
    world = worlds(processing=3600)
    _begin_to_replace_first(world)
    confirm(world, {FIRST: file_of(world, SECOND)})

    [finding] = [one for one in look(world).findings if one.kind is Kind.UNFINISHED and one.lesson_id == FIRST]
    assert isinstance(finding.hint, Hint)
    assert finding.hint.commands == (("replace", FIRST, "--drop"),)
    assert publish(world, FIRST, drop=True).exit_code == 0


def test_titles_that_moved_on_rename_no_video_while_one_of_them_is_being_replaced(worlds: WorldMaker) -> None:
    world = worlds(processing=3600)
    _begin_to_replace_first(world)
    titles = {video.id: video.title for video in world.emulator.videos()}
    for lesson, title in ((FIRST, "Урок 002_урок"), (SECOND, "Урок 003_урок"), (THIRD, "Урок 001_урок")):
        world.database.execute(f"UPDATE \"Lesson\" SET title = '{title}' WHERE id = '{lesson}'")

    mend(world)
    assert {video.id: video.title for video in world.emulator.videos()} == titles


def test_verify_advises_no_replace_of_a_lesson_whose_title_another_one_has_by_now(worlds: WorldMaker) -> None:
    world = worlds(processing=3600)
    _begin_to_replace_first(world)
    _exchange_titles(world)

    [finding] = [one for one in look(world).findings if one.kind is Kind.UNFINISHED and one.lesson_id == FIRST]
    assert isinstance(finding.hint, Hint)
    assert finding.hint.commands == (("map", "--confirm"), ("replace", FIRST, "--drop"))
