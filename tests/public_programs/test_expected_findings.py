"""Tests that each small public program has exactly the findings of expected.txt, which states a reason for each."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from access.azure.catalogue import by_name
from access.azure.key_switches import ARM_TYPES
from access.azure.roles import definition_id
from access.azure.types import BY_TOKEN
from cli.main import run
from tests.access.readers.programs import GROUP, SECRET, SUBSCRIPTION, UNKNOWN, urn

Row = dict[str, Any]

HERE = Path(__file__).parent
PROGRAMS: Row = yaml.safe_load((HERE / "programs.yaml").read_text("utf-8"))
PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
GUID = "00000000-0000-4000-8000-{:012x}"


class Expected(NamedTuple):
    """One line of expected.txt, without its reason."""

    program: str
    severity: str
    finding: str
    subject: str


def expected() -> dict[Expected, str]:
    """Return the reason of each expected finding."""
    lines = (HERE / "expected.txt").read_text("utf-8").splitlines()
    rows = [[part.strip() for part in line.split("|")] for line in lines if line and not line.startswith("#")]
    return {Expected(*row[:4]): row[4] for row in rows}


def value_of(name: str) -> object:
    """Return the value of a placeholder."""
    head, _, rest = name.partition(" ")
    known: Mapping[str, object] = {
        "group": GROUP,
        "subscription": f"/subscriptions/{SUBSCRIPTION}",
        "data": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/data",
        "hexadecimal key": "8d7f6a5b4c3d2e1f" + "0a9b8c7d6e5f4a3b",
        "unknown": UNKNOWN,
        "secret": SECRET,
        "password": "Tr0ub4dor&" + "3-horse",
        "cosmos reader": f"{GROUP}/x/sqlRoleDefinitions/00000000-0000-0000-0000-000000000001",
    }
    return known.get(name) or (
        definition_id(by_name(rest), SUBSCRIPTION) if head == "role" else rest.partition(" ")[2] + "-principal"
    )


def filled(value: object) -> Any:  # noqa: ANN401 - any value of the file
    """Return a value with all placeholders replaced."""
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value)
        return value_of(whole[1]) if whole else PLACEHOLDER.sub(lambda found: str(value_of(found[1])), value)
    if isinstance(value, dict):
        return {name: filled(each) for name, each in value.items()}
    return [filled(each) for each in value] if isinstance(value, list) else value


def rows_of(program: Row) -> list[Row]:
    """Return the resources of a program as rows of an export."""
    names = {name: urn(spec[0], name) for name, spec in program["resources"].items()}
    rows: list[Row] = []
    for number, (name, spec) in enumerate(program["resources"].items()):
        kind = str(spec[0])
        parts: list[Row] = [*spec[1:], {}, {}, {}]
        inputs, outputs, more = parts[:3]
        given: Row = filled(inputs)
        own: Row = {"resourceGroupName": "agents", **given}
        answered: Row = filled(outputs)
        if "identity" in own:
            answered["identity"] = {**own["identity"], "principalId": f"{name}-principal"}
        if kind.endswith(":UserAssignedIdentity"):
            answered["principalId"] = f"{name}-principal"
        depends = {prop: [names[other]] for prop, other in more.get("after", {}).items()}
        rows.append(
            {
                "urn": names[name],
                "type": kind,
                "custom": kind != "pulumi:pulumi:Stack",
                "id": id_of(kind, name, number, own),
                "inputs": own,
                "outputs": answered,
                "propertyDependencies": depends,
                **{each: value for each, value in more.items() if each != "after"},
            }
        )
    return rows


def id_of(kind: str, name: str, number: int, inputs: Row) -> str:
    """Return an id of the form that Azure gives a resource of the type."""
    row = BY_TOKEN.get(kind)
    if kind == "pulumi:pulumi:Stack":
        return ""
    if "roleAssignment" in kind.lower().replace("sqlrole", "") or "Resource" in kind.rpartition(":")[2][:8]:
        return f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{GUID.format(number)}"
    if row is None or row.attached_to:
        return f"{GROUP}/providers/{ARM_TYPES.get(kind, 'Some.Provider/things')}/{name}"
    parts = {part: inputs.get(part, name) for part in row.parts}
    return row.path.format(**{**parts, "subscription": SUBSCRIPTION})


def document_of(program: Row) -> Row:
    """Return the export or the preview of a program."""
    rows = rows_of(program)
    if program["form"] == "export":
        return {"version": 3, "deployment": {"manifest": {}, "resources": rows}}
    new = [{name: value for name, value in row.items() if name not in {"id", "outputs"}} for row in rows]
    return {"steps": [{"op": "create", "urn": row["urn"], "newState": row} for row in new]}


def subject_of(finding: Row) -> str:
    """Return the name of the resource that a finding is about, from its location."""
    return re.split(r"::|/", finding["location"])[-1]


@pytest.fixture
def findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], set[Expected]]:
    """Return a function that runs the check of a program outside of every project."""
    monkeypatch.chdir(tmp_path)

    def found(name: str) -> set[Expected]:
        Path("program.json").write_text(json.dumps(document_of(PROGRAMS[name])))
        run(["access", "check", "--of", "program.json", "--without-manifest", "--format", "json"])
        rows = json.loads(capsys.readouterr().out)
        return {Expected(name, each["severity"], each["id"], subject_of(each)) for each in rows}

    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_public_program_has_exactly_the_expected_findings(name: str, findings: Callable[[str], set[Expected]]) -> None:
    assert findings(name) == {each for each in expected() if each.program == name}


def test_every_expected_finding_has_a_reason_and_a_program_with_its_source() -> None:
    assert all(expected().values())
    assert {each.program for each in expected()} <= set(PROGRAMS)
    assert all(each["source"] for each in PROGRAMS.values())
