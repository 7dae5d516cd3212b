"""What the page of a run costs: memory while nobody looks and while somebody does, and CPU while nobody looks."""

from __future__ import annotations

import json
import sys
from typing import Final

from benchmarks.stage import environment, measured, workshop
from benchmarks.table import Figure, at_most, table_of

__all__ = ["page"]

_PAGE: Final = """
import json, os, socket, sys, time
from pathlib import Path
import kinescope_upload.cli.app, kinescope_upload.commands.upload, kinescope_upload.display.bars
import kinescope_upload.connect
from kinescope_upload.display.collector import Collector
from kinescope_upload.monitor.observe import Run
from kinescope_upload.output.terminal_output import SYSTEM_CLOCK as clock
from kinescope_upload.policy.pacing import UNLIMITED

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def answer(request, whole, body=""):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{request} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nCookie: {cookie}\\r\\n"
                           f"Content-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
        said = b""
        while whole not in said:
            more = connection.recv(65536)
            if not more:
                raise SystemExit(said.decode())
            said += more
        return said.decode()

run = Run(name="r", process_id=1, host="h", started=clock.now(), command="upload", library="/l", progress="/p",
          courses=("c",), jobs=4, bwlimit=UNLIMITED)
before = resident()
from kinescope_upload.monitor.web.server import PageServer
from kinescope_upload.monitor.web.watched import Watched
with PageServer(0, Watched(run, Collector(clock), clock), Path()) as page:
    port, cookie = int(page.address.split(":")[2].split("/")[0]), ""
    nobody, cpu = resident() - before, time.process_time()
    time.sleep(3)
    cpu = time.process_time() - cpu
    entered = answer("POST /", b"\\r\\n\\r\\n", page.address.partition("/?")[2])
    cookie = entered.partition("set-cookie: ")[2].partition(";")[0]
    answer("GET /", b"</html>")
    answer("GET /events", b"event: now")
    print(json.dumps([nobody, cpu, resident() - before]))
"""


def page() -> list[Figure]:
    """Differences of resident memory in a process that has loaded all of a run; MB are 10^6 bytes."""
    with workshop() as folder:
        told = measured([sys.executable, "-c", _PAGE], folder, environment(folder, "http://127.0.0.1:9"))
    if told.exit_code:
        raise RuntimeError(told.stdout)
    nobody, cpu, looked = json.loads(told.stdout)
    return [
        at_most("page, nobody looks: memory", nobody / 1e6, 2, " MB"),
        at_most("…, CPU in 3 s", cpu, 0.01, " s"),
        at_most("page, somebody looks: memory", looked / 1e6, 25, " MB"),
    ]


if __name__ == "__main__":
    print(table_of(page()))
