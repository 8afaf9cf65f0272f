"""Tests of the how-to for a killed update: its steps, on the real Pulumi engine, for the files that a kill leaves.

A kill leaves the lock of the stack, and operations that are pending in the state although Azure has their resources.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.engine.projects import REASON, Project, cli_is_here
from tests.fabrikam import REPOSITORY

pytestmark = [
    pytest.mark.skipif(not cli_is_here(), reason=REASON),
    pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not on PATH"),
]

PROGRAM = """
import pulumi
from pulumi_azure_native import managedidentity, resources, storage


class Account(pulumi.ComponentResource):
    def __init__(self, name, group):
        super().__init__("tiny:index:Account", name)
        account = storage.StorageAccount(
            name,
            account_name="tinyaccount",
            resource_group_name=group,
            location="westeurope",
            kind="StorageV2",
            sku={"name": "Standard_LRS"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"account": account.id})


group = resources.ResourceGroup("group", resource_group_name="rg", location="westeurope")
agent = managedidentity.UserAssignedIdentity(
    "agent", resource_name_="agent", resource_group_name=group.name, location="westeurope"
)
Account("things", group.name)
"""
HOW_TO = (REPOSITORY / "docs" / "howto" / "recover-an-interrupted-update.md").read_text("utf-8")
NAMES = {"agent": "agent", "things": "tinyaccount"}
"""Name in Azure of each resource whose creation was interrupted, by its logical name."""
CONFLICT = re.compile(r"cannot create already existing resource '([^']+)'")


def shown(start: str) -> str:
    """Return the command of the how-to that begins with some words."""
    lines = [line.strip() for block in re.findall(r"```sh\n(.*?)```", HOW_TO, re.DOTALL) for line in block.splitlines()]
    (command,) = [line for line in lines if line.startswith(start)]
    return command


def state_file(project: Project) -> Path:
    (found,) = (project.root / ".localazure/pulumi/state/.pulumi/stacks").rglob("dev.json")
    return found


def interrupt(project: Project) -> None:
    """Put the project into the state that a killed update leaves: a lock, and two creations that are pending."""
    path = state_file(project)
    state: dict[str, Any] = json.loads(path.read_text())
    latest = state["checkpoint"]["latest"]
    created = [each for each in latest["resources"] if each["urn"].rpartition("::")[2] in NAMES and each["custom"]]
    latest["resources"] = [each for each in latest["resources"] if each not in created]
    # The Azure provider returns the id of a resource when it is created: a pending creation has none.
    pending = [{name: value for name, value in each.items() if name not in {"id", "outputs"}} for each in created]
    latest["pending_operations"] = [{"resource": each, "type": "creating"} for each in pending]
    path.write_text(json.dumps(state))
    lock = (
        path.parents[2]
        / "locks"
        / "organization"
        / path.parent.name
        / "dev"
        / "00000000-0000-4000-8000-00000000000a.json"
    )
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(json.dumps({"pid": 1, "username": "x", "hostname": "y", "timestamp": "2026-11-28T00:00:00Z"}))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project.written(tmp_path, PROGRAM)
    project.pulumi("up --yes --skip-preview --stack dev")
    interrupt(project)
    return project


def ids_in_conflicts(project: Project) -> set[str]:
    """Run `pulumi up`, which fails, and return the ids of the resources that it reports as existing."""
    assert "pulumi up --continue-on-error --stack dev" in HOW_TO
    outcome = project.run("pulumi up --continue-on-error --yes --skip-preview --stack dev --non-interactive")
    assert outcome.code != 0
    return set(CONFLICT.findall(outcome.out + outcome.err))


def filled_in(project: Project, ids: set[str]) -> None:
    """Fill the ids of conflicts into the file of resources to import, as a person would."""
    path = project.root / "import.json"
    document = json.loads(path.read_text())
    for each in document["resources"]:
        assert each["id"] == ""
        (each["id"],) = (one for one in ids if one.endswith(f"/{NAMES[each['name']]}"))
    path.write_text(json.dumps(document))


def test_killed_update_is_finished_by_the_steps_of_the_how_to(project: Project) -> None:
    world = project.world.resources
    locked = project.run("pulumi up --yes --skip-preview --stack dev --non-interactive")
    assert "the stack is currently locked by 1 lock(s)" in locked.out + locked.err
    (pending,) = re.findall(r"```jq\n(.*?)```", HOW_TO, re.DOTALL)
    (project.root / "pending.jq").write_text(pending)

    outcomes = [project.run(shown(start)) for start in ("pulumi cancel", "pulumi stack export", "jq ")]
    ids = ids_in_conflicts(project)
    filled_in(project, ids)
    outcomes += [project.run(shown(start)) for start in ("pulumi import", "pulumi refresh")]

    assert [one.code for one in outcomes] == [0] * len(outcomes), [one.out + one.err for one in outcomes]
    project.pulumi("up --yes --skip-preview --stack dev")
    project.pulumi("preview --expect-no-changes --stack dev")
    assert project.world.resources.keys() == world.keys()
    assert "pending_operations" not in json.loads(state_file(project).read_text())["checkpoint"]["latest"]


def test_clearing_pending_creates_with_pulumi_refresh_leaves_the_conflicts_with_existing_resources(
    project: Project,
) -> None:
    project.pulumi("cancel --yes --stack dev")
    project.pulumi("refresh --clear-pending-creates --yes --skip-preview --stack dev")

    outcome = project.run("pulumi up --continue-on-error --yes --skip-preview --stack dev --non-interactive")
    assert outcome.code != 0
    assert "pending operations" not in outcome.out + outcome.err
    assert {one.rpartition("/")[2] for one in CONFLICT.findall(outcome.out + outcome.err)} == set(NAMES.values())
    project.run("pulumi preview --import-file import.json --stack dev --non-interactive")
    listed = json.loads((project.root / "import.json").read_text())["resources"]
    assert {each.get("logicalName", each["name"]) for each in listed} >= set(NAMES)
