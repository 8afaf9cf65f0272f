"""Test of a release with Entra objects and a Foundry agent on the real Pulumi engine: nothing else is stopped."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.projects import REASON, cli_is_here
from tests.engine.releasing import NETWORK, Releasing

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

MODEL = {"name": "gpt-5.6-sol", "model": "gpt-5.6-sol", "version": "2026-07-09", "capacity": 50}
WITH_ENTRA: dict[str, Any] = {
    **NETWORK,
    "resources": {"uploads": NETWORK["resources"]["uploads"]},
    "hosts": {"research": {"kind": "foundry-project", "account": "contoso-foundry", "deployments": [MODEL]}},
    "agents": {
        "ingestion": {
            "image": "ingestion",
            "port": 8080,
            "ingress": "internal",
            "callable": True,
            "acts_for_users": {
                "apis": {"microsoft-graph": ["User.Read"]},
                "callers": ["review-portal"],
                "groups": ["reviewers"],
                "consent": "admin",
            },
        },
        "intake": {"image": "intake", "access": {"ingestion": "use", "uploads": "write"}},
        "compliance": {"host": "foundry", "project": "research", "version": "1", "access": {"uploads": "read"}},
    },
}
ENTRA = {
    "deployer_rights": "all",
    "owners": ["5f0e1a00-0000-4000-8000-0000000000a1"],
    "callers": {"review-portal": "5f0e1a00-0000-4000-8000-0000000000c1"},
    "groups": {"reviewers": "5f0e1a00-0000-4000-8000-0000000000b1"},
}
GIVING = {
    "azure-native:authorization:RoleAssignment",
    "azuread:index/appRoleAssignment:AppRoleAssignment",
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
}
"""Types that give access, of which the network has resources."""


def test_release_with_entra_objects_and_a_foundry_agent_is_applied_and_the_next_plan_has_no_changes(
    tmp_path: Path,
) -> None:
    releasing = Releasing(tmp_path, network=WITH_ENTRA, when="never", entra=ENTRA)
    planned = releasing.plan()
    assert planned.code == 3, planned.out + planned.err
    assert "+ ingestion has the consent of all users to User.Read of microsoft-graph" in planned.out

    applied = releasing.apply()

    assert applied.code == 0, applied.out + applied.err
    assert "assignments read back: Azure has every assignment of the plan" in applied.out
    result = json.loads((releasing.project.root / ".release/dev/result.intoto.json").read_text())["predicate"]
    assert {one["urn"].split("::")[2].rpartition("$")[2] for one in result["applied"]} >= GIVING
    planned = releasing.plan()
    assert planned.code == 0, planned.out + planned.err
    assert "resources: no changes\n" in planned.out
