"""What `kupload doctor` looks at where there is a cluster."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING, Final

from psycopg.sql import SQL

from kinescope_upload.cluster import statements
from kinescope_upload.cluster.line import first, line_of
from kinescope_upload.cluster.names import GIVE_NAMES, taken
from kinescope_upload.cluster.presence import away_words, there
from kinescope_upload.cluster.schema import check_version
from kinescope_upload.cluster.settings import CORRECT, cluster_of
from kinescope_upload.cluster.transfer import check_shared
from kinescope_upload.commands.doctor.check import Check, Standing
from kinescope_upload.errors import KuploadError, UsageError
from kinescope_upload.text import count, first_few
from kinescope_upload.text.hints import Hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kinescope_upload.config import Settings

_IS_SAFE: Final = SQL("SELECT current_setting('synchronous_commit') <> 'off'")
_SUBJECT: Final = "cluster"


def cluster_checks(settings: Settings) -> Iterator[Check]:
    """Checks the cluster's tables, its database, this machine's libraries, and that every lesson has its turn."""
    cluster = cluster_of(settings)
    for name in sorted(cluster.libraries.keys() - there(cluster.libraries)):
        message = away_words(name, cluster.libraries[name])
        yield Check.of(_SUBJECT, Standing.WRONG_HERE, message, CORRECT)
    try:
        with closing(line_of(settings)) as line:
            check_version(line)
            check_shared(line, settings.progress, cluster.machine)
            idle = first(line.ask(statements.WITHOUT_JOB, patience=30))
            is_safe = first(line.ask(_IS_SAFE))
            machines = line.ask(statements.MACHINES, lease=cluster.lease)
            found = [row[1] for row in machines if row[-1] and row[0] == cluster.machine]
            hosts = sorted({*found} - {socket.gethostname()})
    except KuploadError as error:
        standing = Standing.WRONG_HERE if isinstance(error, UsageError) else Standing.WRONG_OUTSIDE
        yield Check.of_error(_SUBJECT, error, standing)
        return
    if hosts:
        message = f"Another machine at work is called {cluster.machine}, too: {first_few(hosts)}."
        yield Check.of(_SUBJECT, Standing.WRONG_HERE, message, GIVE_NAMES)
    else:  # of several on one host each may be this machine
        yield from (Check.of(_SUBJECT, Standing.NOTE, words) for words in taken([cluster.machine] * len(found)))
    if not is_safe:
        message = "The cluster's database answers before a change is on its disk (synchronous_commit is off)."
        yield Check.of(
            _SUBJECT, Standing.NOTE, message, "Turn it on for this role: a crash may lose what was achieved."
        )
    if idle:
        message = f"{count(idle, 'lesson is', 'lessons are')} to be done and {'has' if idle == 1 else 'have'} no turn."
        yield Check.of(_SUBJECT, Standing.NOTE, message, Hint("The next ", ("cluster", "worker"), " finds them."))
    yield Check.good(
        _SUBJECT, f'Machine {cluster.machine}, schema "{cluster.schema}" of {line.place}: tables are there.'
    )
