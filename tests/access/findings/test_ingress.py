"""Tests of the finding about ingress that no token protects: apps of any program, and agents of network.yaml."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from access.azure.scopes import key
from access.findings import Finding
from access.model.applications import Application
from access.model.graph import Principal, Resource
from access.reports.network_exposure import exposure_rows
from tests.access.findings.small import APP, IDENTITY, SECOND, World, app, resource, variables

TENANT, CLIENT = "7e000000-0000-4000-8000-000000000001", "c1000000-0000-4000-8000-000000000001"
CONFIG = f"{APP}/authConfigs/current"
INTERNAL = {"external": False, "targetPort": 8080}
EXTERNAL = {
    "external": True,
    "ipSecurityRestrictions": [{"name": "a", "action": "Allow", "ipAddressRange": "203.0.113.0/24"}],
}
STRICT: dict[str, Any] = {
    "platform": {"enabled": True},
    "globalValidation": {"unauthenticatedClientAction": "Return401"},
    "identityProviders": {
        "azureActiveDirectory": {
            "enabled": True,
            "registration": {
                "clientId": CLIENT,
                "openIdIssuer": f"https://login.microsoftonline.com/{TENANT}/v2.0",
            },
            "validation": {
                "allowedAudiences": [f"api://{CLIENT}", CLIENT],
                "defaultAuthorizationPolicy": {"allowedApplications": ["c2000000-0000-4000-8000-000000000002"]},
            },
        }
    },
}
Change = Callable[[dict[str, Any]], object]


def serving(ingress: dict[str, Any], where: str = APP) -> Resource:
    return app(where, template=variables(), configuration={"ingress": ingress})


def config(change: Change = lambda _: None, where: str = CONFIG) -> Resource:
    values = deepcopy(STRICT)
    change(values)
    return resource(where, properties=values)


def found(world: World) -> list[Finding]:
    return [one for one in world.findings() if one.rule.id == "unauthenticated-ingress"]


def entra(values: dict[str, Any]) -> dict[str, Any]:
    return values["identityProviders"]["azureActiveDirectory"]


@pytest.mark.parametrize("ingress", [INTERNAL, EXTERNAL, {"targetPort": 80}])
@pytest.mark.parametrize("world", [World(), World().without_manifest()], ids=["network", "program"])
def test_ingress_of_a_container_app_without_a_token_is_a_finding(world: World, ingress: dict[str, Any]) -> None:
    (one,) = found(world.having(serving(ingress)))

    assert "may call agent 'report' without a token: it has no authentication config" in one.what
    assert ("every app of its environment" in one.what) is not ingress.get("external", False)
    assert found(world) == []


@pytest.mark.parametrize("action", ["Return401", "Return403", "RedirectToLoginPage", "return401"])
def test_authentication_config_that_admits_one_tenants_callers_alone_protects_ingress(action: str) -> None:
    def answers(values: dict[str, Any]) -> None:
        values["globalValidation"]["unauthenticatedClientAction"] = action

    assert found(World().having(serving(EXTERNAL), config(answers))) == []
    assert found(World().without_manifest().having(serving(INTERNAL), config(answers))) == []


OPEN: dict[str, Change] = {
    "turned off": lambda one: one["platform"].update(enabled=False),
    "turned off as a text": lambda one: one["platform"].update(enabled="false"),
    "without platform": lambda one: one.pop("platform"),
    "not stated to be on": lambda one: one["platform"].clear(),
    "anonymous callers": lambda one: one["globalValidation"].update(unauthenticatedClientAction="AllowAnonymous"),
    "no action": lambda one: one["globalValidation"].clear(),
    "no validation": lambda one: one.pop("globalValidation"),
    "unknown action": lambda one: one["globalValidation"].update(unauthenticatedClientAction="Ask"),
    "excluded paths": lambda one: one["globalValidation"].update(excludedPaths=["/healthz"]),
    "no provider": lambda one: one["identityProviders"].clear(),
    "no providers": lambda one: one.pop("identityProviders"),
    "provider turned off": lambda one: entra(one).update(enabled=False),
    "no registration": lambda one: entra(one).pop("registration"),
    "no client": lambda one: entra(one)["registration"].update(clientId=""),
    "no issuer": lambda one: entra(one)["registration"].pop("openIdIssuer"),
    "issuer of any tenant": lambda one: entra(one)["registration"].update(
        openIdIssuer="https://login.microsoftonline.com/common/v2.0"
    ),
    "issuer of every organization": lambda one: entra(one)["registration"].update(
        openIdIssuer="https://login.microsoftonline.com/Organizations/v2.0"
    ),
    "issuer elsewhere": lambda one: entra(one)["registration"].update(openIdIssuer="https://evil.example/v2.0"),
    "no list of callers": lambda one: entra(one)["validation"].pop("defaultAuthorizationPolicy"),
    "empty list of callers": lambda one: entra(one)["validation"].update(
        defaultAuthorizationPolicy={"allowedApplications": [], "allowedPrincipals": {"identities": []}}
    ),
    "every caller in the list": lambda one: entra(one)["validation"].update(
        defaultAuthorizationPolicy={"allowedApplications": ["*"]}
    ),
    "no validation of the provider": lambda one: entra(one).pop("validation"),
    "audience of another service": lambda one: entra(one)["validation"].update(
        allowedAudiences=["https://management.azure.com"]
    ),
    "accounts of GitHub": lambda one: one["identityProviders"].update(gitHub={"registration": {"clientId": "x"}}),
    "accounts of a provider of its own": lambda one: one["identityProviders"].update(
        customOpenIdConnectProviders={"okta": {"registration": {"clientId": "x"}}}
    ),
}


@pytest.mark.parametrize("change", OPEN.values(), ids=OPEN.keys())
def test_authentication_config_that_admits_other_callers_does_not_protect_ingress(change: Change) -> None:
    (one,) = found(World().having(serving(INTERNAL), config(change)))

    assert "has no authentication config" not in one.what
    assert len(found(World().without_manifest().having(serving(EXTERNAL), config(change)))) == 1


@pytest.mark.parametrize("where", [f"{SECOND}/authConfigs/current", f"{APP}/authConfigs/other"])
def test_authentication_config_of_another_app_or_another_name_does_not_protect_ingress(where: str) -> None:
    assert len(found(World().having(serving(INTERNAL), config(where=where)))) == 1


@pytest.mark.parametrize(
    "more", [{"transport": "Tcp"}, {"additionalPortMappings": [{"external": False, "targetPort": 9000}]}]
)
def test_authentication_config_does_not_protect_ports_that_lead_past_it(more: dict[str, Any]) -> None:
    assert len(found(World().having(serving(INTERNAL | more), config()))) == 1


@pytest.mark.parametrize(("required", "count"), [(True, 0), (False, 1), (None, 1)])
def test_authentication_config_of_an_application_with_required_assignment_needs_no_list_of_callers(
    *, required: bool | None, count: int
) -> None:
    world = World().having(serving(INTERNAL), config(OPEN["no list of callers"]))
    one = Application(id=CLIENT, name="report", location="a", principal="sp", assignment_required=required)

    assert len(found(world.with_applications(one))) == count


@pytest.mark.parametrize(
    "declared",
    [{"callable": True}, {"acts_for_users": {"apis": {}}}, {"unauthenticated": "a page for everybody"}],
)
def test_ingress_of_an_agent_that_declares_how_it_treats_callers_is_not_a_finding(declared: dict[str, Any]) -> None:
    agent = World().declared["agents"]["report"]
    world = World().having(serving(INTERNAL)).declaring(agents={"report": {**agent, "ingress": "internal", **declared}})

    assert found(world) == []


def test_ingress_of_another_app_with_the_identity_of_a_callable_agent_is_a_finding() -> None:
    attached = {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}
    own = Principal(id="own", name="report", agent="report", owner=IDENTITY)
    agent = {**World().declared["agents"]["report"], "ingress": "internal", "callable": True}
    world = replace(World(), principals=(own,)).declaring(agents={"report": agent})
    first = app(template=variables(), configuration={"ingress": INTERNAL}, identity=attached)
    second = app(SECOND, template=variables(), configuration={"ingress": INTERNAL}, identity=attached)

    assert found(world.having(first)) == []
    assert "app 'second'" in " ".join(one.what for one in found(world.having(first, second)))


def test_ingress_of_an_agent_is_a_finding_where_the_platforms_authentication_is_declared_and_not_there() -> None:
    agent = World().declared["agents"]["report"]
    world = World().declaring(agents={"report": {**agent, "ingress": "internal", "platform_authentication": True}})

    assert len(found(world.having(serving(INTERNAL)))) == 1
    assert found(world.having(serving(INTERNAL), config())) == []


@pytest.mark.parametrize(("more", "count"), [({}, 1), ({"callable": True}, 0), ({"unauthenticated": "a page"}, 0)])
def test_ingress_of_an_agent_in_a_cluster_without_a_token_is_a_finding(more: dict[str, Any], count: int) -> None:
    clerk = {"line": 20, "image": "clerk", "host": "aks", "cluster": "fleet", "ingress": "internal", "access": []}
    agents = {**World().declared["agents"], "clerk": {**clerk, **more}}

    every = found(World().declaring(agents=agents))
    assert [(one.agent, one.location) for one in every] == [("clerk", "network.yaml:20")] * count


def test_exception_accepts_ingress_without_a_token() -> None:
    accepted = {"finding": "unauthenticated-ingress", "on": "report", "because": "x", "expires": "2027-01-01"}

    (one,) = found(World().having(serving(INTERNAL)).declaring(exceptions=[accepted]))
    assert one.exception is not None


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        ([serving(INTERNAL)], ("every app of its environment", "on: callers need no token")),
        ([serving(INTERNAL), config()], ("every app of its environment", "off: callers need a token")),
        ([serving(EXTERNAL)], ("listed addresses", "on: callers need no token")),
    ],
)
def test_network_exposure_shows_who_may_connect_to_an_app_and_if_callers_need_a_token(
    resources: list[Resource], words: tuple[str, str]
) -> None:
    rows = exposure_rows(World().having(*resources).graph())

    (row,) = (one for one in rows if key(one["id"]) == key(APP))
    assert (row["network"]["words"], row["anonymous"]["words"]) == words
