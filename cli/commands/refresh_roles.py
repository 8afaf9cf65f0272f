"""Command `agent-network access refresh-roles`: compares the role catalogue with Microsoft's current roles."""

from typing import Annotated

import typer

from cli.help_text import examples

__all__ = ["EXAMPLES", "refresh_roles"]

EXAMPLES = examples(
    "agent-network access refresh-roles --subscription ID",
    "agent-network access refresh-roles --subscription ID --write",
)


def refresh_roles(
    subscription: Annotated[
        str, typer.Option("--subscription", metavar="ID", help="Any that you may read: all list the same roles.")
    ],
    endpoint: Annotated[
        str, typer.Option("--endpoint", metavar="URL", help="Azure Resource Manager of another cloud.")
    ] = "https://management.azure.com",
    *,
    write: Annotated[bool, typer.Option("--write", help="Update the packed catalogue.")] = False,
) -> int:
    """Compare the packed role catalogue with Azure.

    Exit code 3 if built-in roles differ.
    """
    from cli.role_refresh import refresh  # noqa: PLC0415 (imports Azure's SDK)

    return refresh(subscription, endpoint, write=write)
