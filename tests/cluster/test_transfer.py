"""Records go from a progress folder into the cluster and back; nobody works alone beside a cluster."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from psycopg.sql import SQL

from kinescope_upload.cluster.schema import install
from kinescope_upload.cluster.transfer import TAKEN_OVER, check_export, check_shared, end_export, take_over, write_back
from kinescope_upload.emulator import ForeignVideo, VideoStatus
from kinescope_upload.errors import UsageError
from kinescope_upload.progress import ProgressStore, courses_in, note_deletion, read_records
from kinescope_upload.progress.deleted import DELETED_FILE
from kinescope_upload.upload import Stage
from support.clusters import ClusterWorld, a_machine, cluster_worlds, enqueue, line, line_to
from support.progress_cases import a_record
from support.world import KIB, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kinescope_upload.cluster.line import Line
    from kinescope_upload.upload import Record
    from support.postgres import Database

    Worlds = Callable[..., ClusterWorld]

__all__ = ["cluster_worlds", "line"]

_LIBRARIES = SQL("SELECT lesson_id, library FROM {s}.lesson")
_MINE = SQL(
    "INSERT INTO {s}.lesson (lesson_id, course, library, path, size, modified_ns, title)"
    " VALUES ('x', '01_analytics', 'nas', 'x', 1, 1, 'x')"
)


def test_a_progress_folder_is_taken_over_and_written_back_as_it_was(line: Line, tmp_path: Path) -> None:
    records = [a_record("c_001", offset=5), a_record("d_001", course="Курс"), replace(a_record("c_002"), path=None)]
    with ProgressStore(tmp_path, {record.course for record in records}) as store:
        store.save_all(records)
    known = read_records(tmp_path)
    library = tmp_path / "other"
    (library / "c").mkdir(parents=True)
    (library / "c" / "001.mp4").touch()
    assert take_over(line, tmp_path, {"first": tmp_path / "first", "other": library}, "one") == (3, 0, ())
    assert courses_in(tmp_path) == ()
    assert len(list((tmp_path / TAKEN_OVER).iterdir())) == 2
    assert take_over(line, tmp_path, {"first": tmp_path}, "one") == (0, 0, ())
    machine = a_machine(line)
    assert machine.records == known
    assert dict(line.ask(_LIBRARIES)) == {"c_001": "other", "d_001": "other", "c_002": "first"}
    machine.note_deletion({"video_id": "gone"})
    note_deletion(tmp_path, {"video_id": "gone"})
    assert write_back(line, tmp_path, "one") == 3
    assert read_records(tmp_path) == known
    assert (tmp_path / DELETED_FILE).read_text("utf-8").count("gone") == 1
    assert machine.records == {}


def _kept(folder: Path, *records: Record) -> None:
    with ProgressStore(folder, {record.course for record in records}) as store:
        store.save_all(records)


def test_what_the_cluster_knows_already_stays(line: Line, tmp_path: Path) -> None:
    newer = a_record("c_001", offset=9)
    a_machine(line).save(newer)
    _kept(tmp_path, a_record("c_001", offset=5))
    assert take_over(line, tmp_path, {"nas": tmp_path}, "one") == (0, 1, ())
    assert a_machine(line).records == {"c_001": newer}


def test_what_was_begun_twice_is_not_forgotten(line: Line, tmp_path: Path) -> None:
    planned, now = a_record("c_002"), datetime.now(UTC)
    twice, begun = (
        replace(a_record(one), stage=Stage.CREATED, attempted_at=now, upload_url="https://uploads.test/1")
        for one in ("c_001", "c_002")
    )
    machine = a_machine(line)
    machine.save_all([twice, planned])
    other = replace(twice, video_id=str(uuid4()))
    _kept(tmp_path, other, begun)
    assert take_over(line, tmp_path, {"nas": tmp_path}, "one") == (0, 2, ("c_001",))
    assert machine.records["c_002"] == begun
    [old] = machine.records["c_001"].old_videos
    assert (old.video_id, old.keep, machine.records["c_001"].video_id) == (other.video_id, None, twice.video_id)
    assert courses_in(tmp_path) == ()


def test_what_another_machine_has_in_hand_is_taken_over_when_it_is_done(line: Line, tmp_path: Path) -> None:
    enqueue(line, "c_001")
    machine = a_machine(line)
    assert machine.holds.take("c_001")
    _kept(tmp_path, a_record("c_001"))
    with pytest.raises(UsageError, match="in hand"):
        take_over(line, tmp_path, {"nas": tmp_path}, "one")
    assert courses_in(tmp_path) == ("c",)
    machine.give("c_001")
    assert take_over(line, tmp_path, {"nas": tmp_path}, "one") == (1, 0, ())


@pytest.mark.slow
def test_a_second_copy_that_a_machine_had_begun_is_found_and_deleted(cluster_worlds: Worlds) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,))
    world.machine("one")
    begun = ForeignVideo(
        title="Урок 001_урок",
        parent_id=world.emulator.folder_named("01_analytics").id,
        size=5,
        status=VideoStatus.UPLOADING,
    )
    orphan = world.emulator.add_foreign_video(begun).id
    code, said = world.at("two", "--new-progress")
    assert code == 0, said
    [record] = world.records.values()
    alone = replace(record, video_id=orphan, stage=Stage.CREATED, upload_url="https://x", offset=0)
    _kept(world.folder / "one" / "progress", replace(alone, md5=None, linked_at=None, video_url=None))
    assert world.at("one", "cluster", "worker")[0] == 2
    for command in ("", "cluster enqueue", "--dry-run", "doctor"):
        code, said = world.at("one", *command.split())
        assert (code, "`kupload cluster init`" in said) == (2, True), (command, said)
    code, said = world.at("one", "cluster", "init")
    assert (code, "repair --delete-unknown" in said, record.lesson_id in said) == (0, True, True), said
    code, said = world.at("one", "verify")
    assert f"`kupload repair --delete-unknown --video {orphan}`" in said
    code, said = world.at("two", "repair", "--delete-unknown", "--video", orphan)
    assert code == 0, said
    assert [video.id for video in world.emulator.videos()] == [record.video_id]


def test_nothing_is_written_back_while_a_machine_is_at_work(line: Line, database: Database, tmp_path: Path) -> None:
    enqueue(line, "c_001")
    database.execute(
        "INSERT INTO kupload.machine (id, name, host, pid, version, libraries, jobs)"
        " VALUES (gen_random_uuid(), 'studio-2', 'h', 1, '1', '{nas}', 1)"
    )
    with pytest.raises(UsageError, match=r"studio-2.*`kupload stop`; one that was killed counts until .* 60 s"):
        write_back(line, tmp_path, "one")


def test_no_machine_takes_part_with_progress_that_the_cluster_does_not_know(line: Line, tmp_path: Path) -> None:
    check_shared(line, tmp_path, "one")
    with ProgressStore(tmp_path, ["c"]) as store:
        store.save(a_record("c_001", offset=5))
    with pytest.raises(UsageError, match="kupload cluster init"):
        check_shared(line, tmp_path, "one")
    take_over(line, tmp_path, {"nas": tmp_path}, "one")
    check_shared(line, tmp_path, "one")


def test_after_an_export_nobody_shares_the_work_until_that_machine_says_so(line: Line, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    a_machine(line).save(a_record("c_001"))
    check_export(line, two, "two")
    _kept(two, a_record("c_001", offset=7))
    with pytest.raises(UsageError, match="that the cluster does not know"):
        write_back(line, two, "two")
    take_over(line, two, {"nas": tmp_path}, "two")
    write_back(line, one, "one")
    with pytest.raises(UsageError, match="one has written all records back"):
        write_back(line, two, "two")
    for machine in ("one", "two"):
        with pytest.raises(UsageError) as refused:
            check_shared(line, two, machine)
        assert f"one has written all records back into its progress folder {one}" in refused.value.what
    for folder, machine in ((one, "two"), (two, "one")):  # another machine; this one without that folder
        with pytest.raises(UsageError, match="kupload cluster init"):
            check_export(line, folder, machine)
    check_export(line, one, "one")
    take_over(line, one, {"nas": tmp_path}, "one")
    end_export(line)
    check_shared(line, two, "two")


def test_a_machine_without_cluster_refuses_courses_that_others_share(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds()
    world.fill((100 * KIB,))
    with closing(line_to(world.database)) as there:
        install(there)
        assert world.upload().exit_code == 0  # it shares nothing of this course
        there.ask(_MINE)
        there.ask(SQL("ALTER SCHEMA {s} RENAME TO another_name"))
    world.add_file("01_analytics/m01_start/002_new.mp4", content_of(200 * KIB, seed="2"))
    world.database.add_lessons([("01_analytics_m01_start_002", "01_analytics", "new")])
    outcome = world.upload(send_broken=True)
    assert outcome.exit_code == 2, outcome.said
    assert "kupload cluster export" in capsys.readouterr().err
    for words in (
        ("unlink", "01_analytics_m01_start_001", "--yes", "1"),
        ("repair", "--yes"),
        ("repair", "--delete-unknown"),
        ("replace", "01_analytics_m01_start_001", "--yes"),
    ):
        assert "Several machines share the work" in world.run(*words).text
    assert len(world.emulator.videos()) == 1


def test_after_an_export_every_command_of_every_machine_says_where_the_records_are_and_its_advice_works(
    cluster_worlds: Worlds,
) -> None:
    world = cluster_worlds()
    world.fill((100 * KIB,))
    for name in ("one", "two"):
        assert world.at(name)[0] == 0
    back = world.folder / "one" / "back"
    code, said = world.at("one", "cluster", "export", "--progress", str(back))
    assert code == 0, said
    advised = f"kupload cluster init --progress {back}"
    for name in ("one", "two"):
        for command in ("", "cluster enqueue", "--status", "report"):
            code, said = world.at(name, *command.split())
            assert (code, advised in said) == (2, True), (command, said)
    code, said = world.at("one", *advised.split()[1:])
    assert (code, "Took over 1 record" in said) == (0, True), said
    assert world.at("two", "--status")[0] == 0
