"""Tests that every escalation operation, each by itself, takes over another identity."""

from dataclasses import replace

import pytest

from access.azure.catalogue import Permission
from access.azure.compute_hosts import CHANGING, HOST_TYPES, operations
from access.azure.privileges import privileged
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.blast_radius import BlastRadius, blast_radius
from access.questions.paths import agents, attaching, federation, hosts, images, rights, vaults
from access.questions.paths.traversal import identity_name
from tests.access.graphs import COSMOS, GROUP, ITEMS, TAGGED, UPLOADS, custom, held, resource

ATTACKER = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/attacker"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/keeper"

CLUSTER = "Microsoft.ContainerService/managedClusters"
UPDATE, RUN, TOKEN, START = "update", "run commands in", "get a token to enter", "start pods in"
PUBLISH = "publish to"
HOSTS = {
    "Microsoft.App/containerApps": {
        "write": UPDATE,
        "sourceControls/write": "change the image source of",
        "exec/action": RUN,
        "debug/action": RUN,
        "getAuthToken/action": TOKEN,
        "authToken/action": TOKEN,
    },
    "Microsoft.App/jobs": {
        "write": UPDATE,
        "start/action": "start, with an image of its choice,",
        "exec/action": RUN,
        "getAuthToken/action": TOKEN,
        "authToken/action": TOKEN,
    },
    "Microsoft.Compute/virtualMachines": {
        "write": UPDATE,
        "extensions/write": "install an extension in",
        "runCommand/action": RUN,
    },
    "Microsoft.Compute/virtualMachineScaleSets": {"write": UPDATE},
    "Microsoft.ContainerInstance/containerGroups": {"write": UPDATE, "containers/exec/action": RUN},
    CLUSTER: {
        "write": UPDATE,
        "runCommand/action": RUN,
        "listClusterAdminCredential/action": "get an administrator's credential of",
        "pods/exec/action": "run commands in pods of",
        "pods/write": START,
        "apps/daemonsets/write": START,
        "apps/deployments/write": START,
        "apps/replicasets/write": START,
        "apps/statefulsets/write": START,
        "batch/cronjobs/write": START,
        "batch/jobs/write": START,
    },
    "Microsoft.Logic/workflows": {"write": UPDATE},
    "Microsoft.Web/sites": {"write": UPDATE, "publish/action": PUBLISH},
    "Microsoft.Web/sites/slots": {"write": UPDATE, "publish/action": PUBLISH},
}
ON_HOSTS = [(kind, name, phrase) for kind, names in HOSTS.items() for name, phrase in names.items()]
ON_DATA = {
    *(f"Microsoft.App/{kind}/{name}" for kind in ("containerApps", "jobs") for name in ("exec/action", "debug/action")),
    *(f"{CLUSTER}/{name}" for name in ("pods/exec/action", "pods/write")),
    *(f"{CLUSTER}/apps/{name}/write" for name in ("daemonsets", "deployments", "replicasets", "statefulsets")),
    *(f"{CLUSTER}/batch/{name}/write" for name in ("cronjobs", "jobs")),
}
"""Escalation operations on the data plane; all others are on the control plane."""
ATTACHING = sorted(
    {*(one.arm_type for one in HOST_TYPES), *(kind for kind, names in HOSTS.items() if "write" in names)}
)
IN_TABLE = sorted((one.arm_type, name) for one in HOST_TYPES for name in ("write", *one.writes, *one.enters))

IMAGES = (
    "push/write",
    "importImage/action",
    "importPipelines/write",
    "pipelineRuns/write",
    "tasks/write",
    "taskRuns/write",
    "runs/write",
    "scheduleRun/action",
    "repositories/content/write",
)
ON_DATA.add("Microsoft.ContainerRegistry/registries/repositories/content/write")
ON_DATA.update(operations(data=True))
RIGHTS = {
    "Microsoft.Authorization/roleAssignments/write": ("give itself any role at", False),
    "Microsoft.Authorization/roleAssignmentScheduleRequests/write": ("give itself any role at", False),
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write": ("give itself any role at", False),
    "Microsoft.Authorization/roleDefinitions/write": ("change what roles allow at", True),
}


def id_of(kind: str) -> str:
    parts = kind.split("/")
    pairs = [f"{each}/of-victim" for each in parts[1:]]
    return f"{GROUP}/providers/{parts[0]}/{'/'.join(pairs)}"


def allowed(operation: str, scope: str) -> Assignment:
    block = Permission(data_actions=(operation,)) if operation in ON_DATA else Permission(actions=(operation,))
    return held(custom(block), scope, id=f"{operation} {scope}", principal="attacker")


def becoming(host: Resource, *assignments: Assignment, more: tuple[Resource, ...] = ()) -> BlastRadius:
    """Return the blast radius of an attacker with some assignments, next to an agent `victim` in a host."""
    graph = Graph(
        principals=[
            Principal(id="attacker", name="net-attacker", agent="attacker", owner=ATTACKER),
            Principal(id="victim", name="net-victim", agent="victim", owner=host.id),
            Principal(id="keeper", name="keeper", purpose="other", owner=IDENTITY),
        ],
        resources=[
            resource(UPLOADS),
            host,
            *(resource(each, declared=False) for each in (ATTACKER, IDENTITY, REGISTRY)),
            *more,
        ],
        assignments=assignments,
    )
    return blast_radius(graph, "attacker")


def host_of(kind: str) -> Resource:
    image = {"template": {"containers": [{"image": "images.azurecr.io/victim:1"}]}}
    return resource(id_of(kind), declared=False, properties=image)


@pytest.mark.parametrize(("kind", "name", "phrase"), ON_HOSTS)
def test_blast_radius_of_each_escalation_operation_on_a_host_includes_the_agent_in_the_host(
    kind: str, name: str, phrase: str
) -> None:
    host = host_of(kind)
    found = becoming(host, allowed(f"{kind}/{name}", host.id))

    assert [one.agent for one in found.becomes] == ["victim"]
    assert found.becomes[0].how.startswith(f"attacker may {phrase} ")


@pytest.mark.parametrize(("kind", "name"), IN_TABLE)
def test_blast_radius_of_each_operation_in_the_table_of_compute_hosts_includes_the_agent_in_the_host(
    kind: str, name: str
) -> None:
    host = host_of(kind)
    given = allowed(f"{kind}/{name}", host.id)
    found = becoming(host, given)

    assert [(one.agent, one.conditional) for one in found.becomes] == [("victim", False)]
    assert given.role is not None
    assert "lets its holder act as another identity (" in (privileged(given.role) or "")


def test_every_type_in_the_table_of_compute_hosts_counts_its_update_as_an_escalation() -> None:
    assert {f"{one.key}/write" for one in HOST_TYPES} <= set(CHANGING)
    assert {kind.lower() for kind in HOSTS} <= {one.key for one in HOST_TYPES}


UNKNOWN_HOST = "Example.Unknown/engines"


@pytest.mark.parametrize(
    ("kind", "name", "conditional"),
    [
        # A resource of a type that no table has: its update takes it over, other changes perhaps.
        (UNKNOWN_HOST, "write", False),
        (UNKNOWN_HOST, "scripts/write", True),
        (UNKNOWN_HOST, "execute/action", True),
        (UNKNOWN_HOST, "read", None),
        (UNKNOWN_HOST, "delete", None),
        (UNKNOWN_HOST, "restart/action", None),
        (UNKNOWN_HOST, "privateEndpointConnections/write", None),
        ("Microsoft.Web/sites", "slotsswap/Action", True),
        ("Microsoft.Automation/automationAccounts", "variables/write", True),
        ("Microsoft.Compute/virtualMachines", "restart/action", None),
        ("Microsoft.Logic/workflows", "triggers/run/action", None),
    ],
)
def test_blast_radius_of_a_change_to_a_resource_with_an_identity_includes_the_identity_unless_known_as_harmless(
    kind: str, name: str, *, conditional: bool | None
) -> None:
    host = host_of(kind)
    found = becoming(host, allowed(f"{kind}/{name}", host.id))

    expected = [] if conditional is None else [("victim", conditional)]
    assert [(one.agent, one.conditional) for one in found.becomes] == expected


@pytest.mark.parametrize(
    ("operation", "agents"),
    [
        ("Example.Unknown/engines/write", [("keeper", True)]),
        ("Microsoft.Network/virtualNetworks/write", []),
        ("Microsoft.Insights/metricAlerts/write", []),
        ("Microsoft.Storage/storageAccounts/blobServices/containers/write", []),
    ],
)
def test_blast_radius_counts_attaching_an_identity_to_an_unknown_resource_type_as_conditional(
    operation: str, agents: list[tuple[str, bool]]
) -> None:
    assign = allowed("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", IDENTITY)
    found = becoming(resource(GROUP, declared=False), assign, allowed(operation, GROUP))

    assert [(one.agent, one.conditional) for one in found.becomes] == agents


@pytest.mark.parametrize("kind", ATTACHING)
def test_blast_radius_of_a_right_to_update_a_host_and_assign_an_identity_includes_the_identity(kind: str) -> None:
    assign = allowed("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", IDENTITY)
    group = resource(GROUP, declared=False)

    found = becoming(group, assign, allowed(f"{kind}/write", GROUP)).becomes
    assert [(one.agent, one.conditional) for one in found] == [("keeper", False)]
    assert becoming(group, assign, allowed(f"{kind}/delete", GROUP)).becomes == ()


@pytest.mark.parametrize("name", IMAGES)
def test_blast_radius_of_each_operation_that_pushes_images_includes_the_agent_that_runs_them(name: str) -> None:
    operation = f"Microsoft.ContainerRegistry/registries/{name}"
    found = becoming(host_of("Microsoft.App/containerApps"), allowed(operation, REGISTRY))

    assert [(one.agent, one.conditional) for one in found.becomes] == [("victim", False)]


@pytest.mark.parametrize("operation", RIGHTS)
def test_blast_radius_of_each_operation_that_grants_roles_includes_the_agent_at_the_scope(operation: str) -> None:
    phrase, conditional = RIGHTS[operation]
    host = host_of("Microsoft.App/containerApps")
    found = becoming(host, allowed(operation, host.id))

    assert [(one.agent, one.conditional) for one in found.becomes] == [("victim", conditional)]
    assert found.becomes[0].how.startswith(f"attacker may {phrase} 'of-victim'")


@pytest.mark.parametrize(
    ("assigns", "writes", "conditional"),
    [(None, None, False), (TAGGED, None, True), (None, TAGGED, True), (TAGGED, TAGGED, True)],
)
def test_blast_radius_marks_an_attached_identity_as_conditional_if_either_needed_right_is(
    assigns: str | None, writes: str | None, *, conditional: bool
) -> None:
    assign = allowed("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", IDENTITY)
    write = allowed("Microsoft.App/containerApps/write", GROUP)
    given = (replace(assign, condition=assigns), replace(write, condition=writes))
    found = becoming(resource(GROUP, declared=False), *given)

    assert [(one.agent, one.conditional) for one in found.becomes] == [("keeper", conditional)]


@pytest.mark.parametrize("victim_assigns", [False, True])
def test_blast_radius_does_not_attach_an_identity_if_two_identities_have_one_needed_right_each(
    *, victim_assigns: bool
) -> None:
    host = host_of("Microsoft.App/containerApps")
    enter = allowed("Microsoft.App/containerApps/exec/action", host.id)
    assign = allowed("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", IDENTITY)
    write = allowed("Microsoft.App/jobs/write", id_of("Microsoft.App/jobs"))
    theirs, mine = (assign, write) if victim_assigns else (write, assign)
    job = resource(id_of("Microsoft.App/jobs"), declared=False)
    given = (enter, mine, replace(theirs, principal="victim"))

    assert [one.agent for one in becoming(host, *given, more=(job,)).becomes] == ["victim"]
    together = (enter, mine, theirs)
    assert "keeper" in [one.agent for one in becoming(host, *together, more=(job,)).becomes]


def test_blast_radius_names_the_identity_of_a_host_by_its_host_name_in_the_network() -> None:
    host = Principal(id="h", name="research", party="project research", purpose="host")

    assert identity_name(host) == "project research"
    assert identity_name(replace(host, party="")) == "research"
    assert identity_name(replace(host, purpose="other")) == "research"


PULLS = {
    "Microsoft.ContainerRegistry/registries/pull/read": True,
    "Microsoft.ContainerRegistry/registries/repositories/content/read": True,
    "Microsoft.ContainerRegistry/registries/read": False,
}
ON_DATA.add("Microsoft.ContainerRegistry/registries/repositories/content/read")


@pytest.mark.parametrize("operation", PULLS)
def test_blast_radius_assumes_that_an_app_with_unknown_image_runs_the_images_it_may_pull(operation: str) -> None:
    block = Permission(data_actions=(operation,)) if operation in ON_DATA else Permission(actions=(operation,))
    pulls = held(custom(block), REGISTRY, id="pulls", principal="victim")
    push = allowed("Microsoft.ContainerRegistry/registries/push/write", REGISTRY)
    app = resource(id_of("Microsoft.App/containerApps"), declared=False)

    assert [one.agent for one in becoming(app, pulls, push).becomes] == (["victim"] if PULLS[operation] else [])


@pytest.mark.parametrize("name", ["sqlRoleAssignments/write", "sqlRoleDefinitions/write"])
def test_blast_radius_of_each_operation_that_grants_cosmos_roles_includes_the_account_data(name: str) -> None:
    account = resource(COSMOS, declared=False)
    items = resource(ITEMS)
    graph = Graph(
        principals=[Principal(id="attacker", name="net-attacker", agent="attacker", owner=ATTACKER)],
        resources=[items, account],
        assignments=[allowed(f"Microsoft.DocumentDB/databaseAccounts/{name}", COSMOS)],
    )
    found = blast_radius(graph, "attacker")

    assert (found.becomes, set(found.destroys)) == ((), {"cos", "findings", "items"})


def test_every_escalation_operation_of_the_blast_radius_has_a_test_case() -> None:
    on_hosts = {f"{kind}/{name}".lower() for kind, name, _ in ON_HOSTS}
    cosmos = {
        f"microsoft.documentdb/databaseaccounts/{name}/write" for name in ("sqlroleassignments", "sqlroledefinitions")
    }
    identities = "microsoft.managedidentity/userassignedidentities"
    foundry = "microsoft.cognitiveservices/accounts"
    vault = "microsoft.keyvault/vaults"

    assert on_hosts <= set(hosts.OPERATIONS)
    assert set(attaching.OPERATIONS) == {f"{identities}/assign/action", *(f"{one.key}/write" for one in HOST_TYPES)}
    assert set(images.OPERATIONS) == {f"microsoft.containerregistry/registries/{name}".lower() for name in IMAGES}
    others = {"microsoft.authorization/elevateaccess/action", "microsoft.managedservices/registrationassignments/write"}
    assert set(rights.OPERATIONS) == {each.lower() for each in RIGHTS} | cosmos | others
    assert set(federation.OPERATIONS) == {f"{identities}/federatedidentitycredentials/write"}
    assert set(agents.OPERATIONS) == {
        f"{foundry}/aiservices/agents/write",
        f"{foundry}/projects/applications/write",
        f"{foundry}/projects/applications/agentdeployments/write",
    }
    assert set(vaults.OPERATIONS) == {f"{vault}/accesspolicies/write", f"{vault}/write"}
