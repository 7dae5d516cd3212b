"""Words what `kupload doctor` finds in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.commands.doctor.check import Check, Standing

if TYPE_CHECKING:
    from kinescope_upload.database import DatabaseReport


def check_database(report: DatabaseReport | None) -> Check:
    """Words whether lessons can be read and written.

    Args:
        report: What was found; None when the database was not asked.
    """
    if report is None:
        return Check.of("database", Standing.NOTE, "Not checked (--no-db): a run writes no rows.")
    if report.problem:
        return Check.of("database", Standing.WRONG_OUTSIDE, report.problem, report.hint)
    message = f"{report.place}, PostgreSQL {report.server_version}, {(report.seconds or 0) * 1000:.1f} ms a round trip"
    if report.hides_rows:
        return Check.of(
            "database",
            Standing.UNKNOWN,
            (f"{message}. Row-level security applies to this role: it may hide rows or refuse changes."),
            "Connect as the table's owner or as a role with BYPASSRLS, to be sure.",
        )
    return Check.of("database", Standing.GOOD, f"{message}; table and columns exist, rows can be written.")
