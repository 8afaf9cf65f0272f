"""The one role assignment that Azure makes itself: of a Foundry project, at its own account."""

import pytest

from access.azure.catalogue import Role
from access.evaluate.platform_grants import is_platform_assignment
from access.model.graph import Principal
from tests.access.graphs import GROUP, held

ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/foundry"
PROJECT = Principal(id="p", name="research", purpose="host", owner=f"{ACCOUNT}/projects/research")
AGENT = Principal(id="p", name="agent", agent="agent", owner=f"{ACCOUNT}/projects/research")


@pytest.mark.parametrize(
    ("principal", "role", "scope", "expected"),
    [
        (PROJECT, "Foundry User", ACCOUNT, True),
        (PROJECT, "Foundry User", ACCOUNT.upper(), True),
        (PROJECT, "Foundry User", GROUP, False),
        (PROJECT, "Foundry User", f"{ACCOUNT}/projects/research", False),
        (PROJECT, "Foundry User", f"{ACCOUNT}-2", False),
        (PROJECT, "Reader", ACCOUNT, False),
        (PROJECT, Role("11111111-1111-4111-8111-111111111111", "Foundry User", ()), ACCOUNT, False),
        (PROJECT, None, ACCOUNT, False),
        (AGENT, "Foundry User", ACCOUNT, False),
        (None, "Foundry User", ACCOUNT, False),
    ],
)
def test_role_assignment_that_azure_creates_is_only_foundry_user_of_a_project_at_its_own_account(
    principal: Principal | None, role: Role | str | None, scope: str, *, expected: bool
) -> None:
    assert is_platform_assignment(principal, held(role, scope)) is expected
