"""Test that the components work in any Pulumi program, without a manifest."""

import ast
import runpy
from pathlib import Path

import pytest

from tests.components.recorder import record

PROGRAM = """
from pulumi_azure_native import authorization, resources

from components.agents.container_app import ContainerAppAgent
from components.hosts.container_apps_environment import HostingEnvironment
from components.resources.blob_container import BlobContainer
from components.resources.image_registry import ImageRegistry
from components.resources.storage_account import StorageAccount

client = authorization.get_client_config_output()
group = resources.ResourceGroup("demo", location="westeurope")
hosting = HostingEnvironment(
    "demo",
    {
        "environment_name": "demo",
        "resource_group_name": group.id.apply(lambda _: "demo"),
        "location": "westeurope",
        "log_retention_days": 30,
    },
)
place = {
    "subscription_id": client.subscription_id,
    "tenant_id": client.tenant_id,
    "resource_group_name": "demo",
    "location": "westeurope",
    "workspace_id": hosting.workspace_id,
}
notes = BlobContainer(
    "notes", {"account": StorageAccount("data", {**place, "azure_name": "demodata1"}), "container": "notes"}
)
writer = ContainerAppAgent(
    "writer",
    {
        "app_name": "writer",
        "pull_identity_name": "writer-pull",
        "resource_group_name": "demo",
        "location": "westeurope",
        "environment_id": hosting.environment_id,
        "registry": ImageRegistry("images", {**place, "azure_name": "demoimages1"}),
        "repository": "writer",
        "image_tag": "1",
        "cpu": 0.25,
        "memory": "0.5Gi",
        "min_replicas": 0,
        "max_replicas": 1,
    },
)
notes.allow(writer, "write", paths=["drafts/"])
"""
WITH_OWN_IDENTITY = (
    PROGRAM.replace('notes.allow(writer, "write", paths=["drafts/"])', "")
    .replace(
        '"app_name"',
        """"own_identity": {
            "azure_name": "writer-own",
            "subscription_id": client.subscription_id,
            "permissions": [Permission(notes, "write", ["drafts/"])],
        },
        "app_name\"""",
    )
    .replace("from components.hosts", "from components.agents.permissions import Permission\nfrom components.hosts")
)


@pytest.mark.parametrize("code", [PROGRAM, WITH_OWN_IDENTITY], ids=["system-assigned", "user-assigned"])
def test_components_work_in_a_pulumi_program_without_a_manifest(tmp_path: Path, code: str) -> None:
    program = tmp_path / "__main__.py"
    program.write_text(code)
    imported = {node.module or "" for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)}
    assert not {module for module in imported if module.startswith("manifest")}

    recorded = record(lambda: runpy.run_path(str(program)))

    assert {one.name for one in recorded.all("RoleAssignment")} == {
        "writer-may-pull-images",
        "writer-may-write-notes",
    }
    written = recorded.one("RoleAssignment", "writer-may-write-notes").urn
    assert (written in recorded.one("ContainerApp").dependencies) is (code == WITH_OWN_IDENTITY)
