"""Creates the Entra applications of a network's agents, their credentials, and the settings of their runtime library.

Owns the decision what the stack creates, by the rights of the deploying identity: without rights, an administrator
makes everything in Entra ID, and the stack only refers to it. The provider `azuread` is slow to import, and a network
without such agents does without it.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pulumi

from access.azure.clouds import CLOUDS
from components.agents.container_app import UserCredentialArgs
from components.agents.endpoints import container_app_endpoint, service_endpoint
from components.agents.platform_authentication import AuthenticationArgs
from components.federation import ServiceAccount
from components.network.site import Site
from components.user_context.runtime_settings import RuntimeApiArgs, RuntimeArgs, RuntimeUserArgs
from manifest import Agent
from manifest.apis import Api
from manifest.entra import Entra
from manifest.generated_names import app_name, credential_identity_name, namespace_name

if TYPE_CHECKING:
    from components.agents.callable_agent import CallableAgent
    from components.hosts.aks_cluster import AksCluster
    from components.user_context.application import ActsForUsersArgs, AgentApplication, AgentApplicationArgs
    from components.user_context.credential import IdentityCredential
    from manifest.user_context import ActsForUsers

__all__ = ["UserContexts"]


class UserContexts:
    """Entra applications and credentials of the agents that act for users or can be called by other agents."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._entra = site.environment.entra or Entra()
        self.applications: dict[str, AgentApplication] = {
            name: self._application(name, agent)
            for name, agent in sorted(site.network.agents.items())
            if agent.has_application
        }
        self.identities: dict[str, IdentityCredential] = {
            name: self._identity(name) for name in self.applications if self._has_identity(site.network.agents[name])
        }

        created = [name for name in self.applications if self._entra.application_ids(name) is None]
        if self._entra.deployer_rights == "applications" and created:
            self._require_ownership()

    def outputs(self, name: str) -> dict[str, pulumi.Output[str]]:
        """Return the ids of an agent's application and credential, for the stack's outputs; empty if it has none."""
        found: dict[str, pulumi.Output[str]] = {}
        if name in self.applications:
            found["application"] = self.applications[name].client_id
        if name in self.identities:
            found["credential_principal_id"] = self.identities[name].principal_id
        return found

    def callable_agents(self, default_domain: pulumi.Output[str]) -> "dict[str, CallableAgent]":
        """Return the agents in containers that other agents may call, each with its endpoint.

        Args:
            default_domain: domain of the apps in the network's Container Apps environment.
        """
        if not any(agent.callable for agent in self._site.network.agents.values()):
            return {}
        from components.agents.callable_agent import CallableAgent  # noqa: PLC0415 - slow to import

        return {
            name: CallableAgent(application, self._endpoint(name, default_domain))
            for name, application in self.applications.items()
            if self._site.network.agents[name].callable
        }

    def _endpoint(self, name: str, default_domain: pulumi.Output[str]) -> pulumi.Input[str]:
        """Return the URL of an agent, from names alone, so that agents can call each other."""
        network, stack, agent = self._site.network, self._site.environment.stack, self._site.network.agents[name]
        if agent.host == "aks":
            return service_endpoint(agent.service_account, namespace_name(network.name, name, stack), agent.port or 0)
        external = agent.ingress.kind == "external"
        return container_app_endpoint(app_name(network.name, name, stack), default_domain, external=external)

    def credential(self, name: str) -> UserCredentialArgs | None:
        """Return the credential of a Container App that acts for users; None for other agents."""
        identity = self.identities.get(name)
        return None if identity is None else {"identity_id": identity.identity_id, "ready": identity.ready}

    def authentication(self, name: str) -> AuthenticationArgs | None:
        """Return what the platform requires of the callers of a Container App; None if it requires nothing."""
        if not self._site.network.agents[name].platform_authentication:
            return None
        cloud = CLOUDS[self._site.environment.cloud]
        return {
            "client_id": self.applications[name].client_id,
            "tenant_id": self._site.placement["tenant_id"],
            "authority_host": cloud.authority_host,
        }

    def pod_credential(self, name: str, cluster: "AksCluster") -> list[pulumi.Resource]:
        """Let the pods of an agent sign in as its application; return the federated credential, if one is created."""
        agent = self._site.network.agents[name]
        if agent.acts_for_users is None or not self._creates_federation(name):
            return []
        from components.user_context.credential import trust_pod  # noqa: PLC0415 - slow to import

        namespace = namespace_name(self._site.network.name, name, self._site.environment.stack)
        account = ServiceAccount(cluster.issuer_url, namespace, agent.service_account)
        return [trust_pod(name, self.applications[name], account)]

    def runtime(self, name: str) -> RuntimeArgs:
        """Return the settings of the runtime library of an agent with a container."""
        environment, agent = self._site.environment, self._site.network.agents[name]
        settings: RuntimeArgs = {"tenant_id": self._site.placement["tenant_id"], "cloud": environment.cloud}
        if name in self.applications:
            settings["application_client_id"] = self.applications[name].client_id
            settings["callable"] = agent.callable
        if agent.acts_for_users is not None:
            settings["acts_for_users"] = self._runtime_user(name, agent.acts_for_users)
        return settings

    def principals(self) -> Iterator[tuple[str, pulumi.Output[str]]]:
        """Yield the agent and the principal id of each identity that is the credential of an application."""
        for name, identity in self.identities.items():
            yield name, identity.principal_id

    def _require_ownership(self) -> None:
        """Raise if the deploying identity would not own what it creates, and so could not change it afterwards.

        The permission `Application.ReadWrite.OwnedBy` is for owned applications alone: "Microsoft Graph permissions
        reference", Microsoft Learn, 2025. Local Azure is not checked: its deploying identity
        has an id of its own, whatever the stack's file lists.
        """
        import pulumi_azuread as azuread  # noqa: PLC0415 - slow to import

        from components.user_context.downstream_apis import LOCAL_TENANT  # noqa: PLC0415 - slow to import

        own = pulumi.InvokeOutputOptions(parent=self._site.own.parent)
        azuread.get_client_config_output(opts=own).apply(
            lambda found: None if found.tenant_id == LOCAL_TENANT else self._check_owner(found.object_id)
        )

    def _check_owner(self, deployer: str) -> None:
        if deployer.lower() not in self._entra.owners:
            message = (
                f"{deployer!r}, the deploying identity, is not an owner, and with Application.ReadWrite.OwnedBy it"
                " could not change the applications that it creates; add it, or set 'deployer_rights'"
            )
            raise pulumi.RunError(str(self._site.create_problem(("entra", "owners"), message)))

    def _runtime_user(self, name: str, acts: "ActsForUsers") -> RuntimeUserArgs:
        environment = self._site.environment
        apis = {api: (environment.api(api), scopes) for api, scopes in acts.apis.items()}
        settings: RuntimeUserArgs = {
            "callers": [self._entra.callers[one] for one in acts.callers],
            "apis": {api: self._runtime_api(*one) for api, one in apis.items()},
        }
        if name in self.identities:
            settings["credential_client_id"] = self.identities[name].client_id
        return settings

    def _runtime_api(self, api: Api, scopes: tuple[str, ...]) -> RuntimeApiArgs:
        cloud = self._site.environment.cloud
        return {"resource": api.resources[cloud], "hosts": api.hosts[cloud], "scopes": scopes}

    @staticmethod
    def _has_identity(agent: Agent) -> bool:
        """Return True if an identity is the credential of the agent's application; in a cluster, its pod is."""
        return agent.acts_for_users is not None and agent.host == "container-app"

    def _creates_federation(self, name: str) -> bool:
        """Return True if the stack creates the federated credential, and not an administrator."""
        existing = self._entra.existing.get(name)
        return self._entra.deployer_rights != "none" and (existing is None or existing.federated_credential is None)

    def _application(self, name: str, agent: Agent) -> "AgentApplication":
        from components.user_context.application import AgentApplication  # noqa: PLC0415 - slow to import

        args: AgentApplicationArgs = {
            "display_name": app_name(self._site.network.name, name, self._site.environment.stack),
            "owners": self._entra.owners,
            "callable": agent.callable,
            "after": self._site.checks,
        }
        if agent.acts_for_users is not None:
            args["acts_for_users"] = self._acts(name, agent.acts_for_users)
        ids, existing = self._entra.application_ids(name), self._entra.existing.get(name)
        if ids is not None:
            client_id, object_id, principal_id = ids
            args["existing"] = {
                "client_id": client_id,
                "object_id": object_id,
                "service_principal_id": principal_id,
            }
        if existing is not None:
            callers = [one for one in existing.assignments if one in self._site.network.agents]
            args["assigned_callers"] = sorted(callers)
        return AgentApplication(name, args, self._site.own)

    def _acts(self, name: str, acts: "ActsForUsers") -> "ActsForUsersArgs":
        """Return the arguments about users; assignments and consent only where the stack creates them."""
        environment, existing = self._site.environment, self._entra.existing.get(name)
        assigned: Mapping[str, str] = existing.assignments if existing else {}
        consented: Mapping[str, str] = existing.consents if existing else {}
        grants = self._entra.deployer_rights == "all"
        people = {one: self._entra.people[one] for one in acts.people if grants and one not in assigned}
        args: ActsForUsersArgs = {
            "apis": {
                api: {"client_id": environment.api(api).client_id, "scopes": scopes}
                for api, scopes in sorted(acts.apis.items())
            },
            "callers": {one: self._entra.callers[one] for one in acts.callers},
            "people": people,
        }
        missing = [api for api in acts.apis if api not in consented]
        if grants and acts.consent == "admin" and missing:
            args["consent"] = {"apis": missing}
            if not acts.groups:  # consent can be for all users or for one user, and never for a group
                args["consent"]["users"] = {one: self._entra.users[one] for one in acts.users}
        return args

    def _identity(self, name: str) -> "IdentityCredential":
        from components.user_context.credential import IdentityCredential  # noqa: PLC0415 - slow to import

        site, application = self._site, self.applications[name]
        name_parts = (site.network.name, name, site.environment.stack)
        return IdentityCredential(
            name,
            {
                "application": application,
                "azure_name": credential_identity_name(*name_parts),
                "subscription_id": site.placement["subscription_id"],
                "resource_group_name": site.placement["resource_group_name"],
                "location": site.environment.location,
                "tenant_id": site.placement["tenant_id"],
                "cloud": site.environment.cloud,
                "federated": self._creates_federation(name),
                "tags": site.environment.tags,
            },
            pulumi.ResourceOptions(parent=application),
        )
