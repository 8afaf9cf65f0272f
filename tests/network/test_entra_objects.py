"""Tests of the list of objects in Entra ID for an administrator: it equals what a stack with all rights creates."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pulumi
import pytest

from cli.entra_list import entra_list
from components.network.administrator_tasks import warn_of_administrator_tasks
from components.network.entra_objects import EntraObject, entra_objects
from localazure.run import RunResult
from manifest import Environment, Network, Problem
from manifest.errors import KeyPath, format_path
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.network.test_user_context import ACTS, ENTRA, IDS, environment, network, of_type, up
from tests.projects import any_role, write_project

ACTING: dict[str, Any] = {"acts_for_users": {**ACTS, "consent": "admin"}}
APPLICATION = "azuread:index/application:Application"
PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
# Only an administrator can set it: azuread refuses this property of a claim.
BY_HAND_ALONE = {"include_user_token"}


def loaded(agent: dict[str, Any], settings: dict[str, Any]) -> tuple[Network, Environment]:
    """Return a network whose objects in Entra ID need not exist yet."""
    with TemporaryDirectory() as folder:
        root = write_project(Path(folder), network(**agent), settings)
        get = config_getter(root, "dev")
        return load_with_document("dev", get, root=root, role_refusal_reason=any_role, for_administrator=True)[:2]


def listed(agent: dict[str, Any], entra: dict[str, Any]) -> list[EntraObject]:
    return entra_objects(*loaded(agent, environment(entra)))


def leaves(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield every text in a JSON value that is not a description, with scopes one by one."""
    if isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            if "escription" not in key and key != "odata.bind":
                yield from leaves(each)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from leaves(each)
    elif isinstance(value, str):
        yield value.rpartition("/directoryObjects/")[2].removeprefix("/applications/")


def filled(text: str, result: RunResult) -> str:
    """Return the list with the ids of objects in local Azure instead of the placeholders for them."""
    api_principals = {
        one.inputs["claimValues"][0]: one.inputs["resourceServicePrincipalObjectId"]
        for one in result.records
        if one.type.endswith(":ServicePrincipalDelegatedPermissionGrant")
    }
    issuer = of_type(
        result, "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
    )
    ids = {
        "<client id of contoso-desk-dev>": of_type(result, APPLICATION).outputs["clientId"],
        "<object id of the service principal of contoso-desk-dev>": of_type(result, PRINCIPAL).outputs["objectId"],
        "<principal id of contoso-desk-dev-credential>": of_type(result, IDENTITY, "desk-credential").outputs[
            "principalId"
        ],
        "<tenant id>": issuer.inputs["issuer"].split("/")[-2],
        "<object id of the service principal of 00000003-0000-0000-c000-000000000000>": api_principals["User.Read"],
        "<object id of the service principal of 499b84ac-1321-427f-aa17-267ca6975798>": api_principals["vso.code"],
    }
    for placeholder, value in ids.items():
        text = text.replace(placeholder, value)
    return text


def test_list_for_an_administrator_has_exactly_the_values_that_a_stack_with_all_rights_creates(tmp_path: Path) -> None:
    agent = {**ACTING, "callable": True}
    result = up(tmp_path, agent)

    text = filled(json.dumps([one.properties for one in listed(agent, ENTRA)]), result)
    by_hand = set(leaves(json.loads(text)))
    made = [one for one in result.records if one.type.startswith("azuread:")]
    by_stack = set(leaves([one.inputs for one in made])) - {of_type(result, APPLICATION).outputs["objectId"]}

    assert not [one for one in by_hand if "<" in one]
    assert by_hand - BY_HAND_ALONE - {"AllPrincipals"} == by_stack


@pytest.mark.parametrize(
    ("rights", "existing", "makers"),
    [
        ("none", None, {"administrator"}),
        ("applications", None, {"stack", "administrator"}),
        ("all", None, {"stack"}),
        ("none", IDS, {"exists", "administrator"}),
        ("applications", {"assignments": {"reviewers": "a" * 43}}, {"stack", "exists", "administrator"}),
    ],
)
def test_rights_of_the_deployer_and_existing_ids_decide_who_makes_each_object(
    rights: str, existing: dict[str, Any] | None, makers: set[str]
) -> None:
    entra = {**ENTRA, "deployer_rights": rights, **({"existing": {"desk": existing}} if existing else {})}

    assert {one.maker for one in listed(ACTING, entra)} == makers


def test_assignments_and_consent_are_never_made_by_a_deployer_that_may_only_create_applications() -> None:
    found = listed(ACTING, {**ENTRA, "deployer_rights": "applications"})

    assert {(one.kind, one.maker) for one in found} == {
        ("application", "stack"),
        ("service principal", "stack"),
        ("federated credential", "stack"),
        ("assignment", "administrator"),
        ("consent", "administrator"),
    }


def test_list_as_text_has_the_request_and_the_setting_of_every_object(tmp_path: Path) -> None:
    root = write_project(tmp_path, network(**ACTING), environment({**ENTRA, "deployer_rights": "none"}))

    text = entra_list(root, "dev", as_json=False)
    rows = json.loads(entra_list(root, "dev", as_json=True))["objects"]

    table = text.partition("\nFor an administrator")[0]
    assert max(map(len, table.splitlines())) <= 80
    for row in rows:
        assert row["request"] in text
        assert row["setting"].removeprefix("entra.") in text
    assert {row["made_by"] for row in rows} == {"administrator"}


def test_network_without_applications_needs_nothing_of_an_administrator(tmp_path: Path) -> None:
    root = write_project(tmp_path, network(), environment({}))

    assert "needs nothing in Entra ID" in entra_list(root, "dev", as_json=False)


def test_deployment_warns_of_what_an_administrator_still_has_to_make(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)

    def problem(path: KeyPath, message: str) -> Problem:
        return Problem("network.yaml", 7, format_path(path), message)

    for rights in ("applications", "all"):
        warn_of_administrator_tasks(*loaded(ACTING, environment({**ENTRA, "deployer_rights": rights})), problem)

    (warning,) = warnings
    assert warning.startswith("network.yaml:7 agents.desk.acts_for_users: an administrator of the tenant has to make")
    assert "assignment reviewers, consent azure-devops for all users" in warning
