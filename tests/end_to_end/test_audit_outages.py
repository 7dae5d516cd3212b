"""`verify` and `repair` while Kinescope cannot be reached, or somebody else answers: they wait as a run does."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final

import pytest

from kinescope_upload.audit.compare.events import FixApplied
from kinescope_upload.audit.repair import repair
from kinescope_upload.audit.show.messages import sentence_of
from kinescope_upload.audit.verify import VerifyOptions, verify
from kinescope_upload.cli.outcome import run_command
from kinescope_upload.emulator import Action, Fault, Route
from kinescope_upload.errors import InterruptedRunError
from kinescope_upload.events import WaitStarted
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK
from kinescope_upload.progress import ask_to_stop
from support.auditing import FIRST, SECOND, kinescope, look, settings_of, uploaded, video_of
from support.systems import posix_only

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.audit.compare.events import AuditEvent
    from kinescope_upload.audit.repair import RepairResult
    from support.world import World, WorldMaker

_PORTAL: Final = "<html><head><title>Hotel Wi-Fi</title></head><body>Log in</body></html>"
_NGINX: Final = (("Server", "nginx"),)
_AS_JSON: Final = (("Content-Type", "application/json"),)
_WORDS: Final = 'is answered by nginx (HTTP 200, an HTML page: "Hotel Wi-Fi") instead of Kinescope'


class _Ears:
    """Hears the events, and does something at one of a kind."""

    def __init__(self, kind: type[AuditEvent] = WaitStarted, act: Callable[[], object] = lambda: None) -> None:
        self.said = ""
        self._kind = kind
        self._act = act

    def __call__(self, event: AuditEvent) -> None:
        self.said += f"{sentence_of(event, SYSTEM_CLOCK)}\n"
        if isinstance(event, self._kind):
            self._act()


def _lose_network(world: World) -> None:
    world.link.refuse()
    world.link.cut_now()


def _put_portal(world: World, *routes: Route) -> None:
    for route in routes or (Route.VIDEO_LIST, Route.VIDEO_GET, Route.VIDEO_UPDATE, Route.OPTIONS):
        world.emulator.faults.add(
            Fault(route=route, action=Action.INTERCEPT, status=200, message=_PORTAL, headers=_NGINX, times=None)
        )


def _put_gateway(world: World) -> None:
    for route in (Route.VIDEO_LIST, Route.OPTIONS):
        world.emulator.faults.add(Fault(route=route, status=503, times=None))


def _heal(world: World) -> None:
    world.link.heal()
    world.emulator.faults.clear()


def _rename_two(world: World) -> None:
    uploaded(world)
    with kinescope(world) as api:
        for lesson_id in (FIRST, SECOND):
            api.rename_video(video_of(world, lesson_id), "somebody's title")


def _repair(world: World, ears: _Ears, **options: object) -> RepairResult:
    return repair(settings_of(world, **options), ears, lambda plan: bool(plan.fixes), is_dry_run=False)


@pytest.mark.parametrize("begin", [_lose_network, _put_portal, _put_gateway])
def test_verify_waits_out_what_answers_instead_of_kinescope(worlds: WorldMaker, begin: Callable[[World], None]) -> None:
    world = worlds()
    uploaded(world)
    begin(world)
    ears = _Ears(act=lambda: _heal(world))
    assert verify(settings_of(world, retries=0), VerifyOptions(), ears).agrees
    assert ("No connection to Kinescope since" in ears.said) is (begin is not _put_portal)
    assert "Connected to Kinescope again after" in ears.said
    assert (_WORDS in ears.said) is (begin is _put_portal)


@pytest.mark.parametrize(
    "answer",
    [
        Fault(route=Route.VIDEO_LIST, action=Action.INTERCEPT, status=403, message=_PORTAL),
        Fault(route=Route.VIDEO_LIST, status=502, code=500500),
        Fault(route=Route.VIDEO_LIST, action=Action.INTERCEPT, message='{"data": []}', status=200, headers=_AS_JSON),
    ],
    ids=["a firewall's page", "no Kinescope behind the gateway", "a list without meta"],
)
def test_what_answers_one_kind_of_request_alone_is_an_outage_too(worlds: WorldMaker, answer: Fault) -> None:
    world = worlds()
    uploaded(world)
    world.emulator.faults.add(*[answer] * 4)
    ears = _Ears()
    assert verify(settings_of(world, retries=1), VerifyOptions(), ears).agrees
    assert ears.said.count("Trying again in") == 4


@pytest.mark.parametrize("command", ["verify", "repair"])
@pytest.mark.parametrize("begin", [_put_portal, lambda world: _put_portal(world, Route.VIDEO_LIST)])
def test_an_outage_that_stays_ends_verify_and_repair_with_nothing_changed(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str], command: str, begin: Callable[[World], None]
) -> None:
    world = worlds()
    _rename_two(world)
    begin(world)
    ears = _Ears()
    settings = settings_of(world, retries=1, max_outage="0.2s")

    def run() -> None:
        if command == "verify":
            verify(settings, VerifyOptions(), ears)
        else:
            _repair(world, ears, retries=1, max_outage="0.2s")

    assert run_command(run) == 3
    said = capsys.readouterr().err
    assert "Kinescope could not be reached for" in said
    assert _WORDS in said
    assert "Nothing was changed: run the same command again when the network is back." in said


def test_an_outage_in_mid_repair_is_waited_out(worlds: WorldMaker) -> None:
    world = worlds()
    _rename_two(world)
    breaks = _Ears(FixApplied, lambda: _put_portal(world))
    heals = _Ears(act=lambda: _heal(world))

    def hear(event: AuditEvent) -> None:
        breaks(event)
        heals(event)

    result = repair(settings_of(world, retries=0), hear, lambda _: True, is_dry_run=False)
    assert (result.fixed, result.failed) == (2, 0)
    _heal(world)  # the last change broke it again
    assert look(world).agrees


def test_a_repair_that_an_outage_ends_keeps_what_it_did_and_says_so(
    worlds: WorldMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    world = worlds()
    _rename_two(world)
    ears = _Ears(FixApplied, lambda: _put_portal(world))
    assert run_command(lambda: _repair(world, ears, max_outage="0.2s")) == 3
    said = capsys.readouterr().err
    assert "Everything is saved: run the same command again" in said
    assert "Nothing was changed" not in said
    _heal(world)
    assert _repair(world, _Ears()).fixed == 1
    assert look(world).agrees


def test_kupload_stop_ends_the_wait_of_a_repair(worlds: WorldMaker) -> None:
    world = worlds()
    _rename_two(world)
    breaks = _Ears(FixApplied, lambda: _put_portal(world))
    stops = _Ears(act=lambda: ask_to_stop(world.progress))

    def hear(event: AuditEvent) -> None:
        breaks(event)
        stops(event)

    with pytest.raises(InterruptedRunError, match=r"Stopped by `kupload stop`\."):
        repair(settings_of(world), hear, lambda _: True, is_dry_run=False)


def test_kupload_stop_ends_a_repair_between_two_changes(worlds: WorldMaker) -> None:
    world = worlds()
    _rename_two(world)
    with pytest.raises(InterruptedRunError, match=r"Stopped by `kupload stop`\."):
        _repair(world, _Ears(FixApplied, lambda: ask_to_stop(world.progress)))
    assert _repair(world, _Ears()).fixed == 1
    assert look(world).agrees


@posix_only("Windows sends Ctrl+C to whole consoles only")
def test_ctrl_c_ends_the_wait_of_verify(worlds: WorldMaker) -> None:
    world = worlds()
    uploaded(world)
    world.environment["KUPLOAD_RETRY_BASE"] = "60"
    world.link.refuse()
    with world.start("verify") as process:
        assert process.stdout
        for line in process.stdout:
            if "No connection to Kinescope since" in line:
                break
        os.kill(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "kupload: Stopped. Nothing was begun that is not saved."


@pytest.mark.parametrize(
    "command", [("verify",), pytest.param(("repair", "--yes"), marks=pytest.mark.slow)], ids=" ".join
)
def test_the_option_bounds_the_wait_and_a_script_is_told(worlds: WorldMaker, command: tuple[str, ...]) -> None:
    world = worlds()
    uploaded(world)
    _put_portal(world)
    outcome = world.run(*command, "--max-outage", "0.1s", "--json")
    assert outcome.exit_code == 3, outcome.text
    assert [wait["kind"] for wait in outcome.events("wait_started")] == ["network"]
    [error] = outcome.events("error")
    assert (error["exit_code"], _WORDS in error["reason"]) == (3, True)
