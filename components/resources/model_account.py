"""Component for Azure OpenAI accounts and their model deployments: kind `model-account`."""

from collections.abc import Iterable
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import cognitiveservices

from components import customer_key
from components.diagnostics import Logs, send_logs
from components.resources.base import Connection, NetworkResource, ParentResource, PlacedArgs, arm_id, flag_to_recover

# "Supported logs for Microsoft.CognitiveServices/accounts", Microsoft Learn, 2025-04-16.
_LOGS = Logs(categories=("Audit", "RequestResponse"))


class DeploymentArgs(TypedDict):
    """Arguments of a model deployment, with the name that agents use in requests."""

    name: str
    """Name of the deployment."""
    model: str
    """Name of the model."""
    version: str
    """Version of the model, without automatic upgrades."""
    sku: str
    """SKU, which defines the regions that process requests: `Standard`, `GlobalStandard` or `DataZoneStandard`."""
    capacity: int
    """Capacity in thousands of tokens per minute."""


class ModelAccountArgs(PlacedArgs):
    """Arguments of a `ModelAccount`."""

    deployments: NotRequired[Iterable[DeploymentArgs]]
    """Model deployments; the deployments of an existing account are not changed."""


class ModelAccount(NetworkResource):
    """Azure OpenAI account with keys off, so that its models can be used with a role only."""

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
        self._register(scope=account.id, within=args["subscription_id"], variables=variables)

    def connection(self) -> Connection:
        """Return the keyless connection of a Foundry project to the account with all of its models."""
        return Connection("AzureOpenAI", self.endpoint, self.scope)


def deploy_models(
    parent: ParentResource | NetworkResource,
    args: PlacedArgs,
    models: Iterable[DeploymentArgs],
    after: pulumi.Resource,
) -> pulumi.Resource:
    """Register model deployments of an account one after another, after the resource `after`; return the last one.

    An account accepts one write at a time; others fail with a conflict.
    """
    before = after
    for model in models:
        before = cognitiveservices.Deployment(
            f"{parent.resource_name}-has-{model['name']}",
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
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[before]),
        )
    return before


def _create(name: str, args: ModelAccountArgs, own: pulumi.ResourceOptions) -> "cognitiveservices.Account":
    key = args.get("customer_key")
    return cognitiveservices.Account(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        kind="OpenAI",
        sku=cognitiveservices.SkuArgs(name="S0"),
        identity=cognitiveservices.IdentityArgs(
            type=cognitiveservices.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[key["identity_id"]]
        )
        if key
        else None,
        properties=cognitiveservices.AccountPropertiesArgs(
            # Tokens of Entra ID are accepted at a custom subdomain only.
            custom_sub_domain_name=args["azure_name"],
            disable_local_auth=True,
            encryption=customer_key.for_account(key) if key else None,
            restore=flag_to_recover(args, flag=True),
            public_network_access="Enabled",
        ),
        opts=own,
    )
