"""The recipe for a new kind keeps its word: its example is a kind like the others."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pulumi
from pulumi_azure_native import keyvault

from access.azure.roles import by_name, privileged, role_refusal_reason
from components.resources.base import ChildArgs, NetworkResource, Verb
from components.resources.key_vault import KeyVault
from localazure.arm.resource_type import ResourceType
from localazure.services import catalogue
from manifest import azure_names
from manifest.kinds import VERBS, Kind
from tests.components.places import Somebody, placed
from tests.components.recorder import identity_of, record

REPOSITORY = Path(__file__).parents[2]
TEXT = (REPOSITORY / "docs/howto/add-a-resource-kind.md").read_text(encoding="utf-8")
COMPONENT, LINE, ENTRY, ROW = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
KIND = "key-vault-key"


def component() -> type[NetworkResource]:
    names: dict[str, Any] = {"pulumi": pulumi, "keyvault": keyvault, "ClassVar": ClassVar}
    names |= {each.__name__: each for each in (ChildArgs, KeyVault, Mapping, NetworkResource, Verb)}
    exec(COMPONENT, names)  # noqa: S102 - our own page
    return names["KeyVaultKey"]


def entry() -> Kind:
    return eval(f"{{{ENTRY}}}", {"Kind": Kind, "azure": azure_names})[KIND]  # noqa: S307 - our own page


def test_its_component_is_granted_on() -> None:
    def program() -> None:
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        component()("signing", {"vault": vault, "key": "signing"}).allow(Somebody("clerk"), "use")

    recorded = record(program)

    assert recorded.one("RoleAssignment", "clerk-may-use-signing").inputs["scope"] == identity_of("Key", "signing")
    assert set(recorded.one("KeyVaultKey").outputs or {}) == {"scope", "verbs", "endpoint"}


def test_its_role_is_one_that_an_agent_may_have() -> None:
    assert [role_refusal_reason(row.role, KIND) for row in component().VERBS.values()] == [None]


def test_its_line_and_its_entry_are_of_the_component() -> None:
    assert LINE.split() == [f'"{KIND}":', f"{component().__name__},"]
    assert set(entry().verbs) == set(component().VERBS) <= set(VERBS)
    assert entry().child is not None
    assert entry().parent[1] in azure_names.PARENTS


def test_its_row_is_a_type_below_one_that_local_azure_has() -> None:
    (row,) = eval(f"({ROW})", {"ResourceType": ResourceType})  # noqa: S307 - our own page

    (vault,) = [kind for kind in catalogue() if kind.token.endswith(":keyvault:Vault")]
    assert row.path.startswith(vault.path)


def test_every_place_that_it_names_is_there() -> None:
    paths = set(re.findall(r"`((?:access|components|docs|localazure|manifest|tests)/[\w./-]+)`", TEXT))

    assert {path for path in paths if not (REPOSITORY / path).exists()} == set()


def test_every_role_that_a_page_shows_may_be_given_to_an_agent() -> None:
    shown = re.findall(
        r"\{ role: ([^,}]+), because:", "".join(page.read_text("utf-8") for page in (REPOSITORY / "docs").rglob("*.md"))
    )

    assert shown
    assert [role for role in shown if privileged(by_name(role)) is not None] == []
