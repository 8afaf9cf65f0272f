"""Tests of the forms in which a document has a property: flat or nested, as an input or as an output."""

from collections.abc import Callable
from typing import Any

import pytest

from access.evaluate.anonymous_access import anonymous_access
from access.evaluate.decisions import is_hierarchical
from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from tests.access.readers.programs import ACCOUNT, GROUP, IDENTITY, graph_of, identity, row

Row = dict[str, Any]

# A setting of each reading, with a value that gives access and one that does not.
SETTINGS = {
    "storage:StorageAccount": (ACCOUNT, "isHnsEnabled", True, False),
    "storage:StorageAccount ": (ACCOUNT, "allowBlobPublicAccess", True, False),
    "storage:StorageAccount  ": (ACCOUNT, "allowSharedKeyAccess", True, False),
    "containerregistry:Registry": (
        f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images",
        "roleAssignmentMode",
        "LegacyRegistryPermissions",
        "AbacRepositoryPermissions",
    ),
    "servicebus:Queue": (
        f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/bus/queues/done",
        "forwardTo",
        "elsewhere",
        "",
    ),
    "managedidentity:FederatedIdentityCredential": (
        f"{IDENTITY}/federatedIdentityCredentials/x",
        "subject",
        "repo:evil/evil",
        "repo:good/good",
    ),
}


def nested(name: str, value: object) -> Row:
    return {"properties": {name: value}}


def flat(name: str, value: object) -> Row:
    return {name: value}


def answers(token: str, where: str, inputs: Row, outputs: Row) -> tuple[object, ...]:
    """Return everything that the settings of one resource decide."""
    made = row(f"azure-native:{token.strip()}", "one", where, inputs=inputs, outputs={"sku": {}, **outputs})
    graph = graph_of(made, identity())
    one = graph.resource(where)
    assert one is not None
    return (
        one.local_auth,
        one.ignores_roles,
        anonymous_access(graph, one),
        is_hierarchical(graph, where),
        [each.what for each in graph.unread],
        [actor_sentence(graph, each) for each in foreign_actors(graph)],
    )


@pytest.mark.parametrize("token", SETTINGS)
@pytest.mark.parametrize("form", [flat, nested])
def test_property_is_read_alike_flat_or_nested_and_from_the_program_before_azures_answer(
    token: str, form: Callable[[str, object], Row]
) -> None:
    where, name, gives, gives_not = SETTINGS[token]
    expected = answers(token, where, {"sku": {}, name: gives}, {})

    assert answers(token, where, {"sku": {}, **form(name, gives)}, {}) == expected
    assert answers(token, where, {"sku": {}, **form(name, gives)}, nested(name, gives_not)) == expected
    assert answers(token, where, {"sku": {}, **form(name, gives)}, flat(name, gives_not)) == expected
    assert answers(token, where, {}, form(name, gives)) == expected
    assert answers(token, where, {"sku": {}, **form(name, gives_not)}, flat(name, gives)) != expected
