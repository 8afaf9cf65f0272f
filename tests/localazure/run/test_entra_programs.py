"""Tests of programs with objects of Entra in local runs: plans, replacements, existing objects and deletions."""

from pathlib import Path

import pulumi
import pulumi_azuread as azuread
import pytest

from localazure.arm.world import World
from localazure.services.directory_objects import add_client
from tests.localazure.run.programs import changes, nothing, preview, up
from tests.localazure.samples import ENTRA_APPLICATION, SAMPLES

ROLE = SAMPLES[ENTRA_APPLICATION].inputs["appRoles"][0]["id"]
REVIEWERS = "0b1f2c3d-0000-4000-8000-0000000000f1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".localazure" / "dev.json"


def application(notes: str | None = None) -> azuread.Application:
    role = azuread.ApplicationAppRoleArgs(
        id=ROLE, value="User.Access", display_name="User", description="User", allowed_member_types=["User"]
    )
    given = azuread.Application(
        "application",
        display_name="ingestion",
        app_roles=[role],
        notes=notes,
        opts=pulumi.ResourceOptions(ignore_changes=["identifier_uris"]),
    )
    azuread.ApplicationIdentifierUri(
        "uri", application_id=given.id, identifier_uri=pulumi.Output.concat("api://", given.client_id)
    )
    return given


def small(notes: str | None = None) -> None:
    principal = azuread.ServicePrincipal("principal", client_id=application(notes).client_id)
    azuread.AppRoleAssignment(
        "reviewers-may-use-it",
        app_role_id=principal.app_role_ids["User.Access"],
        principal_object_id=REVIEWERS,
        resource_object_id=principal.object_id,
    )


def test_local_run_plans_creates_and_deletes_objects_of_entra(path: Path) -> None:
    names = {"tiny-dev", "application", "uri", "principal", "reviewers-may-use-it"}

    assert changes(preview(small, path)) == {"create": names}
    assert changes(up(small, path)) == {"create": names}
    assert changes(up(small, path)) == {}
    assert changes(up(nothing, path)) == {"delete": names - {"tiny-dev"}}


def test_local_run_changes_an_application_in_place_and_keeps_what_belongs_to_it(path: Path) -> None:
    up(small, path)

    assert changes(up(lambda: small("changed"), path)) == {"update": {"application"}}
    assert changes(up(lambda: small("changed"), path)) == {}


def test_local_run_refers_to_an_application_that_an_administrator_made(path: Path) -> None:
    world, seen = World(), list[str]()
    client_id = add_client(world, "existing")
    world.save(path)

    def program() -> None:
        found = azuread.get_service_principal(client_id=client_id)
        application_id = next(each for each in world.resources if each.startswith("/applications/"))
        known = azuread.Application.get("existing", application_id)
        known.display_name.apply(seen.append)
        seen.append(str(found.display_name))

    assert up(program, path).ok
    up(nothing, path)
    assert seen == ["existing", "existing"]
    assert World.load(path).resources.keys() == world.resources.keys()


def test_local_run_refuses_a_password_of_an_application_by_name(path: Path) -> None:
    def program() -> None:
        azuread.ApplicationPassword("password", application_id=application().id)

    (failure,) = up(program, path).failures

    assert "local Azure does not simulate 'azuread:index/applicationPassword:ApplicationPassword'" in failure.message
