"""JSON Schemas of network.yaml and the stack files, generated from the models, for completion and checks in editors.

`agent-network manifest schema` writes both files. Rules about several entries are not in the schemas; `load` checks
them.
"""

import json
from pathlib import Path
from typing import Any, cast

from manifest.base_model import as_mapping
from manifest.environment import Environment
from manifest.network import Network
from manifest.stack_file import PROJECT_FILE
from manifest.yaml_document import read_document

__all__ = ["COMMAND", "environment_schema", "network_schema", "schemas"]

COMMAND = "agent-network manifest schema"
_DIALECT = "https://json-schema.org/inputs/2020-12/schema"


def network_schema() -> dict[str, Any]:
    """Return the JSON Schema of network.yaml."""
    return {"$schema": _DIALECT, **_tidy(Network.model_json_schema(by_alias=True))}


def environment_schema(project: str) -> dict[str, Any]:
    """Return the JSON Schema of Pulumi.<stack>.yaml: the project's own keys, and any keys of other namespaces."""
    schema = _tidy(Environment.model_json_schema(by_alias=True))
    keys = {f"{project}:{name}": value for name, value in schema["properties"].items() if name != "stack"}
    required = [f"{project}:{name}" for name in schema["required"] if name != "stack"]
    config: dict[str, Any] = {
        "type": "object",
        "description": schema["description"],
        "properties": keys,
        "patternProperties": {f"^(?!{project}:)[^:]+:": {}},
        "additionalProperties": False,
        "required": required,
    }
    return {
        "$schema": _DIALECT,
        "$defs": schema["$defs"],
        "title": "Environment",
        "type": "object",
        "properties": {"config": config},
        "required": ["config"],
    }


def schemas(root: Path) -> dict[str, str]:
    """Return the file name and the contents of each JSON Schema file of the project at `root`."""
    project = str(read_document(root, PROJECT_FILE).data["name"])
    both = {"network.schema.json": network_schema(), "environment.schema.json": environment_schema(project)}
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in both.items()}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema without parts that are useless in an editor; an optional key may not be empty."""
    tidy = {key: _tidy_value(value) for key, value in schema.items() if not _noise(key, value)}
    options = tidy.get("anyOf")
    if isinstance(options, list) and {"type": "null"} in options:
        one = [option for option in cast("list[dict[str, Any]]", options) if option != {"type": "null"}]
        tidy = {key: value for key, value in tidy.items() if key != "anyOf"} | one[0]
    patterns = as_mapping(tidy.get("patternProperties"))
    if patterns and "propertyNames" in tidy:  # in pydantic's form, every other key passes
        ((pattern, value),) = patterns.items()
        names = {**(as_mapping(tidy["propertyNames"]) or {}), "pattern": pattern}
        tidy = {key: one for key, one in tidy.items() if key != "patternProperties"}
        return {**tidy, "propertyNames": names, "additionalProperties": value}
    return tidy


def _tidy_value(value: object) -> object:
    if isinstance(value, list):
        return [_tidy_value(one) for one in cast("list[object]", value)]
    inner = as_mapping(value)
    return value if inner is None else _tidy(inner)


def _noise(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value in (None, ""))
