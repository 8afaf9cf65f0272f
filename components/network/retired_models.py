"""Refuses new deployments of retired and deprecated models, before the network registers any resource.

Azure refuses them only after everything that comes before them is deployed. A deployment that exists keeps its model:
the program looks for it in Azure, and only for a model that new deployments may not have.
"""

from collections.abc import Callable
from datetime import date

import pulumi
from pulumi_azure_native import cognitiveservices

from manifest import Environment, Network, Problem
from manifest.declared_models import DeclaredModel
from manifest.retirement_notices import ModelNotice, model_notices

__all__ = ["CreateModelProblem", "refuse_retired_models"]

CreateModelProblem = Callable[[DeclaredModel, str], Problem]
"""Creates the problem of a model deployment from a message; the problem has the file and the line."""

_MISSING = ("NotFound", "404")
"""Texts in errors about a deployment, an account or a group that does not exist."""


def refuse_retired_models(
    network: Network, environment: Environment, today: date, create_problem: CreateModelProblem
) -> None:
    """Raise for all new deployments of models that Azure refuses; log warnings and notes about other ones.

    Raises:
        RunError: with every new deployment of a retired or deprecated model.
    """
    problems: list[str] = []
    for notice in model_notices(network, environment, today):
        text = str(create_problem(notice.model, notice.message))
        if notice.kind == "unknown":
            pulumi.log.info(text)
        elif notice.refuses_new and not _exists(notice, environment):
            problems.append(text)
        else:
            pulumi.log.warn(text)
    if problems:
        raise pulumi.RunError("\n".join(problems))


def _exists(notice: ModelNotice, environment: Environment) -> bool:
    """Return True if Azure has the deployment with this model already, or if that cannot be found out."""
    model = notice.model
    try:
        found = cognitiveservices.get_deployment(
            resource_group_name=environment.resource_group.name,
            account_name=model.account_name,
            deployment_name=model.deployment.name,
        )
    except Exception as error:  # noqa: BLE001 - the SDK raises no narrower type
        if any(each in str(error) for each in _MISSING):
            return False
        pulumi.log.warn(
            f"whether {model.account_name} has the deployment {model.deployment.name} is not known: {error}"
        )
        return True
    deployed = found.properties.model
    wanted = (model.deployment.model.lower(), model.deployment.version.lower())
    return deployed is not None and (str(deployed.name).lower(), str(deployed.version).lower()) == wanted
