"""Test of Entra objects on the real Pulumi engine: an agent's application from its creation to its deletion."""

from pathlib import Path

import pytest

from tests.engine.projects import REASON, Project, cli_is_here

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

PROGRAM = """
import pulumi
import pulumi_azuread as azuread
from components.user_context.application import AgentApplication

deployer = azuread.get_client_config()
graph = azuread.get_service_principal(display_name="Microsoft Graph")
application = AgentApplication(
    "ingestion",
    {
        "display_name": "ingestion (dev)",
        "owners": [deployer.object_id],
        "callable": True,
        "acts_for_users": {
            "apis": {},
            "callers": {"review-portal": "0b1f2c3d-0000-4000-8000-0000000000c1"},
            "people": {"reviewers": "0b1f2c3d-0000-4000-8000-0000000000f1"},
        },
    },
)
azuread.ServicePrincipalDelegatedPermissionGrant(
    "ingestion-may-read-users",
    service_principal_object_id=application.service_principal_id,
    resource_service_principal_object_id=graph.object_id,
    claim_values=["User.Read"],
)
azuread.ApplicationFederatedIdentityCredential(
    "ingestion-trusts-its-identity",
    application_id=application.application_id,
    display_name="on-behalf-of",
    audiences=["api://AzureADTokenExchange"],
    issuer=f"https://login.microsoftonline.com/{deployer.tenant_id}/v2.0",
    subject="0b1f2c3d-0000-4000-8000-0000000000a1",
)
known = azuread.Application.get("known", application.application_id)
principal = azuread.get_service_principal_output(object_id=application.service_principal_id)
pulumi.export("name", known.display_name)
pulumi.export("uris", principal.service_principal_names)
pulumi.export("role", principal.app_role_ids["Agent.Call"])
"""


def test_entra_application_is_deployed_refreshed_and_destroyed_on_the_pulumi_engine(tmp_path: Path) -> None:
    project = Project.written(tmp_path, PROGRAM)

    created = project.pulumi("up --yes --skip-preview --json").steps["create"]
    project.pulumi("preview --refresh --expect-no-changes")
    made = {one.token for one in project.world.resources.values()}
    project.pulumi("destroy --yes --skip-preview")

    kinds = {urn.split("::")[2].rpartition("$")[2] for urn in created}
    assert made == {kind for kind in kinds if kind.startswith("azuread:")}
    assert len(made) == 7
    assert project.world.resources == {}
