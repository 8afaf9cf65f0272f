"""Command `agent-network deployer`: prints the custom role that the deploying identity needs."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.help_text import examples
from cli.options import DeploymentGroup, DeploymentSubscription, not_empty
from cli.output import print_text

__all__ = ["EXAMPLES", "Callers", "deployer"]

EXAMPLES = examples("agent-network deployer --subscription ID --object-id ID --group agents-dev > deployer.json")


class Callers(StrEnum):
    """Types of principals that network.yaml allows to call Foundry agents."""

    AGENTS = "agents"
    PEOPLE = "people"


def deployer(  # noqa: PLR0913, PLR0917 (an option each)
    subscription: DeploymentSubscription,
    object_id: Annotated[
        str,
        typer.Option(
            "--object-id",
            metavar="ID",
            help="Object id of the deploying identity in Entra ID, which the condition lets it assign no role to.",
        ),
    ],
    group: DeploymentGroup = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role", metavar="NAME", help="Role that network.yaml grants by name; the option may be repeated."
        ),
    ] = None,
    callers: Annotated[
        list[Callers] | None,
        typer.Option(
            "--callers",
            help="Principals that may call Foundry agents, for which the role must be wider; may be repeated.",
        ),
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option(
            "--workspace",
            metavar="ID",
            help="Log Analytics workspace of `logs` in network.yaml: adds a role that can only send logs to it.",
            callback=not_empty,
        ),
    ] = None,
    *,
    existing_group: Annotated[
        bool,
        typer.Option(
            "--existing-group", help="Leave out the rights to write and delete groups: the group exists already."
        ),
    ] = False,
) -> int:
    """Print the custom role that the deploying identity needs.

    As JSON: a custom role, its scope, and the condition under which to assign it.
    """
    from components.deployer import document  # noqa: PLC0415 (imports Pulumi's SDK)

    if not subscription:
        # An empty variable of a shell: the scope would belong to no subscription.
        raise CommandError("--subscription is empty; give the id of the subscription that the network is deployed to")
    if not object_id:
        raise CommandError("--object-id is empty; give the object id of the deploying identity in Entra ID")
    try:
        found = document(
            subscription,
            group,
            role or [],
            [one.value for one in callers or []],
            object_id=object_id,
            workspace=workspace,
            existing_group=existing_group,
        )
    except ValueError as error:
        raise CommandError(str(error)) from None
    print_text(json.dumps(found, indent=2))
    return 0
