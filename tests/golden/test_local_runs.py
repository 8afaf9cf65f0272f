"""Tests that a local run finds no changes in stacks recorded by an earlier version, and can destroy them."""

import base64
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dill  # pyright: ignore[reportMissingTypeStubs]
import pytest
from azure.core import PipelineClient
from pulumi import dynamic
from pulumi.runtime._serialization import _deserialize

from components.user_context.runtime_settings import VARIABLE
from localazure.arm.world import Resource, World
from localazure.deployment.project import Project
from localazure.deployment.steps import Op
from localazure.run import Operation, RunResult, run
from tests.fabrikam import LEGACY, copy_project, restore_recorded_settings

GOLDEN = Path(__file__).parent
STACKS = pytest.mark.parametrize("stack", ["dev", "prod"])
LATER = {"research-project-may-use-fabrikam-foundry"}
"""Names of the resources that a later version adds to the recorded stacks."""
OTHER_ARGUMENTS = {"fleet"}
"""Names of components that have other arguments in a later version, with the same resources: Defender's workspace."""
OTHER_VARIABLES = {"analysis", "ingestion", "notifier", "report", "security-scanner"}
"""Names of agents whose container gets a new variable in a later version: the settings of the runtime library."""
SHARED = "5c1d0000-0000-4000-8000-000000000001"


# Names of each version of an app or a deployment, and an output that a later version adds to a component.
_OF_A_VERSION = {"latestRevisionName", "latestReadyRevisionName", "resourceVersion", "default_domain"}
# The address of a project depends on its account, too, since it is built from the account's subdomain; and pods of an
# agent depend on its role assignments.
_OTHER_DEPENDENCIES = ("::unpublished-in-research-identity", "$kubernetes:apps/v1:Deployment::notifier")
_WITHOUT_DEPENDENCIES: dict[str, Any] = {"dependencies": [], "propertyDependencies": {}}


def without_variable(value: Any) -> Any:  # noqa: ANN401 - any part of a resource
    """Return a value of a resource without the variable that a later version adds to containers, and its versions."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {key: without_variable(each) for key, each in entries if key not in _OF_A_VERSION}
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        return [without_variable(each) for each in items if not isinstance(each, dict) or each.get("name") != VARIABLE]
    return value


def recorded(stack: str) -> list[dict[str, Any]]:
    """Return the resources in the recorded state of a stack."""
    return json.loads((GOLDEN / f"{stack}.export.json").read_text("utf-8"))["deployment"]["resources"]


def on_recording(tmp_path: Path, stack: str, operation: Operation) -> tuple[RunResult, Path]:
    """Run one operation on a copy of a recorded stack."""
    path = Path(shutil.copy(GOLDEN / f"{stack}.local.json", tmp_path / f"{stack}.json"))
    project = Project.at(restore_recorded_settings(copy_project(tmp_path, LEGACY)))
    config = project.config(stack)
    result = run(project.run, project=project.name, stack=stack, config=config, operation=operation, path=path)
    return result, path


def shown(resource: Resource) -> dict[str, Any]:
    """Return a simulated resource as plain data, without the environment variable that a later version adds."""
    return without_variable(asdict(resource))


def compared(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the rows of a state by URN, without new resources and without those of components with other arguments."""
    named: dict[str, Any] = {
        row["urn"]: without_variable(row)
        for row in rows
        if row["urn"].rpartition("::")[2] not in LATER | OTHER_ARGUMENTS
    }
    return {
        urn: {**row, **_WITHOUT_DEPENDENCIES} if urn.endswith(_OTHER_DEPENDENCIES) else row
        for urn, row in named.items()
    }


@STACKS
def test_local_preview_of_a_recorded_stack_only_adds_the_resources_of_later_versions(
    tmp_path: Path, stack: str
) -> None:
    kept = json.loads((GOLDEN / f"{stack}.local.json").read_text("utf-8"))["stack"]

    result, _ = on_recording(tmp_path, stack, Operation.PREVIEW)

    assert [failure.message for failure in result.failures] == []
    assert {(step.op, step.record.name) for step in result.steps if step.op is not Op.SAME} == {
        *((Op.CREATE, name) for name in LATER),
        *((Op.UPDATE, name) for name in OTHER_ARGUMENTS | OTHER_VARIABLES),
    }
    updated = [step.record for step in result.steps if step.op is Op.UPDATE and step.record.custom]
    assert {(one.type.rpartition(":")[2], one.name) for one in updated} == {
        ("Deployment" if name == "notifier" else "ContainerApp", name) for name in OTHER_VARIABLES
    }
    assert {step.record.urn for step in result.steps if step.op is not Op.CREATE} == {row["urn"] for row in kept}


@STACKS
def test_local_up_of_a_recorded_stack_keeps_every_recorded_resource_as_it_is(tmp_path: Path, stack: str) -> None:
    before = World.load(GOLDEN / f"{stack}.local.json")

    result, path = on_recording(tmp_path, stack, Operation.UP)

    world = World.load(path)
    added = {name for name in world.resources if name not in before.resources}
    assert result.ok
    assert len(added) == len(LATER)
    assert {name: shown(one) for name, one in world.resources.items() if name not in added} == {
        name: shown(one) for name, one in before.resources.items()
    }
    assert world.principals == before.principals
    assert compared(world.stack) == compared(before.stack)


@STACKS
def test_local_destroy_of_a_stack_recorded_by_an_earlier_version_removes_everything(tmp_path: Path, stack: str) -> None:
    result, path = on_recording(tmp_path, stack, Operation.DESTROY)

    assert [failure.message for failure in result.failures] == []
    assert (result.records, result.world.resources, result.world.principals) == ([], {}, {})
    assert World.load(path).soft_deleted == result.world.soft_deleted


def provider() -> dynamic.ResourceProvider:
    """Load the dynamic provider that an earlier version pickled into a state, as Pulumi's plugin does."""
    pickled = base64.b64decode((GOLDEN / "provider.txt").read_text("utf-8"))
    return _deserialize(lambda: dill.loads(pickled))  # noqa: S301 (our own recording)


def identity() -> dict[str, Any]:
    """Return the only resource in the recordings that a dynamic provider created."""
    (row,) = (row for row in recorded("dev") if row["type"] == "pulumi-python:dynamic/foundry:AgentIdentity")
    return row


def test_dynamic_provider_pickled_by_an_earlier_version_finds_no_difference_in_the_recorded_state() -> None:
    row = identity()

    found = provider().diff(row["id"], row["outputs"], row["inputs"])

    assert (found.changes, found.replaces) == (False, [])
    moved = provider().diff(row["id"], row["outputs"], {**row["inputs"], "project_id": "/another"})
    assert (moved.changes, moved.replaces) == (True, ["project_id"])


def test_dynamic_provider_pickled_by_an_earlier_version_reads_the_recorded_identity_from_azure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = identity()
    addresses: list[str] = []

    def project_with_shared_identity(_: object, request: Any) -> object:  # noqa: ANN401 (the SDK's request)
        addresses.append(request.url)
        body = {"properties": {"agentIdentity": {"agentIdentityId": SHARED}}}
        return SimpleNamespace(status_code=200, text=lambda: json.dumps(body))

    monkeypatch.setattr(PipelineClient, "send_request", project_with_shared_identity)

    found = provider().read(row["id"], row["outputs"])

    assert (found.id, (found.outs or {})["principal_id"]) == (row["id"], SHARED)
    assert any(row["inputs"]["project_id"] in address for address in addresses)
