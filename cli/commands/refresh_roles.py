"""Command `agent-network access refresh-roles`: compares the packed built-in roles with Azure's current roles."""

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
        str,
        typer.Option(
            "--subscription", metavar="ID", help="Any subscription that you may read: all have the same built-in roles."
        ),
    ],
    endpoint: Annotated[
        str,
        typer.Option(
            "--endpoint", metavar="URL", help="Address of Azure Resource Manager, for another cloud than public Azure."
        ),
    ] = "https://management.azure.com",
    *,
    write: Annotated[bool, typer.Option("--write", help="Write the current roles to the packed catalogue.")] = False,
) -> int:
    """Compare the packed built-in roles with those of Azure.

    Exit code 3 if built-in roles differ.
    """
    from cli.role_refresh import refresh  # noqa: PLC0415 (imports Azure's SDK)

    return refresh(subscription, endpoint, write=write)
