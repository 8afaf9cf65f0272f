"""One deployment as each of the documents that tell of it, and as the resources that a policy pack sees."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from access.model.graph import Graph
from access.model.json_values import UNKNOWN
from access.readers import export, local, pack, preview
from localazure.output.document import document
from localazure.run import RunResult
from tests.network.deploying import deploy, described, granted

Row = dict[str, Any]


def deployed(network: Row, environment: Row, stack: str) -> tuple[RunResult, Graph]:
    """A network on local Azure, and the graph of the file that it leaves."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "world.json"
        result = deploy(*described(network, environment, stack), path=path)
        return result, local.read_world(path)


def rows(result: RunResult) -> list[Row]:
    """The resources as the engine remembers them, as plain JSON."""
    return json.loads(json.dumps([record.to_json() for record in result.records]))


def printed(result: RunResult) -> Row:
    """What `agent-network up --json` prints."""
    return json.loads(json.dumps(document(result, granted(result))))


def exported(resources: list[Row]) -> Row:
    """What `pulumi stack export` prints."""
    return {"version": 3, "deployment": {"manifest": {"version": "v3"}, "resources": resources}}


def previewed(resources: list[Row]) -> Row:
    """What `pulumi preview --json` prints before any of it exists: names, and nothing that Azure makes up."""
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
    """What a policy pack sees: objects that know each other, and raise for what is not known yet."""
    objects = {row["urn"]: SimpleNamespace(urn=row["urn"]) for row in resources}
    for row in resources:
        depends = row.get("propertyDependencies", {})
        vars(objects[row["urn"]]).update(
            resource_type=row["type"],
            name=row["urn"].rpartition("::")[2],
            props=Shy({"id": row.get("id", ""), **row.get("inputs", {}), **row.get("outputs", {})}),
            opts=SimpleNamespace(parent=row.get("parent")),
            parent=objects.get(row.get("parent", "")),
            property_dependencies={name: [objects[urn] for urn in urns] for name, urns in depends.items()},
        )
    return list(objects.values())


class Shy(Mapping[str, Any]):
    """As the policy SDK wraps properties: it raises for what is not known."""

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
    """The same network from every source."""
    remembered = rows(result)
    return {
        "world": world,
        "document": local.read(printed(result)),
        "export": export.read(exported(remembered)),
        "preview": preview.read(previewed(remembered)),
        "pack": pack.read(shown(remembered)),
    }


def granted_in(graph: Graph) -> set[tuple[str, ...]]:
    """Who it is in the network, purpose, role, and the resource with its kind, of every assignment."""
    found: set[tuple[str, ...]] = set()
    for one in graph.assignments:
        principal = graph.principal(one.principal)
        (resource, *_) = (
            each for each in map(graph.resource, _upwards(one.scope)) if each is not None and each.declared
        )
        assert principal is not None
        assert principal.exists
        assert one.role is not None
        found.add((principal.display_name, principal.purpose, one.role.name, resource.name, resource.kind))
    return found


def _upwards(scope: str) -> Iterator[str]:
    while scope:
        yield scope
        scope = scope.rpartition("/")[0]


def _made_up(resources: list[Row]) -> Iterator[str]:
    """Everything that Azure makes up when a resource is created."""
    for row in resources:
        if not row.get("external"):
            outputs = row.get("outputs", {})
            yield row.get("id", "") if str(row["type"]).startswith(("azure-native:", "pulumi-python:")) else ""
            yield from (outputs.get(name, "") for name in ("principalId", "principal_id", "scope"))
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
    return UNKNOWN if isinstance(value, str) and any(one and one in value for one in made) else value
