import uuid

import pytest

from kinescope_upload.emulator import Emulator, Project, Settings
from support.conversation import NOBODY, Caller, Start, error_code


def test_projects_are_listed_in_pages(start: Start) -> None:
    projects = tuple(Project(id=str(uuid.UUID(int=number)), name=f"P{number}") for number in range(3))
    caller = start(Settings(projects=projects))
    body = caller.request("GET", "/v1/projects", params={"per_page": 2, "page": 2}).json()
    assert "workspace_id" not in body["data"][0]
    assert body["meta"]["pagination"] == {"page": 2, "per_page": 2, "total": 3}
    assert body["data"] == [{"id": projects[2].id, "name": "P2"}]


def test_a_folder_is_made_and_listed(caller: Caller, emulator: Emulator) -> None:
    path = f"/v1/projects/{emulator.project_id}/folders"
    response = caller.request("POST", path, json={"name": "01_analytics", "parent_id": emulator.project_id})
    made = response.json()["data"]
    assert response.status_code == 200
    assert made == {"id": made["id"], "name": "01_analytics", "project_id": emulator.project_id}
    below = caller.request("POST", path, json={"name": "section", "parent_id": made["id"]}).json()["data"]
    listed = [{**made, "parent_id": emulator.project_id}, {**below, "parent_id": made["id"]}]
    assert caller.request("GET", path).json()["data"] == listed
    assert emulator.folder_named("01_analytics").parent_id is None
    assert emulator.folder_named("section").parent_id == made["id"]


def test_a_folder_of_another_project_is_no_parent(start: Start) -> None:
    projects = tuple(Project(id=str(uuid.UUID(int=number)), name=f"P{number}") for number in (1, 2))
    caller = start(Settings(projects=projects))
    elsewhere = caller.emulator.create_folder("01", projects[1].id)
    for parent_id in (elsewhere.id, projects[1].id):
        body = {"name": "02", "parent_id": parent_id}
        refused = caller.request("POST", f"/v1/projects/{projects[0].id}/folders", json=body)
        assert error_code(refused) == (404, 404404)


def test_folders_come_in_pages(caller: Caller, emulator: Emulator) -> None:
    for number in range(25):
        emulator.create_folder(f"{number:02}")
    path = f"/v1/projects/{emulator.project_id}/folders"
    body = caller.request("GET", path, params={"page": 2}).json()
    assert body["meta"]["pagination"] == {"page": 2, "per_page": 10, "total": 25}
    assert [folder["name"] for folder in body["data"]] == [str(number) for number in range(10, 20)]


def test_a_taken_folder_name_is_refused(caller: Caller, emulator: Emulator) -> None:
    taken = emulator.create_folder("01")
    path = f"/v1/projects/{emulator.project_id}/folders"
    at_the_root = {"name": "01", "parent_id": emulator.project_id}
    assert error_code(caller.request("POST", path, json=at_the_root)) == (400, 400203)
    assert caller.request("POST", path, json={"name": "01", "parent_id": taken.id}).status_code == 200


def test_folder_names_can_be_let_be_equal(start: Start) -> None:
    caller = start(Settings(unique_folder_names=False))
    path = f"/v1/projects/{caller.emulator.project_id}/folders"
    body = {"name": "01", "parent_id": caller.emulator.project_id}
    made = [caller.request("POST", path, json=body).json()["data"]["id"] for _ in range(2)]
    assert len(set(made)) == 2


def test_two_folders_of_one_name_can_be_put_in_from_behind(emulator: Emulator) -> None:
    first, second = emulator.create_folder("01"), emulator.create_folder("01")
    assert emulator.folders() == (first, second)
    assert emulator.folder_named("01") == first


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (402, 402402)),
        ({"name": 5}, (400, 400102)),
        ({"name": "x", "parent_id": "nonsense"}, (400, 400301)),
        ({"name": "x", "parent_id": NOBODY}, (404, 404404)),
    ],
)
def test_a_wrong_folder_is_refused(
    caller: Caller, emulator: Emulator, body: dict[str, object], expected: tuple[int, int]
) -> None:
    path = f"/v1/projects/{emulator.project_id}/folders"
    assert error_code(caller.request("POST", path, json=body)) == expected


def test_only_projects_have_lists_of_folders(caller: Caller, emulator: Emulator) -> None:
    folder = emulator.create_folder("01")
    assert error_code(caller.request("GET", f"/v1/projects/{folder.id}/folders")) == (404, 404404)
    assert error_code(caller.request("GET", f"/v1/projects/{NOBODY}/folders")) == (404, 404404)
    assert error_code(caller.request("GET", "/v1/projects/nonsense/folders")) == (400, 400301)
