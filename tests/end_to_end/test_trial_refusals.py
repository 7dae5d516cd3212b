"""What a try refuses, and that nothing was touched then."""

from __future__ import annotations

import json
import socket
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kinescope_upload.emulator import Fault, ForeignVideo, Project, Route, Token, VideoStatus
from kinescope_upload.errors import BatchStoppedError, KuploadError, UsageError
from support.trial_runs import TrialWorld, trial_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

LOOKING = {Route.VIDEO_GET, Route.VIDEO_LIST, Route.PROJECTS, Route.FOLDERS_LIST, Route.ACCESS_TOKENS, Route.OPTIONS}
OTHER_PROJECT = Project(id=str(uuid.uuid4()), name="Other")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TrialWorld]:
    with trial_world(tmp_path, projects=(Project(), OTHER_PROJECT)) as world:
        yield world


def refused(world: TrialWorld, folder_id: str | None = None, *, without: tuple[str, ...] = ()) -> KuploadError:
    """The refusal; nothing was asked for but looked at, and no file was written."""
    with pytest.raises(KuploadError) as caught:
        world.try_it(folder_id, without=without)
    is_asked = world.emulator.accounting.records() != ()
    assert ("Nothing was touched." in caught.value.what) or not is_asked
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


def changed(world: TrialWorld, **changes: str) -> TrialWorld:
    """The world with other settings."""
    return replace(world, changes=changes)


def test_a_token_that_is_not_accepted_is_told_as_a_run_does(world: TrialWorld) -> None:
    error = refused(changed(world, KINESCOPE_API_KEY="99999999-9999-4999-8999-999999999999"))
    assert isinstance(error, BatchStoppedError)
    assert "99999999-9999-4999" not in str(error)
    assert "Kinescope does not accept the token" in error.what
    assert "Check KINESCOPE_API_KEY" in error.hint
    assert error.request_id


def test_a_project_that_does_not_exist_is_told_as_by_every_command(world: TrialWorld) -> None:
    nowhere = str(uuid.uuid4())
    error = refused(changed(world, KINESCOPE_PROJECT_ID=nowhere))
    assert isinstance(error, UsageError)
    assert f"Kinescope knows no project {nowhere}." in error.what
    assert error.hint.startswith("Check KINESCOPE_PROJECT_ID")


@pytest.mark.parametrize("name", ["KINESCOPE_UPLOADER_URL", "KINESCOPE_API_URL"])
def test_a_service_out_of_reach_stops_it_at_once_with_a_hint(world: TrialWorld, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = refused(changed(world, **{name: f"http://127.0.0.1:{port}"}))
    assert isinstance(error, BatchStoppedError)
    assert "cannot be reached" in error.what
    assert error.hint == f"Check the network, the proxy (HTTPS_PROXY) and {name}."


def test_a_service_that_has_trouble_stops_it_with_the_id_of_the_request(world: TrialWorld) -> None:
    world.emulator.faults.add(Fault(route=Route.FOLDERS_LIST, status=500, times=None))
    error = refused(world)
    assert isinstance(error, BatchStoppedError)
    assert (error.hint, error.request_id is None) == ("Run the same command again later.", False)


def test_a_workspace_that_is_not_the_tokens_is_refused_with_the_right_one(world: TrialWorld) -> None:
    error = refused(changed(world, KINESCOPE_WORKSPACE_ID=str(uuid.uuid4())))
    assert isinstance(error, UsageError)
    assert error.hint == f"Set KINESCOPE_WORKSPACE_ID to {world.emulator.workspace_id}."


def test_where_nobody_tells_the_workspace_a_refused_init_names_it_as_a_cause(tmp_path: Path) -> None:
    with trial_world(tmp_path, {"tokens": "404"}) as world:
        run = changed(world, KINESCOPE_WORKSPACE_ID=str(uuid.uuid4())).try_it()
        [init] = [step for step in run.steps("against") if step["subject"] == "init, tus"]
        assert "KINESCOPE_WORKSPACE_ID" in init["message"]
        assert [step["subject"] for step in run.steps("not_tried")] == ["whole way, tus"]


def test_a_try_that_may_go_on_keeps_its_videos(world: TrialWorld) -> None:
    young = ForeignVideo(title="kupload try 0123abcd: init", parent_id=world.folder_id, size=4096, age=60)
    world.emulator.add_foreign_video(young)
    error = refused(world)
    assert isinstance(error, UsageError)
    assert "another try may go on" in error.what
    assert len(world.emulator.videos()) == 1
    (world.directory / "kupload-try-2026-02-18.json").write_text('{"try": "0123abcd"}')
    assert world.try_it().exit_code == 0
    assert world.emulator.videos() == ()


def test_a_video_of_an_earlier_try_is_deleted_with_the_others(world: TrialWorld) -> None:
    for number, status in enumerate((VideoStatus.DONE, VideoStatus.SUSPENDED)):
        title = f"kupload try 0123abcd: whole way {number}"
        world.emulator.add_foreign_video(
            ForeignVideo(title=title, parent_id=world.folder_id, size=4096, status=status, age=3600)
        )
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


@pytest.mark.parametrize("value", ["403", pytest.param("404", marks=pytest.mark.slow)])
def test_without_a_workspace_all_that_is_not_tried_is_named_with_what_to_set(tmp_path: Path, value: str) -> None:
    with trial_world(tmp_path, {"tokens": value}) as world:
        run = world.try_it(without=("KINESCOPE_WORKSPACE_ID",))
        assert (run.exit_code, run.values["deleted-id"]) == (1, None)
        assert "dialect tus" in run.readings["deleted-id"]["note"]
        untried = run.steps("not_tried")
        subjects = ["init, tus", "same id twice", "delete, tus", "whole way, tus"]
        assert [step["subject"] for step in untried] == subjects
        for step in untried:
            assert f"answered with HTTP {value}" in step["message"]
            assert "Set KINESCOPE_WORKSPACE_ID" in step["message"]
        [file] = world.directory.glob("kupload-try-*.json")
        assert [
            step for step in json.loads(file.read_text("utf-8"))["steps"] if step["state"] == "not_tried"
        ] == untried


def test_the_workspace_is_taken_from_the_token_list(tmp_path: Path) -> None:
    with trial_world(tmp_path, tokens=(Token(),)) as world:
        run = world.try_it(without=("KINESCOPE_WORKSPACE_ID",))
        assert (run.exit_code, run.values["deleted-id"]) == (0, "free")
