"""Tests of agents that act for users: whatever widens an application is found in every source, and fails the proof."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from access.azure.catalogue import by_name
from access.azure.roles import definition_id
from access.findings.rules import applications
from access.model.json_values import UNKNOWN
from access.questions.proof import prove
from tests.access import acting_program as acting
from tests.access.acting_program import Program, Row, add, declared, findings, graphs, identity, program, row

OTHER = "d1000000-0000-4000-8000-000000000001"
FEDERATED = "ingestion-application-trusts-its-credential"
Break = Callable[[Program], object]


def inputs(name: str, **values: Any) -> Break:  # noqa: ANN401
    return lambda rows: rows[name]["inputs"].update(values)


def trusting(*, depends: str = "", **values: Any) -> Break:  # noqa: ANN401
    """Return a change of the program's federated credential; its subject may depend on another identity."""

    def change(rows: Program) -> None:
        rows[FEDERATED]["inputs"].update(values)
        if "subject" in values:
            rows[FEDERATED]["propertyDependencies"]["subject"] = [rows[depends]["urn"]] if depends else []

    return change


def second_credential(**values: Any) -> Break:  # noqa: ANN401
    base: Row = {"issuer": acting.ISSUER, "subject": acting.CREDENTIAL_ID, "audiences": [acting.AUDIENCE]}
    return lambda rows: add(rows, "ApplicationFederatedIdentityCredential", "ci", **{**base, **values})


def another_identity(rows: Program) -> None:
    identity(rows, "other", OTHER)
    trusting(subject=OTHER, depends="other")(rows)


def another_application(rows: Program) -> None:
    rows["twin"] = row(acting.entra("Application"), "twin", "/applications/twin", inputs={"displayName": "twin"})
    subject = {"subject": [rows["ingestion-credential"]["urn"]]}
    rows["trust"] = acting.part(
        rows["twin"],
        "ApplicationFederatedIdentityCredential",
        "trust",
        depends=subject,
        issuer=acting.ISSUER,
        subject=acting.CREDENTIAL_ID,
        audiences=[acting.AUDIENCE],
    )


def role(principal: str, scope: str, role_name: str = "Reader", depends: str = "") -> Break:
    def change(rows: Program) -> None:
        found = by_name(role_name)
        in_cosmos = found.system == "cosmos"
        token = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment" if in_cosmos else _ASSIGNMENT
        given = f"{scope}/sqlRoleDefinitions/{found.id}" if in_cosmos else definition_id(found, "0001")
        values = {"principalId": principal, "roleDefinitionId": given, "scope": scope, "accountName": "cos"}
        depending = {"principalId": [rows[depends]["urn"]]} if depends else {}
        rows["extra-role"] = row(token, "extra-role", inputs=values, propertyDependencies=depending)

    return change


_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
_COSMOS = f"{acting.GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/cos"
GROUP_ID = "d2000000-0000-4000-8000-000000000001"


def role_of_a_group(rows: Program) -> None:
    rows["group"] = row("azuread:index/group:Group", "group", f"/groups/{GROUP_ID}", outputs={"objectId": GROUP_ID})
    member = {"groupObjectId": GROUP_ID, "memberObjectId": acting.CREDENTIAL_ID}
    depends = {"groupObjectId": [rows["group"]["urn"]], "memberObjectId": [rows["ingestion-credential"]["urn"]]}
    kind = "azuread:index/groupMember:GroupMember"
    rows["member"] = row(kind, "member", inputs=member, propertyDependencies=depends)
    role(GROUP_ID, acting.GROUP, depends="group")(rows)


def directory_role(kind: str, holder: str, principal: str, depends: str) -> Break:
    """Return a change that gives a principal a role of Entra ID; the property `holder` of the type names it."""

    def change(rows: Program) -> None:
        values = {holder: principal, "roleId": GUID, "roleObjectId": GUID, "roleDefinitionId": GUID}
        depending = {holder: [rows[depends]["urn"]]}
        rows["extra"] = row(acting.entra(kind), "extra", "x", inputs=values, propertyDependencies=depending)

    return change


def app_role_of_an_api(app_role: str) -> Break:
    def change(rows: Program) -> None:
        values = {"appRoleId": app_role, "principalObjectId": acting.CREDENTIAL_ID, "resourceObjectId": OTHER}
        depends = {"principalObjectId": [rows["ingestion-credential"]["urn"]]}
        rows["more"] = row(acting.entra("AppRoleAssignment"), "more", "x", inputs=values, propertyDependencies=depends)

    return change


def second_service_principal(rows: Program) -> None:
    values = {"clientId": acting.CLIENT, "useExisting": True, "appRoleAssignmentRequired": False}
    depends = {"clientId": [rows["Application"]["urn"]]}
    rows["again"] = row(acting.entra("ServicePrincipal"), "again", "x", inputs=values, propertyDependencies=depends)


def attached_elsewhere(rows: Program) -> None:
    where = acting.APP.replace("/ingestion", "/other")
    attached = {"type": "UserAssigned", "userAssignedIdentities": [acting.CREDENTIAL]}
    values = {"containerAppName": "other", "resourceGroupName": "rg", "identity": attached}
    depends = {"identity": [rows["ingestion-credential"]["urn"]]}
    rows["other"] = row("azure-native:app:ContainerApp", "other", where, inputs=values, propertyDependencies=depends)


def lifecycle(value: str | None) -> Break:
    def change(rows: Program) -> None:
        settings = rows["ContainerApp"]["inputs"]["configuration"]["identitySettings"]
        settings[1] = {"identity": acting.CREDENTIAL, **({} if value is None else {"lifecycle": value})}

    return change


def api(**values: Any) -> Break:  # noqa: ANN401
    return lambda rows: rows["Application"]["inputs"]["api"].update(values)


ROLE, TRUST, SECRET = "credential-identity-with-role", "foreign-application-credential", "secret-on-application"
ELSEWHERE, RISKY, EVERYBODY = "credential-identity-elsewhere", "risky-application-setting", "everybody-may-use-agent"
GUID = "f0000000-0000-4000-8000-00000000000f"

DIRECTORY_ROLES = {
    "AdministrativeUnitRoleMember": "memberObjectId",
    "DirectoryRoleAssignment": "principalObjectId",
    "DirectoryRoleEligibilityScheduleRequest": "principalId",
    "DirectoryRoleMember": "memberObjectId",
}

IN_ANY_PROGRAM: dict[str, tuple[str, Break]] = {
    "password of the application": (SECRET, lambda rows: add(rows, "ApplicationPassword", "p")),
    "certificate of the application": (SECRET, lambda rows: add(rows, "ApplicationCertificate", "c", value="-")),
    "password of the service principal": (
        SECRET,
        lambda rows: add(rows, "ServicePrincipalPassword", "p", "ServicePrincipal"),
    ),
    "certificate of the service principal": (
        SECRET,
        lambda rows: add(rows, "ServicePrincipalCertificate", "c", "ServicePrincipal", value="-"),
    ),
    "certificate for signing tokens": (
        SECRET,
        lambda rows: add(rows, "ServicePrincipalTokenSigningCertificate", "s", "ServicePrincipal"),
    ),
    "password in a property": (SECRET, inputs("Application", password={"displayName": "x"})),
    "second credential for a repository": (
        TRUST,
        second_credential(issuer="https://token.actions.githubusercontent.com", subject="repo:a/b:ref:refs/heads/x"),
    ),
    "another identity of the program": (TRUST, another_identity),
    "own system-assigned identity of nobody": (TRUST, trusting(subject=OTHER)),
    "issuer of another tenant's host": (TRUST, trusting(issuer=f"https://sts.windows.net/{acting.TENANT}/")),
    "issuer of another tenant": (TRUST, trusting(issuer=acting.ISSUER.replace(acting.TENANT, OTHER))),
    "issuer with a blank": (TRUST, trusting(issuer=f"{acting.ISSUER} ")),
    "issuer with a slash at its end": (TRUST, trusting(issuer=f"{acting.ISSUER}/")),
    "issuer in upper case": (TRUST, trusting(issuer=acting.ISSUER.replace(acting.TENANT, acting.TENANT.upper()))),
    "issuer of the common endpoint": (TRUST, trusting(issuer="https://login.microsoftonline.com/common/v2.0")),
    "subject in upper case": (
        TRUST,
        trusting(subject=acting.CREDENTIAL_ID.upper(), depends="ingestion-credential"),
    ),
    "subject with a blank": (TRUST, trusting(subject=f"{acting.CREDENTIAL_ID} ", depends="ingestion-credential")),
    "audience in upper case": (TRUST, trusting(audiences=["API://AzureADTokenExchange"])),
    "audience of another cloud": (TRUST, trusting(audiences=["api://AzureADTokenExchangeChina"])),
    "two audiences": (TRUST, trusting(audiences=[acting.AUDIENCE, "x"])),
    "service account of a cluster": (
        TRUST,
        second_credential(issuer="https://oidc.example/x", subject="system:serviceaccount:default:x"),
    ),
    "flexible credential": (
        TRUST,
        lambda rows: add(
            rows,
            "ApplicationFlexibleFederatedIdentityCredential",
            "flexible",
            issuer="https://token.actions.githubusercontent.com",
            claimsMatchingExpression="claims['sub'] matches 'repo:*'",
            audience=acting.AUDIENCE,
        ),
    ),
    "another application that trusts the identity": (TRUST, another_application),
    "role at the resource group": (ROLE, role(acting.CREDENTIAL_ID, acting.GROUP, depends="ingestion-credential")),
    "role at the subscription": (ROLE, role(acting.CREDENTIAL_ID, acting.SUBSCRIPTION, depends="ingestion-credential")),
    "role of Cosmos DB": (
        ROLE,
        role(acting.CREDENTIAL_ID, _COSMOS, "Cosmos DB Built-in Data Reader", "ingestion-credential"),
    ),
    "role through a group": (ROLE, role_of_a_group),
    "role of the service principal": (ROLE, role(acting.PRINCIPAL, acting.GROUP, depends="ServicePrincipal")),
    **{
        f"{kind} of the identity": (ROLE, directory_role(kind, holder, acting.CREDENTIAL_ID, "ingestion-credential"))
        for kind, holder in DIRECTORY_ROLES.items()
    },
    "directory role of the service principal": (
        ROLE,
        directory_role("DirectoryRoleAssignment", "principalObjectId", acting.PRINCIPAL, "ServicePrincipal"),
    ),
    "app role of an API": (ROLE, app_role_of_an_api(GUID)),
    "access to an API without a role": (ROLE, app_role_of_an_api("00000000-0000-0000-0000-000000000000")),
    "identity in another app": (ELSEWHERE, attached_elsewhere),
    "identity in init containers": (ELSEWHERE, lifecycle("Init")),
    "identity in every container": (ELSEWHERE, lifecycle("All")),
    "identity without a lifecycle": (ELSEWHERE, lifecycle(None)),
    "assignment not required": (EVERYBODY, inputs("ServicePrincipal", appRoleAssignmentRequired=False)),
    "assignment by Entra's default": (
        EVERYBODY,
        lambda rows: rows["ServicePrincipal"]["inputs"].pop("appRoleAssignmentRequired"),
    ),
    "assignment not required by a second resource": (EVERYBODY, second_service_principal),
    "assignment in another type": (EVERYBODY, inputs("ServicePrincipal", appRoleAssignmentRequired="false")),
    "accounts of other tenants": (RISKY, inputs("Application", signInAudience="AzureADMultipleOrgs")),
    "personal accounts": (RISKY, inputs("Application", signInAudience="AzureADandPersonalMicrosoftAccount")),
    "redirect address of the web": (RISKY, inputs("Application", web={"redirectUris": ["https://evil.example/"]})),
    "redirect address of a page": (
        RISKY,
        inputs("Application", singlePageApplication={"redirectUris": ["https://evil.example/"]}),
    ),
    "redirect address of a public client": (
        RISKY,
        inputs("Application", publicClient={"redirectUris": ["http://localhost"]}),
    ),
    "redirect address as a resource of its own": (
        RISKY,
        lambda rows: add(rows, "ApplicationRedirectUris", "r", type="Web", redirectUris=["https://evil.example/"]),
    ),
    "implicit flow": (
        RISKY,
        inputs("Application", web={"implicitGrant": {"accessTokenIssuanceEnabled": True}}),
    ),
    "tokens of version 1": (
        RISKY,
        lambda rows: rows["Application"]["inputs"]["api"].pop("requestedAccessTokenVersion"),
    ),
    "identity that nothing uses": ("identity-without-owner", lambda rows: identity(rows, "left", OTHER)),
    "no owner": ("identity-without-owner", inputs("Application", owners=[])),
    "no owner of the service principal": ("identity-without-owner", inputs("ServicePrincipal", owners=[])),
    "public client": (RISKY, inputs("Application", fallbackPublicClientEnabled=True)),
    "public client as a resource of its own": (
        RISKY,
        lambda rows: add(rows, "ApplicationFallbackPublicClient", "f", enabled=True),
    ),
}
"""Change of a program → the rule that finds it with or without network.yaml."""
WIDENS_NOTHING = {
    *("identity that nothing uses", "no owner", "no owner of the service principal", "tokens of version 1"),
    *(name for name in IN_ANY_PROGRAM if name.startswith("role ")),
}
"""Changes after which nobody may do more; a role at an empty resource group allows nothing in it."""

RIGHTS, OWNER = "undeclared-user-access", "undeclared-owner"


def requires(app_id: str, permission: str, kind: str = "Scope") -> Break:
    access = {"resourceAppId": app_id, "resourceAccesses": [{"id": permission, "type": kind}]}
    return lambda rows: rows["Application"]["inputs"]["requiredResourceAccesses"].append(access)


def consent(*scopes: str, api_name: str = "azure-devops", user: str | None = None, parent: str = "") -> Break:
    def change(rows: Program) -> None:
        name = f"ingestion-may-use-{api_name}-for-{'someone' if user else 'all-users'}"
        values = {"claimValues": list(scopes), "userObjectId": user}
        values |= {"resourceServicePrincipalObjectId": GUID, "servicePrincipalObjectId": acting.PRINCIPAL}
        depends = {"servicePrincipalObjectId": [rows["ServicePrincipal"]["urn"]]}
        kind = acting.entra("ServicePrincipalDelegatedPermissionGrant")
        inside = parent or rows["Application"]["parent"]
        rows[name] = row(kind, name, "grant", inside, inputs=values, propertyDependencies=depends)

    return change


def assigned(principal: str, app_role: str = acting.ROLE) -> Break:
    def change(rows: Program) -> None:
        values = {"appRoleId": app_role, "principalObjectId": principal, "resourceObjectId": acting.PRINCIPAL}
        depends = {"resourceObjectId": [rows["ServicePrincipal"]["urn"]]}
        rows["more"] = row(acting.entra("AppRoleAssignment"), "more", "x", inputs=values, propertyDependencies=depends)

    return change


def permission(rows: Program) -> None:
    values = {"appRoleId": GUID, "principalObjectId": acting.PRINCIPAL, "resourceObjectId": OTHER}
    depends = {"principalObjectId": [rows["ServicePrincipal"]["urn"]]}
    rows["more"] = row(acting.entra("AppRoleAssignment"), "more", "x", inputs=values, propertyDependencies=depends)


AGAINST_THE_MANIFEST: dict[str, tuple[str, Break]] = {
    "permission of a known API": (RIGHTS, requires(acting.GRAPH_API, acting.MAIL)),
    "permission of another API": (RIGHTS, requires("797f4846-ba00-4fd7-ba43-dac1f8f63013", GUID)),
    "permission with an unknown id": (RIGHTS, requires(acting.DEVOPS, GUID)),
    "permission as a resource of its own": (
        RIGHTS,
        lambda rows: add(rows, "ApplicationApiAccess", "a", apiClientId=acting.GRAPH_API, scopeIds=[acting.MAIL]),
    ),
    "permission without a user": (RIGHTS, requires(acting.GRAPH_API, GUID, "Role")),
    "permission without a user that is granted": (RIGHTS, permission),
    "consent to more": (RIGHTS, consent("vso.code", "vso.code_write", user=OTHER)),
    "consent of all users": (RIGHTS, consent("vso.code")),
    "consent at an unknown API": (RIGHTS, consent("vso.code", parent="urn:pulumi:dev::reviews::x:y:Z::elsewhere")),
    "another client": (
        RIGHTS,
        lambda rows: add(rows, "ApplicationPreAuthorized", "p", authorizedClientId=OTHER, permissionIds=[GUID]),
    ),
    "another known client": (RIGHTS, api(knownClientApplications=[acting.PORTAL, OTHER])),
    "known clients as a resource of its own": (
        RIGHTS,
        lambda rows: add(rows, "ApplicationKnownClients", "k", knownClientIds=[OTHER]),
    ),
    "another group": (RIGHTS, assigned(OTHER)),
    "a user with another role": (RIGHTS, assigned(OTHER, GUID)),
    "a user without a role": (RIGHTS, assigned(OTHER, "00000000-0000-0000-0000-000000000000")),
    "another owner of the application": (OWNER, inputs("Application", owners=[acting.OWNER, OTHER])),
    "another owner of the service principal": (OWNER, inputs("ServicePrincipal", owners=[OTHER])),
    "an owner as a resource of its own": (
        OWNER,
        lambda rows: add(rows, "ApplicationOwner", "o", ownerObjectId=OTHER),
    ),
}
"""Change of a program → the rule that finds it by comparison with network.yaml."""
KNOWN_LATER = {"issuer of another tenant", "subject with a blank"}
"""Changes that a first preview cannot show: tenant and principal id of an identity are not known before it exists."""
EVERY_BREAK = {**IN_ANY_PROGRAM, **AGAINST_THE_MANIFEST}


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value inside of a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield (*path, name)
        yield from paths(one, (*path, name))


ODD = [None, {}, 3, "", UNKNOWN, [None, {}, "x"]]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_value_of_any_type_anywhere_in_a_program_is_read_or_refused_with_an_error_message(odd: object) -> None:
    for name, one in program().items():
        for path in paths({part: one.get(part, {}) for part in ("inputs", "outputs", "propertyDependencies")}):
            rows = program()
            *around, last = path
            holder: Any = rows[name]
            for each in around:
                holder = holder[each]
            holder[last] = odd
            graph = acting.SOURCES["export"](list(rows.values()))
            assert isinstance(findings(graph, declared()), list)
            assert prove(graph, declared()).declared


UNKNOWN_PARTS = [
    ("Application", "signInAudience"),
    ("Application", "owners"),
    ("Application", "requiredResourceAccesses"),
    ("Application", "requiredResourceAccesses", 0, "resourceAccesses", 0, "id"),
    ("Application", "requiredResourceAccesses", 0, "resourceAccesses", 0, "type"),
    ("Application", "api"),
    ("Application", "api", "requestedAccessTokenVersion"),
    ("Application", "api", "knownClientApplications"),
    ("Application", "fallbackPublicClientEnabled"),
    ("ServicePrincipal", "appRoleAssignmentRequired"),
    ("ServicePrincipal", "owners"),
    ("ContainerApp", "configuration", "identitySettings", 1, "lifecycle"),
    (FEDERATED, "issuer"),
    (FEDERATED, "audiences"),
    (FEDERATED, "audiences", 0),
    ("review-portal-may-send-users-to-ingestion", "authorizedClientId"),
    ("reviewers-may-use-ingestion", "principalObjectId"),
]


@pytest.mark.parametrize("place", UNKNOWN_PARTS, ids=str)
def test_part_of_an_application_that_is_not_known_before_deployment_is_never_silent(
    place: tuple[str | int, ...],
) -> None:
    rows = program()
    holder: Any = rows[str(place[0])]["inputs"]
    for each in place[1:-1]:
        holder = holder[each]
    holder[place[-1]] = UNKNOWN

    for source, graph in graphs(rows).items():
        assert findings(graph, declared()), source


@pytest.mark.parametrize("source", acting.SOURCES)
def test_credential_and_pull_identity_are_distinguished_where_the_ids_in_an_app_are_not_known(source: str) -> None:
    rows = program()
    for each in rows["ContainerApp"]["inputs"]["configuration"]["identitySettings"]:
        each["identity"] = UNKNOWN
    graph = graphs(rows)[source]

    purposes = {one.name: one.purpose for one in graph.principals if one.name.startswith("ingestion-")}
    assert purposes["ingestion-pull"] == "pull"
    assert purposes["ingestion-credential"] == "credential"
    assert findings(graph, declared()) == []


@pytest.mark.parametrize("source", acting.SOURCES)
def test_agent_that_acts_for_users_as_declared_has_no_finding_and_a_complete_proof(source: str) -> None:
    graph = graphs(program())[source]
    proof = prove(graph, declared())

    assert (proof.failures, proof.declared, proof.allowed) == ((), 2, 2)
    assert findings(graph, declared()) == findings(graph, None) == []
    assert graph.unread == ()


@pytest.mark.parametrize("name", EVERY_BREAK)
def test_change_that_widens_acting_for_users_is_found_in_every_source_and_fails_the_proof(name: str) -> None:
    rule, change = EVERY_BREAK[name]
    rows = program()
    change(rows)

    for source, graph in graphs(rows).items():
        if name in KNOWN_LATER and source == "preview":
            continue
        assert rule in {one.rule.id for one in findings(graph, declared())}, source
        assert rule not in {one.rule.id for one in findings(graph, None)} or name in IN_ANY_PROGRAM, source
        assert prove(graph, declared()).failures or name in WIDENS_NOTHING, source


def test_every_finding_rule_about_applications_has_a_change_that_breaks_it() -> None:
    assert {rule for rule, _ in EVERY_BREAK.values()} == {rule.id for rule in applications.RULES}


Missing = tuple[str, Callable[[Program], object], Row]


def nothing(_: Program) -> None:
    pass


def without(*names: str) -> Break:
    return lambda rows: [rows.pop(name) for name in names]


def without_entra(rows: Program) -> None:
    kinds = ("azuread:index/app", "azuread:index/service")
    for name in [name for name, one in rows.items() if one["type"].startswith(kinds)]:
        del rows[name]


def without_principal(rows: Program) -> None:
    del rows["ServicePrincipal"], rows["reviewers-may-use-ingestion"]


MORE_SCOPES = {"microsoft-graph": {"scopes": ["User.Read", "Mail.Read"]}, "azure-devops": {"scopes": ["vso.code"]}}
MORE_CLIENTS = {"review-portal": acting.PORTAL, "other": OTHER}
MISSING: dict[str, Missing] = {
    "permission": ("does not require the permission 'Mail.Read'", nothing, {"apis": MORE_SCOPES}),
    "client": ("gets no users' tokens from client 'other'", nothing, {"callers": MORE_CLIENTS}),
    "group": ("does not act for 'reviewers'", without("reviewers-may-use-ingestion"), {}),
    "consent": ("has no consent of all users to 'vso.code'", nothing, {"consent": "admin"}),
    "service principal": ("without a service principal", without_principal, {}),
    "credential": ("without a federated credential", without(FEDERATED), {}),
    "application": ("has no Entra application", without_entra, {}),
}
"""Declared part → words of the failure, the change of the program, and the change of the declaration."""


@pytest.mark.parametrize("name", MISSING)
def test_proof_fails_in_every_source_for_each_declared_part_of_acting_for_users_that_is_missing(name: str) -> None:
    words, change, acts = MISSING[name]
    rows = program()
    change(rows)

    for source, graph in graphs(rows).items():
        failures = [one for one in prove(graph, declared(**acts)).failures if words in one.what]
        assert [(one.agent, one.grows) for one in failures][:1] == [("ingestion", False)], source


MADE: dict[str, tuple[Callable[[Program], object], Row]] = {
    "application": (without_entra, {"existing": acting.EXISTING}),
    "assignment": (without("reviewers-may-use-ingestion"), {"deployer_rights": "applications"}),
    "assignment by name": (without("reviewers-may-use-ingestion"), {"existing": {"assignments": {"reviewers": "x"}}}),
    "credential": (without(FEDERATED), {"deployer_rights": "none"}),
    "credential by name": (without(FEDERATED), {"existing": {"federated_credential": GUID}}),
}
"""Part that an administrator makes → the program without it, and the declaration that it is made elsewhere."""


@pytest.mark.parametrize("part", MADE)
def test_part_that_an_administrator_makes_is_not_missing_in_a_program_that_does_not_show_it(part: str) -> None:
    change, application = MADE[part]
    rows = program()
    change(rows)

    for graph in graphs(rows).values():
        network = declared(application)
        assert prove(graph, network).failures == ()
        rules = [one.rule.id for one in findings(graph, network)]
        assert rules == (["not-seen-here"] if part == "application" else [])


OF_THE_IDENTITY = [
    name
    for name, (rule, _) in IN_ANY_PROGRAM.items()
    if rule in {ROLE, ELSEWHERE} and "service principal" not in name and " API" not in name
]
"""Changes about the identity that need no resource of the application in the program."""


@pytest.mark.parametrize("name", OF_THE_IDENTITY)
def test_identity_for_an_application_that_the_program_does_not_show_is_judged_nevertheless(name: str) -> None:
    rule, change = IN_ANY_PROGRAM[name]
    rows = program()
    component = rows["IdentityCredential"] = row("agent-network:index:IdentityCredential", "ingestion")
    component["parent"], rows["ingestion-credential"]["parent"] = rows["ContainerAppAgent"]["urn"], component["urn"]
    change(rows)
    without_entra(rows)

    for source, graph in graphs(rows).items():
        network = declared({"existing": acting.EXISTING})
        assert rule in {one.rule.id for one in findings(graph, network)}, source


@pytest.mark.parametrize(
    ("principal", "owner"),
    [
        (acting.OWN_ID, "ContainerApp"),
        (acting.CREDENTIAL_ID, "ingestion-credential"),
        (acting.PRINCIPAL, "ServicePrincipal"),
    ],
)
def test_membership_in_a_group_outside_the_program_is_noted_and_fails_the_proof(principal: str, owner: str) -> None:
    rows = program()
    inputs = {"groupObjectId": GROUP_ID, "memberObjectId": principal}
    depends = {"memberObjectId": [rows[owner]["urn"]]}
    kind = "azuread:index/groupMember:GroupMember"
    rows["member"] = row(kind, "member", inputs=inputs, propertyDependencies=depends)

    for graph in graphs(rows).values():
        (doubt,) = graph.unread
        assert "adds an identity of the network to a group that this source does not show" in doubt.what
        assert prove(graph, declared()).failures


def test_consent_of_an_administrator_for_declared_permissions_is_accepted_where_it_is_declared() -> None:
    rows = program()
    consent("vso.code")(rows)
    consent("User.Read", api_name="microsoft-graph")(rows)

    for graph in graphs(rows).values():
        assert prove(graph, declared(consent="admin")).failures == ()
        assert findings(graph, declared(consent="admin")) == []


def test_role_of_the_identity_that_an_application_trusts_is_access_of_its_agent_that_fails_the_proof() -> None:
    rows = program()
    where = f"{acting.GROUP}/providers/Microsoft.Storage/storageAccounts/reports"
    rows["reports"] = row("azure-native:storage:StorageAccount", "reports", where)
    role(acting.CREDENTIAL_ID, acting.GROUP, depends="ingestion-credential")(rows)

    for graph in graphs(rows).values():
        assert [one.agent for one in prove(graph, declared()).failures] == ["ingestion"]
