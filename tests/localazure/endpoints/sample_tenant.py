"""Sample tenant for tests of the TLS endpoints: one agent that acts for users, its identities, users and a client.

The agent `ingestion` runs as a container app with a system-assigned identity, an identity that only pulls its image,
and one that is the credential of its Entra application. The application is added directly, as a program would have made
it.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from access.azure.clouds import CLOUDS, PUBLIC
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.endpoints import Directory, Endpoints, serve
from localazure.endpoints.entra.objects import (
    Application,
    AppRole,
    FederatedCredential,
    RoleAssignment,
    ServicePrincipal,
    User,
)
from tests.localazure.samples import (
    APP,
    CONTAINER,
    CUSTOM_ROLE,
    GROUP,
    IDENTITY,
    ROLE_ASSIGNMENT,
    SAMPLES,
    STORAGE_ID,
    SUBSCRIPTION_ID,
    VAULT,
    VAULT_ID,
    make,
    role_id,
)

IDENTITIES = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
PULL, EXCHANGE = f"{IDENTITIES}/ingestion-pull", f"{IDENTITIES}/ingestion-user-context"
INGESTION_APP = f"{GROUP}/providers/Microsoft.App/containerApps/ingestion"
CONTAINER_ID = f"{STORAGE_ID}/blobServices/default/containers/findings"
SIGN = "Microsoft.KeyVault/vaults/keys/sign/action"
SIGNER = (
    f"/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions"
    "/0b1f2c3d-0000-4000-8000-0000000000c0"
)
"""Id of the custom role that signs with a key and does nothing else."""
GRAPH, DEVOPS = "00000003-0000-0000-c000-000000000000", "499b84ac-1321-427f-aa17-267ca6975798"
PORTAL, OTHER_CLIENT = "11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"
INGESTION, REPORT = "22222222-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
REVIEWERS, EVERYBODY = "33333333-0000-4000-8000-000000000001", "33333333-0000-4000-8000-000000000002"
ANNA = User(id="44444444-0000-4000-8000-000000000001", name="anna@fabrikam.example", display_name="Anna Weber")
BEN = User(id="44444444-0000-4000-8000-000000000002", name="ben@fabrikam.example", display_name="Ben Okafor")
CARA = User(id="44444444-0000-4000-8000-000000000003", name="cara@fabrikam.example", display_name="Cara Silva")
"""User who is a member only of a group in the group of the reviewers."""
USER_ACCESS = AppRole(id="55555555-0000-4000-8000-000000000001", value="User.Access", members=frozenset({"User"}))
AGENT_CALL = AppRole(id="55555555-0000-4000-8000-000000000002", value="Agent.Call", members=frozenset({"Application"}))
USER_SCOPE = "user_impersonation"


@dataclass
class SampleTenant:
    """Served sample tenant, with the ids that a test needs."""

    azure: LocalAzure
    endpoints: Endpoints
    exchange_client: str
    """Client id of the identity that is the credential of the agent's application."""

    def sign_in(self, user: User = ANNA, **claims: object) -> str:
        """Return a user's token for the agent `ingestion`, as the portal gets it."""
        return self.endpoints.user_token(user.id, client=PORTAL, audience=INGESTION, claims=claims or None)


def application(client_id: str, name: str, trusted: FederatedCredential | None = None) -> Application:
    """Return the application of an agent, in the form that the network's program gives it."""
    return Application(
        id=client_id.replace("-4000-", "-4001-"),
        client_id=client_id,
        name=name,
        identifier_uris=(f"api://{client_id}",),
        scopes=frozenset({USER_SCOPE}),
        app_roles=(USER_ACCESS, AGENT_CALL),
        token_version=2,
        optional_claims=frozenset({"idtyp", "idtyp:user", "acct", "xms_cc"}),
        federated_credentials=() if trusted is None else (trusted,),
        preauthorized={PORTAL: frozenset({USER_SCOPE})},
        required_resources=frozenset({GRAPH, DEVOPS}),
    )


def principal(client_id: str, *, assigned: bool = True) -> ServicePrincipal:
    return ServicePrincipal(id=client_id.replace("-4000-", "-4002-"), client_id=client_id, assignment_required=assigned)


def ingestion_app(azure: LocalAzure) -> None:
    """Create the agent's container app and its identities in local Azure."""
    for identity in (PULL, EXCHANGE):
        make(azure, IDENTITY, resourceName=identity.rpartition("/")[2])
    make(
        azure,
        APP,
        containerAppName="ingestion",
        identity={"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [PULL, EXCHANGE]},
        configuration={
            **SAMPLES[APP].inputs["configuration"],
            "identitySettings": [
                {"identity": PULL, "lifecycle": "None"},
                {"identity": EXCHANGE, "lifecycle": "Main"},
            ],
        },
    )


def data_services(azure: LocalAzure) -> None:
    """Create a vault and a storage account, with roles of the agent to sign with one key and to write one container."""
    for each in (VAULT, CONTAINER, CUSTOM_ROLE):
        make(azure, each, **({"permissions": [{"dataActions": [SIGN]}]} if each == CUSTOM_ROLE else {}))
    agent = azure.world.find_owned_principal(INGESTION_APP)
    assert agent is not None
    roles = {f"{VAULT_ID}/keys/github-app": SIGNER, CONTAINER_ID: role_id("Storage Blob Data Contributor")}
    for number, (scope, role) in enumerate(roles.items()):
        make(
            azure,
            ROLE_ASSIGNMENT,
            roleAssignmentName=f"0b1f2c3d-0000-4000-8000-0000000000d{number}",
            scope=scope,
            roleDefinitionId=role,
            principalId=agent.id,
        )


def directory(world: World, cloud: str = PUBLIC) -> Directory:
    """Return the directory of the tenant: two agents' applications, two clients, three users, two groups."""
    exchange = world.find_owned_principal(EXCHANGE)
    assert exchange is not None
    of_cloud = CLOUDS[cloud]
    trusted = FederatedCredential(
        issuer=of_cloud.issuer(world.tenant_id), subject=exchange.id, audiences=(of_cloud.exchange_audience,)
    )
    known = Directory(
        world,
        cloud=cloud,
        applications=[
            application(INGESTION, "ingestion", trusted),
            application(REPORT, "report"),
            Application(id=f"{PORTAL[:-1]}8", client_id=PORTAL, name="review portal"),
            Application(id=f"{PORTAL[:-1]}9", client_id=OTHER_CLIENT, name="other client"),
        ],
        service_principals=[
            principal(INGESTION),
            principal(REPORT),
            principal(PORTAL, assigned=False),
            principal(OTHER_CLIENT, assigned=False),
        ],
        users=[ANNA, BEN, CARA],
        members={REVIEWERS: {ANNA.id, BEN.id, EVERYBODY}, EVERYBODY: {CARA.id}},
        assignments=[
            RoleAssignment(resource=principal(each).id, principal=REVIEWERS, role=USER_ACCESS.id)
            for each in (INGESTION, REPORT)
        ],
    )
    known.consent(INGESTION, GRAPH, ["User.Read"])
    known.consent(INGESTION, DEVOPS, ["vso.code"])
    return known


@contextmanager
def sample_tenant(cloud: str = PUBLIC) -> Generator[SampleTenant]:
    """Serve the sample tenant in a cloud, and lead this process's requests to Azure's hosts to it."""
    azure = LocalAzure(World())
    ingestion_app(azure)
    data_services(azure)
    exchange = azure.world.find_owned_principal(EXCHANGE)
    assert exchange is not None
    with serve(azure.world, directory=directory(azure.world, cloud)) as endpoints, endpoints.reachable():
        yield SampleTenant(azure, endpoints, exchange.client_id)
