"""Tests of the ids of the permissions of Microsoft's APIs."""

import re

import pytest

from access.azure.application_permissions import OWNED_APPLICATIONS, graph_app_roles
from access.azure.delegated_permissions import APPLICATION_IDS, scope_ids, scope_name

GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.mark.parametrize("api", APPLICATION_IDS)
def test_each_delegated_permission_of_an_api_has_an_id_of_its_own_by_which_it_is_named(api: str) -> None:
    ids = scope_ids(api)

    assert len(set(ids.values())) == len(ids) > 0
    assert all(map(GUID.fullmatch, ids.values()))
    assert {scope_name(APPLICATION_IDS[api].upper(), each.upper()) for each in ids.values()} == ids.keys()


def test_permissions_of_microsoft_graph_have_the_ids_of_its_reference() -> None:
    assert scope_ids("microsoft-graph")["User.Read"] == "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
    assert graph_app_roles()[OWNED_APPLICATIONS] == "18a4783c-866b-4cc7-a460-3d5e5662c884"
    assert len(scope_ids("microsoft-graph")) > 500
    assert len(graph_app_roles()) > 500


def test_permission_of_an_unknown_api_keeps_its_id_as_a_name() -> None:
    assert scope_ids("billing") == {}
    assert scope_name("0b1f2c3d-0000-4000-8000-00000000000a", "Billing.Read") == "Billing.Read"
