"""What `kupload doctor` asks the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kinescope_upload.commands.doctor.check import Check, Standing

if TYPE_CHECKING:
    from kinescope_upload.database import DatabaseReport

__all__ = ["check_database"]


def check_database(report: DatabaseReport | None) -> Check:
    """Whether lessons can be read and written.

    Args:
        report: What the database was found to be; None when it was not asked.
    """
    if report is None:
        return Check(subject="database", standing=Standing.NOTE, message="Not asked (--no-db): no row is written.")
    if report.problem:
        return Check(subject="database", standing=Standing.WRONG_OUTSIDE, message=report.problem, hint=report.hint)
    message = f"{report.place}, PostgreSQL {report.server_version}, {(report.seconds or 0) * 1000:.1f} ms a round trip"
    if report.hides_rows:
        return Check(
            subject="database",
            standing=Standing.UNKNOWN,
            message=(
                f"{message}. Row-level security applies to this role: it may hide rows, or refuse to have them written."
            ),
            hint="Connect as the table's owner or as a role with BYPASSRLS, to be sure.",
        )
    return Check(
        subject="database",
        standing=Standing.GOOD,
        message=f"{message}; table and columns are there, rows may be written.",
    )
