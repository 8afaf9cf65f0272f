"""Azure OpenAI accounts and their model deployments: kind `model-account`."""

from collections.abc import Iterable
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import cognitiveservices

from components.diagnostics import Logs, send_logs
from components.resources.base import Connection, Holder, NetworkResource, PlacedArgs, arm_id

# "Supported logs for Microsoft.CognitiveServices/accounts", Microsoft Learn, 2025-04-16.
_LOGS = Logs(categories=("Audit", "RequestResponse"))


class DeploymentArgs(TypedDict):
    """A model, under the name by which agents ask for it."""

    name: str
    """Name of the deployment."""
    model: str
    """Name of the model."""
    version: str
    """Version of the model; it does not change by itself."""
    sku: str
    """Where requests are processed: `Standard`, `GlobalStandard` or `DataZoneStandard`."""
    capacity: int
    """Thousands of tokens a minute."""


class ModelAccountArgs(PlacedArgs):
    """Arguments of a `ModelAccount`."""

    deployments: NotRequired[Iterable[DeploymentArgs]]
    """The models; an existing account keeps those that it has."""


class ModelAccount(NetworkResource):
    """An account whose models only identities can use."""

    TOKEN = "agent-network:index:ModelAccount"  # noqa: S105 - a type token
    KIND = "model-account"

    def __init__(self, name: str, args: ModelAccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        deployments = tuple(args.get("deployments", ()))
        if args.get("existing"):
            account = cognitiveservices.Account.get(name, arm_id(args, "Microsoft.CognitiveServices/accounts"), own)
        else:
            account = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=account.id, workspace_id=args["workspace_id"], parent=self)
            deploy_models(self, args, deployments, after=account)
        variables: dict[str, pulumi.Input[str]] = {
            "ENDPOINT": account.properties.apply(lambda properties: properties.endpoint)
        }
        if deployments:
            variables["DEPLOYMENTS"] = ",".join(deployment["name"] for deployment in deployments)
        self._ready(scope=account.id, within=args["subscription_id"], variables=variables)

    def connection(self) -> Connection:
        """The account with all its models."""
        return Connection("AzureOpenAI", self.endpoint, self.scope)


def deploy_models(
    held_by: Holder | NetworkResource,
    args: PlacedArgs,
    models: Iterable[DeploymentArgs],
    after: pulumi.Resource,
) -> pulumi.Resource:
    """Deploy models in the account of `args`, once `after` is there; answers the last one.

    One account takes one write at a time and answers others with a conflict: each waits for the one before.
    """
    before = after
    for model in models:
        before = cognitiveservices.Deployment(
            f"{held_by.called}-has-{model['name']}",
            deployment_name=model["name"],
            account_name=args["azure_name"],
            resource_group_name=args["resource_group_name"],
            sku=cognitiveservices.SkuArgs(name=model["sku"], capacity=model["capacity"]),
            properties=cognitiveservices.DeploymentPropertiesArgs(
                model=cognitiveservices.DeploymentModelArgs(
                    format="OpenAI", name=model["model"], version=model["version"]
                ),
                version_upgrade_option="NoAutoUpgrade",
            ),
            opts=pulumi.ResourceOptions(parent=held_by, depends_on=[before]),
        )
    return before


def _create(name: str, args: ModelAccountArgs, own: pulumi.ResourceOptions) -> "cognitiveservices.Account":
    return cognitiveservices.Account(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        kind="OpenAI",
        sku=cognitiveservices.SkuArgs(name="S0"),
        properties=cognitiveservices.AccountPropertiesArgs(
            # Tokens of Entra ID are taken at a name of the account's own only.
            custom_sub_domain_name=args["azure_name"],
            disable_local_auth=True,
            public_network_access="Enabled",
        ),
        opts=own,
    )
