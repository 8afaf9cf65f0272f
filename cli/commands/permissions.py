"""Command `agent-network permissions`: checks the permissions of the signed-in identity before a deployment."""

from typing import Annotated

import typer

from cli.errors import CommandError
from cli.help_text import examples
from cli.options import DeploymentGroup, DeploymentSubscription

__all__ = ["EXAMPLES", "permissions"]

EXAMPLES = examples("agent-network permissions --subscription ID --group agents-dev --existing-group")


def permissions(
    subscription: DeploymentSubscription,
    group: DeploymentGroup = None,
    endpoint: Annotated[
        str,
        typer.Option(
            "--endpoint", metavar="URL", help="Address of Azure Resource Manager, for another cloud than public Azure."
        ),
    ] = "https://management.azure.com",
    *,
    existing_group: Annotated[
        bool, typer.Option("--existing-group", help="The group is created outside the program.")
    ] = False,
    logs_elsewhere: Annotated[
        bool, typer.Option("--logs-elsewhere", help="The logs go to the workspace of `logs` in network.yaml.")
    ] = False,
) -> int:
    """Check the permissions to deploy, in Azure.

    Compares those of the signed-in identity with the deployer's, and creates nothing. Exit code 1 if any is missing.
    """
    from cli.permission_check import check_permissions  # noqa: PLC0415 (imports Azure's SDK)

    if not subscription:
        raise CommandError("--subscription is empty; give the id of the subscription that the network is deployed to")
    return check_permissions(
        subscription, group, with_workspace=not logs_elsewhere, existing_group=existing_group, endpoint=endpoint
    )
