"""Test fixture: the Fabrikam network as declared and as deployed on local Azure."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from access.model.declared import Declared
from access.model.graph import Assignment, Graph
from access.readers import local
from localazure.deployment.project import Project
from localazure.output.document import document as document_of
from localazure.run import run
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.fabrikam import FABRIKAM
from tests.network.deploying import granted
from tests.projects import any_role


@cache
def declared(stack: str = "dev", root: Path = FABRIKAM) -> Declared:
    get = config_getter(root, stack)
    found = load_with_document(stack, get, root=root, role_refusal_reason=any_role)
    return Declared.from_json(json.loads(json.dumps(declared_document(*found))))


@cache
def _document(stack: str, root: Path) -> str:
    project = Project.at(root)
    result = run(project.run, project=project.name, stack=stack, config=project.config(stack))
    assert result.ok, [failure.message for failure in result.failures]
    return json.dumps(document_of(result, granted(result)))


def document(stack: str = "dev", root: Path = FABRIKAM) -> dict[str, Any]:
    """Return a copy of the JSON document of a preview of Fabrikam on local Azure."""
    return json.loads(_document(stack, root))


def graph(stack: str = "dev", root: Path = FABRIKAM) -> Graph:
    return local.read(document(stack, root))


def changed(before: Graph, assignments: list[Assignment] | None = None, **more: Any) -> Graph:  # noqa: ANN401
    """Return a copy of a graph with other principals, resources or assignments."""
    parts: dict[str, Any] = {
        "principals": before.principals,
        "resources": before.resources,
        "assignments": before.assignments if assignments is None else assignments,
        "denies": before.denies,
        "applications": before.applications,
        "source": before.source,
    }
    return Graph(**parts | more)
