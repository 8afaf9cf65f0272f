"""Tests that a network with an agent that acts for users has no finding in any source, whatever its settings are."""

import json
from pathlib import Path
from typing import Any

import pytest

from access.findings import check
from access.findings.rules import applications
from access.model.declared import Declared
from access.questions.proof import prove
from access.readers import local
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from tests.access import acting_program as acting
from tests.access.readers.sources import every_graph
from tests.access.readers.test_live_applications import ENTRA, ENVIRONMENT, NETWORK
from tests.network.deploying import deploy
from tests.projects import any_role, config_getter, write_project

Row = dict[str, Any]
ACTS: Row = NETWORK["agents"]["desk"]["acts_for_users"]
IDS = dict.fromkeys(("client_id", "application", "service_principal"), acting.OBJECT)
ABOUT = {rule.id for rule in applications.RULES}
VARIANTS: dict[str, tuple[Row, Row, list[str]]] = {
    "by default": ({}, {}, []),
    "with an own identity that is user-assigned": ({"identity": "user-assigned"}, {}, []),
    "with the consent of an administrator": ({"acts_for_users": {**ACTS, "consent": "admin"}}, {}, []),
    "that others may call": ({"callable": True, "port": 8080, "ingress": "internal"}, {}, []),
    "with an application of an administrator": (
        {},
        {"deployer_rights": "none", "existing": {"desk": IDS}},
        ["not-seen-here"],
    ),
}
"""Name → settings of the agent, settings of `entra`, and the findings."""


@pytest.mark.parametrize("name", VARIANTS)
def test_network_with_an_agent_that_acts_for_users_as_declared_is_proved_in_every_source(
    name: str, tmp_path: Path
) -> None:
    settings, entra, expected = VARIANTS[name]
    network = {**NETWORK, "agents": {"desk": {**NETWORK["agents"]["desk"], **settings}}}
    root = write_project(tmp_path, network, {**ENVIRONMENT, "entra": {**ENTRA, **entra}}, "dev")
    loaded = load_with_document("dev", config_getter(root, "dev"), root=root, role_refusal_reason=any_role)
    declared = Declared.from_json(json.loads(json.dumps(declared_document(*loaded))))
    result = deploy(loaded[0], loaded[1], tmp_path / "world.json")

    for source, graph in every_graph(result, local.read_world(tmp_path / "world.json")).items():
        proof = prove(graph, declared)
        assert (proof.failures, proof.allowed) == ((), proof.declared), source
        found = [one.rule.id for one in check(graph, declared, today=acting.TODAY)]
        assert [each for each in found if each in ABOUT or each.startswith("not-seen")] == expected, source
        assert not {one.rule.id for one in check(graph, today=acting.TODAY)} & ABOUT, source
        assert graph.unread == (), source
