"""A report of a real run, as a person makes it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from support.world import KIB

if TYPE_CHECKING:
    from support.world import WorldMaker


def test_a_run_is_reported_on_as_text_and_as_a_page_without_secrets(worlds: WorldMaker) -> None:
    world = worlds()
    world.fill((20 * KIB, 30 * KIB))
    world.environment["KUPLOAD_HISTORY"] = str(world.folder / "history.sqlite3")
    assert world.upload().exit_code == 0
    text = world.run("report")
    assert text.exit_code == 0
    assert "2 of 2 have their video" in text.text
    assert "1 run, " in text.text
    assert world.run("report", "--html", "report.html").exit_code == 0
    page = (world.folder / "report.html").read_text("utf-8")
    assert "2 of 2 have their video" in page
    secrets = [world.environment["KINESCOPE_API_KEY"], world.environment["DATABASE_URL"], str(world.folder), "http:"]
    assert [one for one in secrets if one in page] == []


def test_without_the_extra_the_page_is_refused_with_what_installs_it() -> None:
    code = (
        "import sys; sys.modules['pygal'] = None\n"
        "from kinescope_upload.errors import UsageError\n"
        "try:\n    import kinescope_upload.commands.report.page\n"
        "except UsageError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("The page's plots need pygal. ")
    assert "[report]" in done.stdout
