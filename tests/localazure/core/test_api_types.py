"""Tests of the published API types: their files, and the script that reduces them from the upstream layout."""

import json
from pathlib import Path
from typing import Any

import pytest

from localazure.arm.api_types import DATA, provider_of
from localazure.reduce_api_types import Reducer, ReductionError, main, sdk_version
from localazure.services import catalogue

NATIVE = {kind.token for kind in catalogue() if kind.token.startswith("azure-native:")}
FILES = sorted(DATA.glob("*.json"))
GROUP = "azure-native:resources:ResourceGroup"

# A resource type with every construct that upstream has, written by hand.
PUBLISHED: list[dict[str, Any]] = [
    {"$type": "StringType", "minLength": 1, "maxLength": 90, "pattern": "^[a-z]+$"},
    {"$type": "StringLiteralType", "value": "Microsoft.Resources/resourceGroups"},
    {
        "$type": "ObjectType",
        "name": "Microsoft.Resources/resourceGroups",
        "properties": {
            "name": {"type": {"$ref": "#/0"}, "flags": 9, "description": "its name"},
            "type": {"type": {"$ref": "#/1"}, "flags": 10},
            "apiVersion": {"type": {"$ref": "#/1"}, "flags": 10},
            "properties": {"type": {"$ref": "#/3"}, "flags": 1},
            "secret": {"type": {"$ref": "#/0"}, "flags": 4},
        },
    },
    {
        "$type": "DiscriminatedObjectType",
        "name": "Properties",
        "discriminator": "mode",
        "baseProperties": {
            "tags": {"type": {"$ref": "#/4"}, "flags": 0},
            "sizes": {"type": {"$ref": "#/5"}, "flags": 0},
            "state": {"type": {"$ref": "#/7"}, "flags": 2},
            "tier": {"type": {"$ref": "#/10"}, "flags": 0},
            "on": {"type": {"$ref": "#/11"}, "flags": 0},
            "anything": {"type": {"$ref": "#/12"}, "flags": 0},
        },
        "elements": {"One": {"$ref": "#/13"}},
    },
    {"$type": "ObjectType", "name": "Tags", "properties": {}, "additionalProperties": {"$ref": "#/14"}},
    {"$type": "ArrayType", "itemType": {"$ref": "#/6"}, "maxLength": 3},
    {"$type": "IntegerType", "minValue": 0, "maxValue": 9},
    {"$type": "UnionType", "elements": [{"$ref": "#/8"}, {"$ref": "#/9"}]},
    {"$type": "StringLiteralType", "value": "Ready"},
    {"$type": "StringLiteralType", "value": "Failed"},
    {"$type": "UnionType", "elements": [{"$ref": "#/8"}, {"$ref": "#/14"}]},
    {"$type": "BooleanType"},
    {"$type": "AnyType"},
    {"$type": "ObjectType", "name": "Tags", "properties": {"self": {"type": {"$ref": "#/3"}, "flags": 0}}},
    {"$type": "StringType"},
]
TEXT = {"type": "string"}
REDUCED = {
    "Microsoft.Resources/resourceGroups": {
        "type": "object",
        "properties": {
            "name": {**TEXT, "minLength": 1, "maxLength": 90, "pattern": "^[a-z]+$", "required": True},
            "type": {"const": "Microsoft.Resources/resourceGroups", "read_only": True},
            "apiVersion": {"const": "Microsoft.Resources/resourceGroups", "read_only": True},
            "properties": {"ref": "Properties", "required": True},
            "secret": {**TEXT, "minLength": 1, "maxLength": 90, "pattern": "^[a-z]+$", "write_only": True},
        },
    },
    "Properties": {
        "type": "object",
        "properties": {
            "tags": {"ref": "Tags"},
            "sizes": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9}, "maxItems": 3},
            "state": {"enum": ["Ready", "Failed"], "read_only": True},
            "tier": {**TEXT, "known_values": ["Ready"]},
            "on": {"type": "boolean"},
            "anything": {},
        },
        "discriminator": "mode",
        "variants": {"One": {"ref": "Tags (2)"}},
    },
    "Tags": {"type": "object", "properties": {}, "additional": TEXT},
    "Tags (2)": {"type": "object", "properties": {"self": {"ref": "Properties"}}},
}


def checkout(root: Path, entries: list[dict[str, Any]], version: str = "") -> Path:
    """Create a directory in the layout of bicep-types-az with the API types of resource groups."""
    folder = root / "generated" / "resources_9" / "microsoft.resources" / (version or sdk_version(GROUP))
    folder.mkdir(parents=True)
    (folder / "types.json").write_text(json.dumps(entries), "utf-8")
    return root


def test_reducing_api_types_keeps_every_construct_of_the_upstream_schema() -> None:
    assert Reducer(PUBLISHED).reduced("Microsoft.Resources/resourceGroups") == REDUCED


def test_script_that_reduces_api_types_writes_one_file_per_provider(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()

    assert main([str(checkout(tmp_path / "in", PUBLISHED)), "resources", "--into", str(out)]) == 0

    assert [path.name for path in out.iterdir()] == ["resources.json"]
    (token, entry) = next(iter(json.loads((out / "resources.json").read_text("utf-8")).items()))
    assert (token, entry["api_version"], entry["types"]) == (GROUP, sdk_version(GROUP), REDUCED)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resources"], "Microsoft.Resources/resourceGroups is in no"),
        (["elsewhere"], "local Azure simulates no resource types of elsewhere"),
    ],
)
def test_script_that_reduces_api_types_reports_missing_types_and_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(checkout(tmp_path, PUBLISHED, "2000-01-01")), *arguments])

    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_script_that_reduces_api_types_refuses_a_type_without_api_version_in_the_sdk() -> None:
    with pytest.raises(ReductionError, match="states no API version for azure-native:resources:Nothing"):
        sdk_version("azure-native:resources:Nothing")


def test_every_resource_type_of_local_azure_has_an_entry_in_its_providers_api_types_file() -> None:
    found = {token: path.stem for path in FILES for token in json.loads(path.read_text("utf-8"))}

    assert found == {token: provider_of(token) for token in NATIVE}, (
        "run python -m localazure.reduce_api_types; localazure/arm/data/README.md describes it"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_api_types_file_is_formatted_and_has_the_api_versions_of_the_sdk(path: Path) -> None:
    text = path.read_text("utf-8")
    types = json.loads(text)

    assert text == json.dumps(types, indent=1, sort_keys=True) + "\n"
    assert {token: entry["api_version"] for token, entry in types.items()} == {
        token: sdk_version(token) for token in types
    }
