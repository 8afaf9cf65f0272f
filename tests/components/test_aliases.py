"""Tests of Pulumi aliases: those that only name an API version are dropped, those for host moves are registered."""

from typing import cast

import pulumi
from pulumi_azure_native import storage

from components.agents.aks import AksAgent
from components.agents.base import Agent
from components.agents.container_app import ContainerAppAgent
from components.agents.foundry import FoundryAgent
from components.aliases import AGENT_TYPES, forget_api_versions
from tests.components.recorder import record


def aliases_after(*given: pulumi.Alias | str) -> list[pulumi.Alias | str]:
    options = pulumi.ResourceOptions(aliases=list(given))
    found: list[pulumi.Alias | str] = []

    def program() -> None:
        resource = pulumi.ComponentResource("test:index:Anything", "anything")
        args = pulumi.ResourceTransformationArgs(resource, "test:index:Anything", "anything", {}, options)
        result = forget_api_versions(args)
        assert result is not None
        found.extend(cast("list[str | pulumi.Alias]", result.opts.aliases or []))

    record(program)
    return found


def test_pulumi_aliases_with_former_names_parents_or_types_are_kept() -> None:
    kept = [
        pulumi.Alias(name="former"),
        pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE),
        pulumi.Alias(type_="azure-native:documentdb:DatabaseAccount"),
        "urn:pulumi:dev::agent-network::azure-native:storage/v20230101:StorageAccount::data",
    ]

    assert aliases_after(*kept) == kept


def test_pulumi_aliases_that_only_name_an_api_version_are_dropped() -> None:
    versions = ("v20230101", "v20230401preview", "v20230601alpha")

    assert aliases_after(*(pulumi.Alias(type_=f"azure-native:storage/{one}:StorageAccount") for one in versions)) == []


def test_azure_native_sdk_aliases_of_a_blob_container_are_all_dropped_as_api_versions() -> None:
    heard: list[pulumi.ResourceOptions] = []

    def listen(args: pulumi.ResourceTransformationArgs) -> None:
        heard.append(args.opts)

    record(
        lambda: storage.BlobContainer(
            "reports",
            account_name="data",
            resource_group_name="group",
            opts=pulumi.ResourceOptions(transformations=[listen]),
        )
    )

    (options,) = heard
    assert len(options.aliases or []) > 5
    assert aliases_after(*cast("list[str | pulumi.Alias]", options.aliases or [])) == []


def test_agent_types_for_host_move_aliases_are_the_agent_components_of_all_hosts() -> None:
    ours = [one for one in Agent.__subclasses__() if one.__module__.startswith("components.")]

    assert {AksAgent, ContainerAppAgent, FoundryAgent} <= {*ours}
    assert sorted(AGENT_TYPES) == sorted(one.TOKEN for one in ours)
