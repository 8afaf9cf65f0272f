"""Test fixture: a network of one agent and two resources without findings, and methods that break it."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from access.azure.catalogue import Permission, Role, by_name
from access.findings import Finding, check
from access.model.actors import Actor
from access.model.applications import Application
from access.model.declared import Declared
from access.model.graph import Assignment, Graph, Principal, Resource, Unread

TODAY = date(2026, 6, 1)
GROUP = "/subscriptions/0000/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/acc"
REPORTS = f"{ACCOUNT}/blobServices/default/containers/reports"
OTHER_ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/other"
BUS = f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/bus"
DONE = f"{BUS}/queues/done"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
APP = f"{GROUP}/providers/Microsoft.App/containerApps/report"
SECOND = f"{GROUP}/providers/Microsoft.App/containerApps/second"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/both"

WRITE = "Storage Blob Data Contributor"
READ = "Storage Blob Data Reader"

OWN = Principal(id="own", name="report-app", agent="report", owner=APP)
PULL = Principal(id="pull", name="report-pull", agent="report", purpose="pull", owner=f"{IDENTITY}-pull")


def resource(where: str, kind: str = "", **more: Any) -> Resource:  # noqa: ANN401
    arm = where.split("/providers/")[1].lower().split("/")
    return Resource(
        id=where,
        name=where.rpartition("/")[2],
        kind=kind or "/".join(arm[:1] + arm[1::2]),
        declared=bool(kind),
        local_auth=more.pop("local_auth", None if "/Microsoft.App/" in where else False),
        **more,
    )


def held(role: str | Role | None, scope: str = REPORTS, principal: str = "own", **more: Any) -> Assignment:  # noqa: ANN401
    found = by_name(role) if isinstance(role, str) else role
    name = f"{principal}-{found.name if found else 'unknown'}-{scope}"
    values: dict[str, Any] = {"id": name, "name": name, "role_id": found.id if found else "r-9"} | more
    return Assignment(principal=principal, scope=scope, role=found, **values)


def custom(*data_actions: str) -> Role:
    return Role("custom-1", "Custom", (Permission(data_actions=data_actions),))


def app(where: str = APP, **properties: Any) -> Resource:  # noqa: ANN401
    return resource(where, properties=properties)


def variables(**values: str) -> dict[str, Any]:
    """Return an app template with these environment variables."""
    env = [{"name": name, "value": value} for name, value in values.items()]
    return {"containers": [{"name": "main", "image": "images.azurecr.io/report:1.2.0", "env": env}]}


def access(resource_name: str, verb: str | None, line: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"resource": resource_name, "verb": verb, "role": None, "because": None, "paths": [], "line": line} | more


@dataclass(frozen=True)
class World:
    """A deployed and declared network that a test changes and then checks for findings."""

    principals: tuple[Principal, ...] = (OWN, PULL)
    resources: tuple[Resource, ...] = (
        resource(ACCOUNT),
        resource(REPORTS, "blob-container"),
        resource(DONE, "service-bus-queue"),
        resource(REGISTRY, "image-registry"),
        app(template=variables(REPORTS_ENDPOINT="https://acc.blob.core.windows.net/")),
    )
    assignments: tuple[Assignment, ...] = (
        held(WRITE),
        held("Azure Service Bus Data Sender", DONE),
        held("AcrPull", REGISTRY, "pull"),
    )
    unread: tuple[Unread, ...] = ()
    actors: tuple[Actor, ...] = ()
    applications: tuple[Application, ...] = ()
    declared: dict[str, Any] = field(
        default_factory=lambda: {
            "format": "agent-network-declared",
            "version": 1,
            "network": "small",
            "stack": "dev",
            "registry": {"name": "images", "line": 3},
            "resources": {
                "reports": {"kind": "blob-container", "line": 5},
                "done": {"kind": "service-bus-queue", "line": 8},
            },
            "agents": {
                "report": {
                    "line": 12,
                    "image": "report",
                    "image_tag": "1.2.0",
                    "access": [access("reports", "write", 14), access("done", "send", 15)],
                }
            },
        }
    )
    more: dict[str, Any] = field(default_factory=dict)

    def having(self, *things: Principal | Resource | Assignment | Unread | Actor) -> "World":
        """Return a copy with these resources, principals or assignments added, or replaced if the id exists."""
        ids = {one.id for one in things if not isinstance(one, Unread | Actor)}

        def merged(there: tuple[Any, ...], kind: type) -> tuple[Any, ...]:
            return (*(one for one in there if one.id not in ids), *(one for one in things if isinstance(one, kind)))

        return replace(
            self,
            principals=merged(self.principals, Principal),
            resources=merged(self.resources, Resource),
            assignments=merged(self.assignments, Assignment),
            unread=(*self.unread, *(one for one in things if isinstance(one, Unread))),
            actors=(*self.actors, *(one for one in things if isinstance(one, Actor))),
        )

    def holding(self, *assignments: Assignment) -> "World":
        """Return a copy in which the agent has only these role assignments in the `reports` account."""
        kept = (one for one in self.assignments if not one.scope.startswith(ACCOUNT))
        return replace(self, assignments=(*kept, *assignments))

    def declaring(self, **declared: Any) -> "World":  # noqa: ANN401
        """Return a copy with other declarations in network.yaml."""
        return replace(self, declared=self.declared | declared)

    def declaring_access(self, *accesses: dict[str, Any]) -> "World":
        """Return a copy in which network.yaml declares exactly this access for the agent."""
        return self.declaring(agents={"report": self.declared["agents"]["report"] | {"access": list(accesses)}})

    def without_manifest(self) -> "World":
        """Return a copy without a network.yaml, such as any Pulumi program."""
        return replace(self, declared={})

    def with_applications(self, *applications: Application) -> "World":
        """Return a copy with Entra applications."""
        return replace(self, applications=applications)

    def with_settings(self, **more: Any) -> "World":  # noqa: ANN401
        return replace(self, more=self.more | more)

    def graph(self) -> Graph:
        return Graph(
            principals=self.principals,
            resources=self.resources,
            assignments=self.assignments,
            unread=self.unread,
            actors=self.actors,
            applications=self.applications,
        )

    def findings(self) -> tuple[Finding, ...]:
        declared = Declared.from_json(self.declared) if self.declared else None
        return check(self.graph(), declared, today=TODAY, **self.more)

    def ids(self) -> list[str]:
        return [each.rule.id for each in self.findings()]


SMALL = World()

FOUNDRY = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/foundry"
UNPUBLISHED = Principal(
    id="own",
    name="unpublished",
    agent="report",
    other_agents=("second",),
    owner=f"{FOUNDRY}/projects/research/agentIdentities/shared",
)
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/fleet"
KUBELET = Principal(id="kubelet", name="fleet-agentpool", party="fleet", purpose="pull", owner=CLUSTER)
PROJECT = Principal(
    id="project", name="research", party="research", purpose="host", owner=f"{FOUNDRY}/projects/research"
)
PEOPLE = Principal(id="people", name="analysts", party="analysts", purpose="people")
PARTIES: dict[str, Any] = {
    "hosts": {
        "fleet": {"kind": "aks-cluster", "line": 30},
        "research": {"kind": "foundry-project", "line": 31, "access": [access("done", "receive", 32)]},
    },
    "people": {"analysts": {"kind": "group", "line": 33, "access": [access("assistant", "use", 34)]}},
}
ASSISTANT = resource(f"{FOUNDRY}/projects/research/applications/assistant", "foundry-agent")
PUBLISHER = Role(
    "custom-2",
    "Publisher",
    (Permission(actions=("Microsoft.CognitiveServices/accounts/projects/applications/write",)),),
)
CALLS = held("Foundry User", ASSISTANT.id, "people")
RECEIVES = held("Azure Service Bus Data Receiver", DONE, "project")
PARTED = SMALL.declaring(**PARTIES).having(PROJECT, PEOPLE, KUBELET, ASSISTANT, CALLS, RECEIVES)
