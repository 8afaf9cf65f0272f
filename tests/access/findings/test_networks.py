"""Tests of proof and findings for several networks, deployed on local Azure."""

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given

from access.findings import check
from access.model.declared import Declared
from access.questions.proof import prove
from access.readers import local
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.access.readers.sources import printed
from tests.derandomized import derandomized
from tests.network.deploying import deploy
from tests.projects import any_role, write_project
from tests.strategies import projects

JsonObject = dict[str, Any]

# What a network's own file can bring about: nobody uses something, or something existed before.
CAUSED_BY_A_NETWORK = {
    "allowed-shared-identity",
    "escape-hatch-role",
    "grant-without-tool",
    "mutable-image-tag",
    "not-seen-here",
    "redundant-grant",
    "separation-of-duties",
    "unauthenticated-ingress",
    "unknown-finding",
    "unknown-model",
    "unused-exception",
    "unused-resource",
    "waiting-access",
}

few = derandomized(8)


@few
@given(projects(hosts=True))
def test_generated_networks_allow_exactly_what_they_declare_and_have_only_findings_their_own_file_can_cause(
    project: tuple[JsonObject, JsonObject, str],
) -> None:
    network, environment, stack = project
    with TemporaryDirectory() as folder:
        root = write_project(Path(folder), network, environment, stack)
        get = config_getter(root, stack)
        read, around, document = load_with_document(stack, get, root=root, role_refusal_reason=any_role)
        redeclared = Declared.from_json(json.loads(json.dumps(declared_document(read, around, document))))
    graph = local.read(printed(deploy(read, around)))

    found = {(each.rule.id, each.what) for each in check(graph, redeclared, today=day_before_expiry(redeclared))}
    assert {(rule, what) for rule, what in found if rule not in CAUSED_BY_A_NETWORK} == set()
    proof = prove(graph, redeclared)
    assert proof.failures == ()
    assert proof.allowed == proof.declared


def day_before_expiry(redeclared: Declared) -> date:
    """Return a day on which no exception has expired."""
    return min((each.expires for each in redeclared.exceptions if each.expires), default=date(2026, 1, 1))
