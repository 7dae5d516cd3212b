"""Tells Supabase's connection strings apart, and which of them to take. Pure.

Source: supabase.com/docs/guides/database/connecting-to-postgres ("Connect to your database"): the direct connection is
`db.<project>.supabase.co:5432` and has IPv6 alone, unless the project pays for IPv4; the shared pooler is
`<region>.pooler.supabase.com`, IPv4, with port 5432 for sessions and 6543 for transactions, which is meant for many
short connections. kupload opens a short connection for each row and needs no session.
"""

from __future__ import annotations

from typing import Final

WHICH_TO_TAKE: Final = (
    'Supabase shows three strings under "Connect" at the top of the project\'s page:',
    "  Transaction pooler  port 6543  take this one: it is for short connections",
    "  Session pooler      port 5432  works, too; a project has few sessions",
    "  Direct connection   port 5432  only where your network has IPv6",
)
_POOLER: Final = ".pooler.supabase.com"
_DIRECT: Final = ".supabase.co"
_TRANSACTIONS: Final = "6543"


def describe(place: str) -> str | None:
    """Says which of Supabase's strings this is, and whether another is better; None where it is not Supabase's.

    Args:
        place: The database's address: "host:port/database".
    """
    host, _, port = place.partition("/")[0].rpartition(":")
    host = host.lower()
    if host.endswith(_POOLER):
        if port == _TRANSACTIONS:
            return "This is Supabase's transaction pooler, the one to take."
        return "This is Supabase's session pooler. It works; the transaction pooler (port 6543) is the better one."
    if host.startswith("db.") and host.endswith(_DIRECT):
        if port == _TRANSACTIONS:
            return "This is Supabase's dedicated pooler. It needs IPv6 in your network, or the IPv4 add-on."
        return (
            "This is Supabase's direct connection. It needs IPv6 in your network, or the IPv4 add-on; the transaction "
            "pooler (port 6543) needs neither."
        )
    return None
