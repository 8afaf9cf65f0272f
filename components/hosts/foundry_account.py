"""Component for a Foundry account (AI Services), without keys, with a custom subdomain and model deployments.

Its projects are in `components.hosts.foundry_project`.
"""

from collections.abc import Iterable, Sequence
from typing import NotRequired

import pulumi
from pulumi_azure_native import cognitiveservices

from components import customer_key
from components.diagnostics import Logs, send_logs
from components.resources.base import ParentResource, PlacedArgs, arm_id, flag_to_recover
from components.resources.model_account import DeploymentArgs, deploy_models

__all__ = ["FoundryAccount", "FoundryAccountArgs"]

# "Supported logs for Microsoft.CognitiveServices/accounts", Microsoft Learn, 2025-04-16.
_LOGS = Logs(categories=("Audit", "RequestResponse"))


class FoundryAccountArgs(PlacedArgs):
    """Arguments of a `FoundryAccount`."""

    deployments: NotRequired[Iterable[DeploymentArgs]]
    """Model deployments; not allowed for an existing account."""
    allow: NotRequired[Sequence[str]]
    """Blocks of IPv4 addresses that may call the account; by default, every address may call with a token."""
    agent_subnet_id: NotRequired[pulumi.Input[str]]
    """Id of the subnet for agents' outbound traffic; without it, the traffic goes through Microsoft's network."""


class FoundryAccount(ParentResource):
    """Component for an AI Services account that holds Foundry projects and accepts tokens of Entra ID only."""

    TOKEN = "agent-network:index:FoundryAccount"  # noqa: S105 - a type token

    def __init__(self, name: str, args: FoundryAccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            _keeps_its_own(name, args)
            account_id = arm_id(args, "Microsoft.CognitiveServices/accounts")
            account = cognitiveservices.Account.get(name, account_id, own)
            self.last_write: pulumi.Resource = account
        else:
            account = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=account.id, workspace_id=args["workspace_id"], parent=self)
            # An account accepts one write at a time, those to its projects included; others fail with a conflict.
            self.last_write = deploy_models(self, args, args.get("deployments", ()), after=account)
        # No registered output: only the addresses of projects begin with it, and it is empty if Azure shows none.
        self.subdomain = account.properties.apply(lambda known: known.custom_sub_domain_name or "")
        self._register(account)


def _create(name: str, args: FoundryAccountArgs, own: pulumi.ResourceOptions) -> "cognitiveservices.Account":
    allow, subnet, key = args.get("allow", ()), args.get("agent_subnet_id"), args.get("customer_key")
    return cognitiveservices.Account(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        kind="AIServices",
        sku=cognitiveservices.SkuArgs(name="S0"),
        identity=cognitiveservices.IdentityArgs(
            type=cognitiveservices.ResourceIdentityType.SYSTEM_ASSIGNED_USER_ASSIGNED,
            user_assigned_identities=[key["identity_id"]],
        )
        if key
        else cognitiveservices.IdentityArgs(type=cognitiveservices.ResourceIdentityType.SYSTEM_ASSIGNED),
        properties=cognitiveservices.AccountPropertiesArgs(
            # Tokens of Entra ID are accepted at a custom subdomain only.
            custom_sub_domain_name=args["azure_name"],
            disable_local_auth=True,
            encryption=customer_key.for_account(key) if key else None,
            restore=flag_to_recover(args, flag=True),
            allow_project_management=True,
            public_network_access="Enabled",
            network_acls=cognitiveservices.NetworkRuleSetArgs(
                default_action="Deny", ip_rules=[cognitiveservices.IpRuleArgs(value=block) for block in allow]
            )
            if allow
            else None,
            network_injections=[
                cognitiveservices.NetworkInjectionArgs(
                    scenario="agent", subnet_arm_id=subnet, use_microsoft_managed_network=False
                )
            ]
            if subnet
            else None,
        ),
        opts=own,
    )


def _keeps_its_own(name: str, args: FoundryAccountArgs) -> None:
    given = [key for key in ("deployments", "allow", "agent_subnet_id") if args.get(key)]
    if given:
        raise ValueError(f"account {name!r} exists already, and is not changed; leave out {', '.join(given)}")
