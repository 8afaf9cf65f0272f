"""Tests that the reader of local Azure's state file finds each object of Entra once, and no deleted one."""

from pathlib import Path

import pulumi_azuread as azuread
import pytest

from access.model.graph import Graph
from access.readers.local import read_world
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.services.directory_objects import add_client, add_group, add_user
from tests.localazure.run.programs import up

SCOPE = "0b1f2c3d-0000-4000-8000-0000000000e1"
CLIENT = "0b1f2c3d-0000-4000-8000-0000000000c1"
CREDENTIAL = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"


def program() -> None:
    scope = azuread.ApplicationApiOauth2PermissionScopeArgs(id=SCOPE, value="user_impersonation")
    application = azuread.Application(
        "application", display_name="ingestion", api=azuread.ApplicationApiArgs(oauth2_permission_scopes=[scope])
    )
    azuread.ServicePrincipal("principal", client_id=application.client_id)
    azuread.ApplicationPreAuthorized(
        "client", application_id=application.id, authorized_client_id=CLIENT, permission_ids=[SCOPE]
    )
    azuread.ApplicationFederatedIdentityCredential(
        "credential",
        application_id=application.id,
        display_name="on-behalf-of",
        audiences=["api://AzureADTokenExchange"],
        issuer="https://login.microsoftonline.com/tenant/v2.0",
        subject="somebody",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "dev.json"
    assert up(program, found).ok
    return found


def counts(graph: Graph) -> list[tuple[int, int]]:
    """Return the number of trusts and of clients of each application in a graph."""
    return [(len(one.trusts), len(one.clients)) for one in graph.applications]


def test_state_file_of_local_azure_has_each_part_of_an_application_once(path: Path) -> None:
    graph = read_world(path)

    assert counts(graph) == [(1, 1)]
    assert [note.where.rpartition("::")[2] for note in graph.unread] == ["credential"]


def test_users_groups_and_clients_of_the_tenant_in_a_state_file_are_not_reported_as_unread(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "dev.json"
    ann = add_user(world, "Ann")
    reviewers = add_group(world, "Reviewers", [ann])
    add_client(world, "Review portal")
    world.save(path)

    graph = read_world(path)

    assert graph.unread == ()
    assert graph.memberships.groups_of == {ann: frozenset({reviewers})}


def test_federated_credential_that_somebody_deleted_is_not_read_from_the_stack_in_the_state_file(path: Path) -> None:
    world = World.load(path)
    (credential,) = (one.id for one in world.resources.values() if one.token == CREDENTIAL)
    LocalAzure(world).delete(CREDENTIAL, credential)
    world.save(path)

    assert counts(read_world(path)) == [(0, 1)]
