"""Random histories of faults, kills and re-runs; the promise after every quiet point."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from kinescope_upload.library.scan import scan
from kinescope_upload.mapping import assign_by_scan_rule
from kinescope_upload.upload import Record, Stage
from support.concurrency import until
from support.disks import redate
from support.faults import ROWS, Row
from support.replacing import file_of, publish, shoot_again
from support.world import KIB, World, content_of, make_world

if TYPE_CHECKING:
    from support.postgres import Server

_ROWS = [row for row in ROWS if not row.changes_files]
_SIZES = (30 * KIB, 300 * KIB, 600 * KIB)


class Histories(RuleBasedStateMachine):
    """One world in which anything may happen between two runs, and faults in the middle of each."""

    postgres: Server

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        folder = Path(tempfile.mkdtemp(prefix="kupload-history-"))
        self._stack.callback(shutil.rmtree, folder)
        database = self._stack.enter_context(self.postgres.database())
        self.world: World = self._stack.enter_context(make_world(folder, database))
        self.added = 0
        self.cuts = 0
        self.cut_number = 0
        self.replaced_bytes = 0

    @initialize(dialect=st.sampled_from(["tus", "json"]))
    def begin(self, dialect: str) -> None:
        self.world.environment["KINESCOPE_INIT"] = dialect
        self.world.fill(_SIZES)

    @rule(row=st.sampled_from(_ROWS), dialect=st.sampled_from(["tus", "json"]))
    def a_run_meets_a_fault(self, row: Row, dialect: str) -> None:
        self.world.environment["KINESCOPE_INIT"] = dialect
        row.arrange(self.world)
        self.cuts += row.cuts + 4
        assert self.world.upload(max_outage="0.5s").exit_code in {0, 1, 3}

    @rule(no_db=st.booleans())
    def a_run_is_left_in_peace(self, no_db: bool) -> None:
        self.world.heal()
        assert self.world.upload(no_db=no_db, trust_scan=no_db).exit_code == 0

    @rule(reach=st.sampled_from([300, 3_000, 100 * KIB, 700 * KIB]))
    def a_run_is_killed(self, reach: int) -> None:
        self.world.heal()
        self.world.link.slow_down(shared_rate=8_000_000)
        goal = self.world.link.bytes_up + reach
        process = self.world.start("--chunk-size", "256KiB")
        self.world.link.wait_until(lambda link: link.bytes_up >= goal or process.poll() is not None, timeout=2)
        process.kill()
        process.communicate()
        until(lambda: self.world.link.open_connections == 0)  # what it had handed over has arrived or is lost
        self.cuts += 4

    @rule()
    @precondition(lambda self: self.added < 2)
    def the_library_grows(self) -> None:
        self.added += 1
        path = f"01_analytics/m02_more/{self.added:03d}_урок.mp4"
        self.world.add_file(path, content_of(200 * KIB, seed=path))
        course, section = "01_analytics", "m02_more"
        self.world.database.add_lessons([(f"{course}_{section}_{self.added:03d}", course, f"Ещё {self.added}")])

    @rule(row=st.sampled_from(ROWS), number=st.integers(0, 2))
    def a_lesson_is_shot_again_and_a_fault_meets_its_publication(self, row: Row, number: int) -> None:
        linked = sorted(record.lesson_id for record in self.world.records.values() if record.stage.is_linked)
        if not linked:
            return
        lesson_id = linked[number % len(linked)]
        if not file_of(self.world, lesson_id).exists():
            return
        self.replaced_bytes += self.world.records[lesson_id].size
        self.cut_number += 1
        shoot_again(self.world, lesson_id, 100 * KIB + self.cut_number, seed="x" * self.cut_number)
        row.arrange(self.world)
        self.cuts += row.cuts + 4
        assert publish(self.world, changed=True, keep=0, max_outage="0.5s").exit_code in {0, 1, 3}

    @rule(number=st.integers(0, len(_SIZES) - 1))
    def the_time_of_a_file_changes(self, number: int) -> None:
        redate(self.world.library / scan(self.world.library).files[number].path)
        self.cuts += 1  # a run that was killed may have left no MD5 of what arrived

    @rule()
    def an_unfinished_file_is_written_again(self) -> None:
        for assignment in assign_by_scan_rule(scan(self.world.library).files):
            record = self.world.records.get(assignment.lesson_id)
            if record is not None and self._is_incomplete(record):
                content = content_of(assignment.file.size + 1, seed=f"again {assignment.file.size}")
                (self.world.library / assignment.file.path).write_bytes(content)
                self.cuts += 1
                return

    def _is_incomplete(self, record: Record) -> bool:
        """A complete video of a file that has changed is for a person to judge."""
        if record.stage is not Stage.CREATED or record.video_id is None:
            return False
        return not self.world.emulator.video(record.video_id).complete

    def teardown(self) -> None:
        try:
            self.world.heal()
            published = publish(self.world, changed=True, keep=0)
            assert published.exit_code == 0, published.said
            outcome = self.world.upload()
            assert outcome.exit_code == 0, outcome.said
            self.world.assert_promise(cuts=self.cuts, other_bytes=self.replaced_bytes)
        finally:
            self._stack.close()


@pytest.mark.timeout(500)
@pytest.mark.parametrize(
    "histories", [pytest.param(5, marks=pytest.mark.slow), pytest.param(20, marks=pytest.mark.slow)]
)
def test_the_promise_holds_after_any_history(postgres: Server, histories: int) -> None:
    Histories.postgres = postgres
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=histories, stateful_step_count=6, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize("dialect", ["tus", pytest.param("json", marks=pytest.mark.slow)])
def test_a_history_of_every_fault_one_after_the_other_ends_whole(
    postgres: Server, dialect: str, tmp_path: Path
) -> None:
    with postgres.database() as database, make_world(tmp_path, database, dialect=dialect) as world:
        world.fill(_SIZES * 4)
        for row in _ROWS:
            row.arrange(world)
            assert world.upload(limit=1, max_outage="0.5s").exit_code in {0, 1, 3}
            world.heal()
        assert world.upload().exit_code == 0
        world.assert_promise(cuts=4 * len(_ROWS))
