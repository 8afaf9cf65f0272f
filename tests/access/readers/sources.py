"""One deployed network in every source format: export, preview, document and policy pack."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from access.azure.types.cognitiveservices import PROJECT_ROLE
from access.model.graph import Graph
from access.model.json_values import UNKNOWN
from access.readers import export, local, pack, preview
from localazure.output.document import document
from localazure.run import RunResult
from tests.network.deploying import deploy, described, granted

Row = dict[str, Any]


_IDS = ("clientId", "objectId", "principalId", "principal_id", "scope")
_OWN_IDENTITY = re.compile(r"/.*/userAssignedIdentities/[\w-]+-(?:credential|own)")


def deployed(network: Row, environment: Row, stack: str) -> tuple[RunResult, Graph]:
    """Deploy a network to local Azure; return the run and the graph of its world file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        result = deploy(*described(network, environment, stack), path=path)
        return result, local.read_world(path)


def rows(result: RunResult) -> list[Row]:
    """Return the resources as rows of a stack export."""
    return json.loads(json.dumps([record.to_json() for record in result.records]))


def printed(result: RunResult) -> Row:
    """Return the output of `agent-network up --json`."""
    return json.loads(json.dumps(document(result, granted(result))))


def exported(resources: list[Row]) -> Row:
    """Return the output of `pulumi stack export`."""
    return {"version": 3, "deployment": {"manifest": {"version": "v3"}, "resources": resources}}


def previewed(resources: list[Row]) -> Row:
    """Return the output of `pulumi preview --json` before the first deployment, without outputs."""
    made = set(_made_up(resources))
    steps = []
    for row in resources:
        state = {name: row[name] for name in ("urn", "type", "custom", "parent", "propertyDependencies") if name in row}
        if row.get("external"):
            state |= {"external": True, "id": row["id"], "outputs": row.get("outputs", {})}
        state["inputs"] = _without(row.get("inputs", {}), made)
        steps.append({"op": "read" if row.get("external") else "create", "urn": row["urn"], "newState": state})
    return {"config": {}, "steps": steps}


def shown(resources: list[Row]) -> list[object]:
    """Return the resource objects that a policy pack receives."""
    objects = {row["urn"]: SimpleNamespace(urn=row["urn"]) for row in resources}
    for row in resources:
        depends = row.get("propertyDependencies", {})
        vars(objects[row["urn"]]).update(
            resource_type=row["type"],
            name=row["urn"].rpartition("::")[2],
            props=Shy({"id": row.get("id", ""), **row.get("inputs", {}), **row.get("outputs", {})}),
            opts=SimpleNamespace(parent=row.get("parent")),
            parent=objects.get(row.get("parent", "")),
            provider=None if row.get("custom") is False else SimpleNamespace(type="a provider"),
            property_dependencies={name: [objects[urn] for urn in urns] for name, urns in depends.items()},
        )
    return list(objects.values())


class Shy(Mapping[str, Any]):
    """Properties like those of the policy SDK, which raise an error for unknown values."""

    def __init__(self, values: Row) -> None:
        self._values = values

    def __getitem__(self, name: str) -> object:
        value = self._values[name]
        if value == UNKNOWN:
            raise RuntimeError(f"{name} is not known")
        return Shy(value) if isinstance(value, dict) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def every_graph(result: RunResult, world: Graph) -> dict[str, Graph]:
    """Build the graph of the same network with every reader."""
    remembered = rows(result)
    return {
        "world": world,
        "document": local.read(printed(result)),
        "export": export.read(exported(remembered)),
        "preview": preview.read(previewed(remembered)),
        "pack": pack.read(shown(remembered)),
    }


def granted_in(graph: Graph) -> set[tuple[str, ...]]:
    """Return agent, purpose, role, resource and kind of every assignment of a graph."""
    found: set[tuple[str, ...]] = set()
    for one in graph.assignments:
        principal = graph.principal(one.principal)
        around = [each for each in map(graph.resource, _upwards(one.scope)) if each is not None]
        # The account of a Foundry project is not declared as a resource.
        resource = next((each for each in around if each.declared), around[0])
        assert principal is not None
        assert principal.exists
        assert one.role is not None
        kind = resource.kind if resource.declared and one.role.name != PROJECT_ROLE else ""
        name = resource.name if resource.declared else resource.name.lower()
        found.add((principal.display_name, principal.purpose, one.role.name, name, kind))
    return found


def _upwards(scope: str) -> Iterator[str]:
    while scope:
        yield scope
        scope = scope.rpartition("/")[0]


def _made_up(resources: list[Row]) -> Iterator[str]:
    """Return the values that Azure generates when a resource is created."""
    for row in resources:
        if not row.get("external"):
            outputs = row.get("outputs", {})
            made_by_service = ("azure-native:", "azuread:", "pulumi-python:")
            yield row.get("id", "") if str(row["type"]).startswith(made_by_service) else ""
            yield from (
                outputs.get(name, "") for name in ("clientId", "objectId", "principalId", "principal_id", "scope")
            )
            yield from _within(outputs, ("identity", "principalId"))
            yield from _within(outputs, ("properties", "defaultInstanceIdentity", "principalId"))
            yield from _within(outputs, ("properties", "agentIdentityBlueprint", "principalId"))
            yield from _within(outputs, ("identityProfile", "kubeletidentity", "objectId"))
            yield from _within(outputs, ("oidcIssuerProfile", "issuerURL"))


def _within(value: object, path: tuple[str, ...]) -> Iterator[str]:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str):
        yield value


def _without(value: object, made: set[str]) -> object:
    if isinstance(value, dict):
        return {name: _without(each, made) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, made) for each in value]
    # The id of an app's own identity is made of names, so that a preview knows it.
    made_of_names = isinstance(value, str) and _OWN_IDENTITY.fullmatch(value) is not None
    return (
        UNKNOWN if isinstance(value, str) and not made_of_names and any(one and one in value for one in made) else value
    )
