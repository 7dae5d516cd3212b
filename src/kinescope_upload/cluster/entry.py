"""What `cli/` takes of this room: the rest of it is loaded when it is needed."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from kinescope_upload.config import Settings
    from kinescope_upload.progress import AllProgress

SEVERAL: Final = "Several machines"
"""The group of `kupload --help` that its commands stand in."""
CLUSTER_EXAMPLES: Final = (
    (("cluster", "init"), "once: make the tables"),
    (("cluster", "enqueue"), "write down what is to be done"),
    (("cluster", "worker", "--jobs", "4"), "do it, together with other machines"),
)
"""The examples at the end of their help."""


def across(context: typer.Context, settings: "Settings") -> "Settings":
    """Does what machines do together; see `cluster/ways.py`. Every command's context carries this function."""
    from kinescope_upload.cluster import ways

    return ways.across(context, settings)


def in_each_library(settings: "Settings", act: "Callable[[Settings, AllProgress | None], int]") -> int:
    """Does something in each library of this machine; returns the worst exit code. Without [cluster] there is one."""
    if settings.cluster is None:
        return act(settings, None)
    from kinescope_upload.cluster import ways

    return ways.in_each_library(settings, act)


class _Later(TyperGroup):
    """The commands of `cluster/cli.py`, loaded when one is asked for."""

    @cached_property
    def _group(self) -> TyperGroup:
        from kinescope_upload.cluster.cli import cluster

        return get_group(cluster)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - click's, wherever Typer has it from
        """The commands' names."""
        return self._group.list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """The command of this name."""
        return self._group.get_command(ctx, cmd_name)


cluster = typer.Typer(
    name="cluster",
    cls=_Later,
    no_args_is_help=True,
    rich_markup_mode=None,
    short_help="Share the work among several machines (extra: cluster)",
)
