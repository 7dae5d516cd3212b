"""What a try refuses, and that nothing was touched then."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import ForeignVideo, Project, Route, Token, VideoStatus
from kinescope_upload.errors import BatchStoppedError, KuploadError, UsageError
from support.trial_runs import TrialWorld, trial_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOKING = {Route.VIDEO_GET, Route.VIDEO_LIST, Route.PROJECTS, Route.FOLDERS_LIST, Route.ACCESS_TOKENS}
OTHER_PROJECT = Project(id=str(uuid.uuid4()), name="Other")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TrialWorld]:
    with trial_world(tmp_path, projects=(Project(), OTHER_PROJECT)) as world:
        yield world


def refused(world: TrialWorld, folder_id: str | None = None, *, without: tuple[str, ...] = ()) -> KuploadError:
    """The refusal; nothing was asked for but looked at, and no file was written."""
    with pytest.raises(KuploadError) as caught:
        world.try_it(folder_id, without=without)
    assert {record.route for record in world.emulator.accounting.records()} <= LOOKING
    assert not list(world.directory.glob("kupload-try*"))
    return caught.value


def test_an_id_that_is_none(world: TrialWorld) -> None:
    error = refused(world, "scratch")
    assert isinstance(error, UsageError)
    assert '--try: "scratch" is not a UUID.' in str(error)


def test_a_folder_that_does_not_exist(world: TrialWorld) -> None:
    error = refused(world, str(uuid.uuid4()))
    assert isinstance(error, UsageError)
    assert "has no folder" in str(error)


def test_a_folder_of_another_project(world: TrialWorld) -> None:
    theirs = world.emulator.create_folder("theirs", OTHER_PROJECT.id)
    error = refused(world, theirs.id)
    assert isinstance(error, UsageError)
    assert "has no folder" in str(error)


def test_the_project_itself(world: TrialWorld) -> None:
    error = refused(world, world.emulator.project_id)
    assert isinstance(error, UsageError)
    assert "the project itself" in str(error)


def test_a_folder_that_holds_somebodys_video(world: TrialWorld) -> None:
    world.emulator.add_foreign_video(ForeignVideo(title="Урок 1", parent_id=world.folder_id, size=1000))
    error = refused(world)
    assert isinstance(error, UsageError)
    assert '"Урок 1"' in str(error)
    assert len(world.emulator.videos()) == 1


@pytest.mark.parametrize(
    ("title", "size"),
    [
        ("kupload try 0123abcd: whole way", 3_000_000_000),
        ("kupload try: whole way", 4096),
        ("My kupload try 0123abcd: whole way", 4096),
    ],
)
def test_a_folder_that_holds_what_only_looks_like_a_video_of_a_try(world: TrialWorld, title: str, size: int) -> None:
    world.emulator.add_foreign_video(ForeignVideo(title=title, parent_id=world.folder_id, size=size))
    assert isinstance(refused(world), UsageError)


def test_a_folder_with_a_folder_in_it(world: TrialWorld) -> None:
    world.emulator.create_folder("inside", world.folder_id)
    error = refused(world)
    assert isinstance(error, UsageError)
    assert '"inside"' in str(error)


@pytest.mark.parametrize("name", ["KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID"])
def test_a_setting_that_is_missing(world: TrialWorld, name: str) -> None:
    error = refused(world, without=(name,))
    assert isinstance(error, UsageError)
    assert name in str(error)


def test_a_token_that_is_not_accepted(tmp_path: Path) -> None:
    with trial_world(tmp_path) as world:
        error = refused_with_token(world, "99999999-9999-4999-8999-999999999999")
        assert isinstance(error, BatchStoppedError)
        assert "99999999-9999-4999" not in str(error)


def refused_with_token(world: TrialWorld, token: str) -> KuploadError:
    stranger = TrialWorld(
        emulator=world.emulator,
        folder_id=world.folder_id,
        directory=world.directory,
        changes={"KINESCOPE_API_KEY": token},
    )
    return refused(stranger)


def test_a_service_out_of_reach_stops_it_with_exit_code_3(tmp_path: Path) -> None:
    with trial_world(tmp_path) as world:
        pass
    with pytest.raises(BatchStoppedError, match="cannot be reached"):
        world.try_it()


def test_a_video_of_an_earlier_try_is_deleted_with_the_others(world: TrialWorld) -> None:
    for number, status in enumerate((VideoStatus.DONE, VideoStatus.SUSPENDED)):
        title = f"kupload try 0123abcd: whole way {number}"
        world.emulator.add_foreign_video(ForeignVideo(title=title, parent_id=world.folder_id, size=4096, status=status))
    assert world.try_it().exit_code == 0
    assert world.emulator.videos() == ()


def test_the_folder_that_a_try_made_is_used_again_and_never_more_than_one_is_left(tmp_path: Path) -> None:
    for parent in ("required", "optional"):
        with trial_world(tmp_path / parent, {"folder-parent": parent}) as world:
            for _ in range(2):
                run = world.try_it()
                assert (run.exit_code, run.values["folder-parent"]) == (0, parent)
                assert len(run.said["kept"]) == 1
            assert len(world.emulator.folders()) == 2


def test_without_a_workspace_only_the_dialect_json_is_tried(tmp_path: Path) -> None:
    with trial_world(tmp_path, {"tokens": "403"}) as world:
        run = world.try_it(without=("KINESCOPE_WORKSPACE_ID",))
        assert (run.exit_code, run.values["deleted-id"]) == (0, None)
        assert "dialect tus" in run.readings["deleted-id"]["note"]
        [said] = [step for step in run.said["steps"] if step["subject"].endswith("tus")]
        assert (said["subject"], "set KINESCOPE_WORKSPACE_ID" in said["told"]) == ("init, tus", True)


def test_the_workspace_is_taken_from_the_token_list(tmp_path: Path) -> None:
    with trial_world(tmp_path, tokens=(Token(),)) as world:
        run = world.try_it(without=("KINESCOPE_WORKSPACE_ID",))
        assert (run.exit_code, run.values["deleted-id"]) == (0, "free")
