"""Refuses addresses for documentation in a deployment to Azure, where they would lock everybody out."""

from collections.abc import Callable

import pulumi
from pulumi_azure_native import authorization

from manifest import Environment, Network, Problem
from manifest.documentation_addresses import reserved_blocks
from manifest.errors import KeyPath

__all__ = ["LOCAL_AZURE", "refuse_reserved_addresses"]

LOCAL_AZURE = "10ca1000-0000-4000-8000-000000000001"
"""Id of the subscription of local Azure, on which examples may run as they are."""

CreateProblem = Callable[[KeyPath, str], Problem]


def refuse_reserved_addresses(
    network: Network,
    environment: Environment,
    create_network_problem: CreateProblem,
    create_environment_problem: CreateProblem,
) -> None:
    """Raise for all addresses for documentation, in a deployment to Azure; on local Azure, log them.

    Raises:
        RunError: with every block of such addresses.
    """
    create = {"network": create_network_problem, "environment": create_environment_problem}
    problems = [str(create[one.file](one.path, one.message)) for one in reserved_blocks(network, environment)]
    if not problems:
        return
    if authorization.get_client_config().subscription_id != LOCAL_AZURE:
        raise pulumi.RunError("\n".join(problems))
    for each in problems:
        pulumi.log.info(each)
