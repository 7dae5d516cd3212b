"""Marks the tests that are known not to pass under Wine, and counts what passes there; a plugin that conftest.py loads.

A listed test that fails is expected to; one that is not listed and fails, fails as everywhere; a listed one that passes
is named at the end, and can be taken off the list.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from support.systems import is_wine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_XDIST_WORKER: Final = "PYTEST_XDIST_WORKER"
LIST: Final = Path(__file__).parents[1] / "windows/not_under_wine.toml"


def listed_tests() -> Mapping[str, str]:
    """Why each listed test does not pass under Wine, by its id, with its parameters or for all of them."""
    reasons = tomllib.loads(LIST.read_text(encoding="utf-8"))["reason"]
    return {test: f"{reason['who']}: {reason['why']}" for reason in reasons for test in reason["tests"]}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--results", type=Path, help="where what becomes of each test is written down, a line each")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--results")
    if path is not None and _XDIST_WORKER not in os.environ:
        config.pluginmanager.register(_Notes(config, path))


class _Notes:
    """Writes down what becomes of the tests; tests/windows/results.py reads it."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self._config, self._path = config, path

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self._note({"collected": [item.nodeid for item in session.items]})

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._note({"collected": list(ids)})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        kind = self._config.hook.pytest_report_teststatus(report=report, config=self._config)[0]
        if kind:
            self._note({"test": report.nodeid, "is": kind})

    def _note(self, facts: Mapping[str, object]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(facts) + "\n")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not is_wine():
        return
    listed = listed_tests()
    for item in items:
        reason = listed.get(item.nodeid) or listed.get(item.nodeid.partition("[")[0])
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Names a failure when it comes: the whole takes the better part of an hour."""
    if is_wine() and report.failed and _XDIST_WORKER not in os.environ:
        print(
            f"\n{report.when} of {report.nodeid} failed\n{report.longreprtext[-2000:]}", file=sys.__stderr__, flush=True
        )


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield
    if is_wine():
        terminalreporter.write_line(f"under Wine: {_figures(terminalreporter)}")


def _counts(reporter: pytest.TerminalReporter) -> dict[str, int]:
    kinds = ("passed", "skipped", "xfailed", "xpassed", "failed", "error")
    return {kind: len(reporter.stats.get(kind, ())) for kind in kinds}


def _figures(reporter: pytest.TerminalReporter) -> str:
    counts = _counts(reporter)
    total = sum(counts.values())
    share = 100 * counts["passed"] / max(1, total)
    return (
        f"{total} tests, {counts['passed']} passed ({share:.1f} %), {counts['skipped']} skipped, {counts['xfailed']} "
        f"listed, {counts['xpassed']} listed but passed, {counts['failed'] + counts['error']} failed"
    )
