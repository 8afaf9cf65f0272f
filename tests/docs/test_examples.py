"""Tests that the example networks in the documentation have no findings."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from access.findings import check
from access.model.declared import Declared
from access.readers import local
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.access.readers.sources import printed
from tests.fabrikam import REPOSITORY
from tests.network.deploying import deploy
from tests.projects import any_role

PAGE = (REPOSITORY / "docs/howto/write-your-own-network.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
NETWORK = BLOCKS[0]
(ENVIRONMENT,) = (block for block in BLOCKS if block.startswith("# yaml-language-server: $schema=environment"))
FORMS = re.findall(r"^\| `((?:invoices|paid|models): [^`]+)` \|", PAGE, re.MULTILINE)


def findings(root: Path, network: str) -> list[str]:
    """Return the findings of a network deployed to local Azure, by rule and text."""
    (root / "Pulumi.yaml").write_text("name: agent-network\n")
    (root / "network.yaml").write_text(network)
    (root / "Pulumi.dev.yaml").write_text(ENVIRONMENT)
    read, around, document = load_with_document(
        "dev", config_getter(root, "dev"), root=root, role_refusal_reason=any_role
    )
    stated = Declared.from_json(json.loads(json.dumps(declared_document(read, around, document))))
    graph = local.read(printed(deploy(read, around)))
    return [f"{one.rule.id}: {one.what}" for one in check(graph, stated, today=date(2026, 1, 1))]


def test_example_network_of_the_how_to_for_writing_a_network_has_no_access_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, NETWORK) == []


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_access_in_the_how_to_has_no_access_findings(tmp_path: Path, form: str) -> None:
    resource = form.partition(":")[0]
    agent = f"  other:\n    image: other\n    access:\n      {form}\n"

    assert resource in NETWORK
    assert findings(tmp_path, NETWORK + agent) == []


def test_how_to_for_writing_a_network_shows_three_forms_of_access() -> None:
    assert len(FORMS) == 3
