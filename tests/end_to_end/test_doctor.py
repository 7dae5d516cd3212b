"""`kupload doctor`: everything that a run depends on, looked at before the first byte."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from kinescope_upload.commands.doctor.check import Check, Standing, exit_code_of
from kinescope_upload.commands.doctor.command import run_doctor
from kinescope_upload.commands.doctor.kinescope import clock_check
from kinescope_upload.config import load_settings
from kinescope_upload.emulator import Action, Fault, Project, Right, Route, Token
from kinescope_upload.output.options import DisplayOptions
from support.postgres import PASSWORD, WITH_PASSWORD
from support.systems import WINDOWS
from support.world import KIB, Outcome, World, WorldMaker, content_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECTS = ["progress", "disk", "database", "library", "uploader", "token", "project", "workspace"]
RIGHTS = ["upload", "delete"]


def checks(outcome: Outcome) -> list[Mapping[str, Any]]:
    [line] = outcome.said
    assert line["event"] == "doctor"
    assert line["exit_code"] == outcome.exit_code
    made: list[Mapping[str, Any]] = line["checks"]
    return made


def wrong(outcome: Outcome) -> list[str]:
    """What is wrong or not known, as "subject: what"."""
    return [f"{one['subject']}: {one['message']}" for one in checks(outcome) if one["standing"] not in {"good", "note"}]


def _doctor(world: World, **options: object) -> Outcome:
    """`kupload doctor --json` in this process."""
    out = io.StringIO()
    settings = load_settings({"json": True, **options}, directory=world.folder, environment=world.environment)
    code = run_doctor(settings, DisplayOptions(as_json=True), out)
    return Outcome(exit_code=code, said=tuple(json.loads(line) for line in out.getvalue().splitlines()))


@pytest.fixture
def healthy(worlds: WorldMaker) -> World:
    world = worlds()
    world.fill((10 * KIB, 20 * KIB))
    return world


@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_all_is_good_and_nothing_is_made_or_deleted(worlds: WorldMaker, dialect: str) -> None:
    world = worlds(dialect)
    world.fill((10 * KIB, 20 * KIB))
    outcome = world.run("doctor", "--json")
    assert (outcome.exit_code, wrong(outcome)) == (0, [])
    assert [one["subject"] for one in checks(outcome)] == [*SUBJECTS, *RIGHTS, "folders", "clock"]
    assert {one["standing"] for one in checks(outcome)} == {"good"}
    assert world.emulator.videos() == ()
    assert [folder.name for folder in world.emulator.folders()] == ["01_analytics"]
    assert not world.progress.exists()


def test_a_token_is_not_sent_where_only_the_folders_env_file_leads(healthy: World) -> None:
    (healthy.folder / ".env").write_text("KINESCOPE_API_URL=https://evil.example\n", encoding="utf-8")
    (healthy.folder / ".env").chmod(0o600)
    outcome = healthy.run("doctor", "--json")
    assert outcome.exit_code == 2
    [refused] = [one for one in checks(outcome) if "evil.example" in one["message"] and one["standing"] != "note"]
    assert "KINESCOPE_API_URL from .env line 1" in refused["message"]
    assert "KINESCOPE_TRUSTED_HOSTS=evil.example" in refused["hint"]
    assert healthy.emulator.accounting.records() == ()


def test_a_proxy_that_cannot_be_used_is_wrong_and_what_comes_before_it_is_told(
    healthy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ALL_PROXY", "nonsense://x")
    outcome = _doctor(healthy)
    assert outcome.exit_code == 2
    assert [one.partition(":")[0] for one in wrong(outcome)] == ["uploader"]
    assert checks(outcome)[0]["subject"] == "progress"


def test_the_project_is_named(healthy: World) -> None:
    project = next(one for one in checks(healthy.run("doctor", "--json")) if one["subject"] == "project")
    assert project["message"] == f'"Courses" ({healthy.emulator.project_id}).'


@pytest.mark.parametrize(("right", "subject"), [(Right.UPLOAD, "delete"), (Right.DELETE, "upload")])
@pytest.mark.parametrize("dialect", ["tus", "json"])
def test_a_right_that_the_token_lacks_is_wrong(worlds: WorldMaker, dialect: str, right: Right, subject: str) -> None:
    world = worlds(dialect, tokens=(Token(rights=frozenset({right})),))
    world.fill((10 * KIB,))
    outcome = world.run("doctor", "--json")
    assert outcome.exit_code == 3
    assert [one.partition(":")[0] for one in wrong(outcome)] == [subject]
    assert world.emulator.videos() == ()


def test_a_token_that_is_refused_is_wrong_and_nothing_more_is_asked(healthy: World) -> None:
    healthy.environment["KINESCOPE_API_KEY"] = "00000000-0000-4000-8000-000000000000"
    outcome = healthy.run("doctor", "--json")
    assert outcome.exit_code == 3
    assert "does not accept the token" in wrong(outcome)[0]
    assert checks(outcome)[-1]["subject"] == "token"


def test_a_project_that_the_token_does_not_see_is_wrong_and_the_others_are_named(worlds: WorldMaker) -> None:
    world = worlds(projects=(Project(), Project(id="11111111-1111-4111-8111-111111111111", name="Second")))
    world.fill((10 * KIB,))
    world.environment["KINESCOPE_PROJECT_ID"] = "22222222-2222-4222-8222-222222222222"
    outcome = world.run("doctor", "--json")
    [project] = [one for one in checks(outcome) if one["subject"] == "project"]
    assert (outcome.exit_code, project["standing"]) == (2, "wrong_here")
    assert '"Second" (11111111-1111-4111-8111-111111111111)' in project["hint"]


def test_a_workspace_that_is_not_the_tokens_is_found_by_asking_to_upload(worlds: WorldMaker) -> None:
    healthy = worlds(readings={"tokens": "403"})
    healthy.fill((10 * KIB,))
    healthy.environment["KINESCOPE_WORKSPACE_ID"] = "22222222-2222-4222-8222-222222222222"
    outcome = healthy.run("doctor", "--json")
    assert outcome.exit_code == 3
    assert "not the token's workspace" in wrong(outcome)[0]


@pytest.mark.parametrize("dialect", ["json", pytest.param("tus", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("route", "subject"),
    [
        (Route.OPTIONS, "uploader"),
        (Route.PROJECTS, "token"),
        (Route.ACCESS_TOKENS, "token"),
        (Route.INIT, "upload"),
        (Route.VIDEO_DELETE, "delete"),
        (Route.FOLDERS_LIST, "folders"),
    ],
)
def test_somebody_elses_answer_is_named_as_what_it_is(
    worlds: WorldMaker, dialect: str, route: Route, subject: str
) -> None:
    world = worlds(dialect, readings={"tokens": "404"})
    world.fill((10 * KIB,))
    page = "<html><title>Blocked by policy</title></html>"
    nginx = (("Server", "nginx"),)
    world.emulator.faults.add(
        Fault(route=route, action=Action.INTERCEPT, status=403, message=page, headers=nginx, times=None)
    )
    outcome = _doctor(world)
    [said] = wrong(outcome)
    assert said.startswith(f"{subject}: ")
    assert 'is answered by nginx (HTTP 403, an HTML page: "Blocked by policy") instead of Kinescope' in said
    assert outcome.exit_code == 3


def test_a_refusal_that_says_nothing_of_the_token_is_marked_as_not_known(worlds: WorldMaker) -> None:
    healthy = worlds(readings={"tokens": "404"})
    healthy.fill((10 * KIB,))
    denied = {"status": 403, "code": 100103}
    healthy.emulator.faults.add(
        Fault(route=Route.INIT, **denied),  # type: ignore[arg-type]
        Fault(route=Route.VIDEO_DELETE, **denied),  # type: ignore[arg-type]
        Fault(route=Route.VIDEO_GET, **denied),  # type: ignore[arg-type]
    )
    outcome = healthy.run("doctor", "--json")
    standings = {one["subject"]: one["standing"] for one in checks(outcome)}
    assert (outcome.exit_code, standings["upload"], standings["delete"]) == (0, "not_known", "not_known")


def test_a_video_that_the_question_makes_all_the_same_is_deleted_again(worlds: WorldMaker) -> None:
    healthy = worlds(readings={"tokens": "404"})
    healthy.fill((10 * KIB,))
    made = Fault(route=Route.INIT, status=201, headers=(("Location", "/v2/uploads/x"),))
    healthy.emulator.faults.add(made)
    outcome = healthy.run("doctor", "--json")
    [upload] = [one for one in checks(outcome) if one["subject"] == "upload"]
    assert (upload["standing"], "it was deleted" in upload["message"]) == ("good", True)
    deleted = healthy.emulator.accounting.records(Route.VIDEO_DELETE)
    assert deleted[0].video_id is not None
    assert deleted[0].video_id in upload["message"]


def test_an_uploader_out_of_reach_is_wrong(healthy: World) -> None:
    healthy.link.refuse()
    outcome = healthy.run("doctor", "--json")
    assert outcome.exit_code == 3
    [said] = wrong(outcome)
    assert said.startswith("uploader: 127.0.0.1 cannot be reached (")


def test_everything_that_is_not_set_is_named_at_once(healthy: World) -> None:
    for name in ("KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", "DATABASE_URL", "KUPLOAD_LIBRARY"):
        del healthy.environment[name]
    outcome = healthy.run("doctor", "--json")
    assert outcome.exit_code == 2
    text = " ".join(wrong(outcome))
    for name in ("KINESCOPE_API_KEY", "KINESCOPE_PROJECT_ID", "DATABASE_URL", "KUPLOAD_LIBRARY"):
        assert name in text
    assert [one["hint"].startswith("`kupload setup` ") for one in checks(outcome) if one["hint"]] == [True]


def test_a_database_that_refuses_is_wrong_with_the_hint(healthy: World) -> None:
    healthy.database.execute(f'GRANT SELECT ON "Lesson" TO {WITH_PASSWORD}')
    server = healthy.database.server
    healthy.environment["DATABASE_URL"] = server.tcp_url(healthy.database.name, WITH_PASSWORD, PASSWORD)
    outcome = healthy.run("doctor", "--json")
    [database] = [one for one in checks(outcome) if one["subject"] == "database"]
    assert (outcome.exit_code, database["standing"]) == (3, "wrong_outside")
    assert "GRANT UPDATE" in database["hint"]
    assert PASSWORD not in outcome.text
    assert "p%40ss" not in outcome.text


def test_a_missing_folder_is_wrong_here(healthy: World) -> None:
    (healthy.library / "02_ads").mkdir()
    (healthy.library / "02_ads/001.mp4").write_bytes(content_of(KIB, seed="ads"))
    healthy.database.add_lessons([("02_ads_001", "02_ads", "Реклама")])
    outcome = healthy.run("doctor", "--json")
    message = "folders: Course without exactly one folder: 02_ads (missing)."
    assert (outcome.exit_code, wrong(outcome)) == (2, [message])


def test_where_no_course_has_a_folder_nothing_is_good_and_one_line_says_it(healthy: World) -> None:
    (healthy.library / "02_ads").mkdir()
    (healthy.library / "02_ads/001.mp4").write_bytes(content_of(KIB, seed="ads"))
    healthy.emulator.delete_folder(healthy.emulator.folder_named("01_analytics").id)
    outcome = _doctor(healthy, no_db=True)
    message = "folders: Courses without exactly one folder: 01_analytics (missing), 02_ads (missing)."
    assert (outcome.exit_code, wrong(outcome)) == (2, [message])
    [folders] = [one for one in checks(outcome) if one["subject"] == "folders"]
    assert "--course 01_analytics --course 02_ads" in folders["hint"]


def test_what_hides_what_is_shown_and_no_secret_is(healthy: World) -> None:
    token, url = healthy.environment["KINESCOPE_API_KEY"], healthy.environment["DATABASE_URL"]
    (healthy.folder / ".env").write_text(f"KINESCOPE_API_KEY={token}\nKUPLOAD_JOBS=2\n", encoding="utf-8")
    (healthy.folder / ".env").chmod(0o644)
    healthy.environment["KINESCOPE_API_KEY"] = "99999999-9999-4999-8999-999999999999"
    (healthy.folder / "kupload.toml").write_text("jobs = 6\n", encoding="utf-8")
    outcome = healthy.run("doctor", "--json")
    settings = {one["name"]: one for one in outcome.said[0]["settings"]}
    assert settings["jobs"]["value"] == "2"
    assert settings["jobs"]["shadowed"] == ["jobs from kupload.toml line 1"]
    assert settings["api_key"]["place"] == "KINESCOPE_API_KEY from .env line 1"
    assert settings["api_key"]["shadowed"] == ["KINESCOPE_API_KEY from the environment"]
    assert settings["api_key"]["value"] == f"…{token[-4:]}"
    notes = [one["message"] for one in checks(outcome) if one["standing"] == "note"]
    assert any("KINESCOPE_API_KEY from .env line 1 is used" in note for note in notes)
    assert any("can be read by other users" in note for note in notes) is not WINDOWS  # which has no file modes
    assert outcome.exit_code == 0
    for text in (outcome.text, healthy.run("doctor", "--verbose").text):
        assert token not in text
        assert "99999999-9999" not in text
        assert url not in text


def test_a_progress_file_that_cannot_be_read_is_wrong(healthy: World) -> None:
    healthy.progress.mkdir()
    (healthy.progress / "01_analytics.json").write_text("{", encoding="utf-8")
    outcome = healthy.run("doctor", "--json")
    assert (outcome.exit_code, "is no progress file" in wrong(outcome)[0]) == (2, True)


def test_without_the_database_it_says_that_nothing_proves_the_positions(healthy: World) -> None:
    outcome = healthy.run("doctor", "--json", "--no-db")
    notes = [one["message"] for one in checks(outcome) if one["standing"] == "note"]
    assert outcome.exit_code == 0
    assert any("nothing proves" in note for note in notes)


def test_in_words_each_check_is_a_line_that_fits(healthy: World) -> None:
    text = healthy.run("doctor").text
    assert "good      token" in text
    assert "All good.\n" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("ahead", "standing", "words"),
    [(0.4, Standing.GOOD, "agree"), (-29, Standing.GOOD, "agree"), (90, Standing.NOTE, "90 s behind Kinescope's"),
     (-7200, Standing.NOTE, "7200 s ahead of Kinescope's")],
)  # fmt: skip
def test_clocks_that_differ_are_said(ahead: float, standing: Standing, words: str) -> None:
    check = clock_check(ahead)
    assert (check.standing, words in check.message) == (standing, True)


@pytest.mark.parametrize(
    ("standings", "code"),
    [
        ((), 0),
        ((Standing.GOOD, Standing.NOTE, Standing.UNKNOWN), 0),
        ((Standing.GOOD, Standing.WRONG_OUTSIDE), 3),
        ((Standing.WRONG_OUTSIDE, Standing.WRONG_HERE), 2),
    ],
)
def test_the_exit_code_says_who_has_to_act(standings: tuple[Standing, ...], code: int) -> None:
    assert exit_code_of(Check(subject="x", standing=one, message="y") for one in standings) == code
