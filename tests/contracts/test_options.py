"""Tests that every option of a network and its environment registers bodies that Azure's API types accept.

The bodies are the inputs that a program registers on Pulumi mocks, so that options are covered which local Azure cannot
deploy, such as the subnet of a cluster. The types are those that local Azure checks every request with.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from components.resources.kinds import KINDS
from localazure.arm.api_types import violations
from localazure.services import catalogue
from manifest import Environment
from tests.components.recorder import SUBSCRIPTION, TENANT, Recorded
from tests.contracts import networks
from tests.projects import write_project

WORKSPACE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shared/providers/Microsoft.OperationalInsights/workspaces/a"
MODEL = {"name": "small", "model": "gpt-5.6-luna", "version": "2026-07-09"}
ENVIRONMENT = networks.ENVIRONMENT
IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shared/providers/Microsoft.ManagedIdentity/userAssignedIdentities/e"
)
OWN_KEY = {"key": "https://contoso-keys.vault.azure.net/keys/data", "identity": IDENTITY}
WORKER: dict[str, Any] = {
    "image": "worker",
    "cpu": 1.0,
    "replicas": {"min": 0, "max": 9},
    "port": 8080,
    "ingress": {"kind": "external", "allow": ["198.51.100.0/24"]},
    "scale": {"kind": "queue", "resource": "jobs", "target": 5},
    "probes": {"startup": {"path": "/up", "initial_delay_seconds": 2, "timeout_seconds": 3, "failure_threshold": 9}},
    "environment": {"MODE": "fast"},
    "access": {
        "documents": {"verbs": "read", "paths": ["in/"]},
        "jobs": "receive",
        "news": "receive",
        "models": {"role": "Cognitive Services OpenAI User", "because": "it lists the deployments"},
    },
}
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {
        "documents": {"kind": "blob-container", "account": "contosodocs"},
        "jobs": {"kind": "service-bus-queue", "namespace": "contoso-bus"},
        "news": {"kind": "service-bus-topic", "namespace": "contoso-bus"},
        "models": {"kind": "model-account", "account": "contoso-openai", "deployments": [MODEL]},
        "signing": {"kind": "key-vault-secret", "vault": "contoso-vault"},
        "settings": {"kind": "app-configuration", "store": "contoso-settings"},
    },
    "hosts": {
        "lab": {"kind": "foundry-project", "account": "contoso-ai", "deployments": [MODEL]},
        "fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "private": True},
    },
    "agents": {
        "worker": WORKER,
        "early": {**WORKER, "identity": "user-assigned"},
        "web": {"image": "web", "port": 80, "ingress": "internal", "scale": {"kind": "http", "target": 20}},
        "pod": {"host": "aks", "cluster": "fleet", "image": "pod"},
        "review": {"host": "foundry", "project": "lab", "version": "1", "access": {"documents": "read"}},
    },
}
"""Network with the options of an agent, apart from those of `networks.EVERY_HOST`."""
SETTINGS: dict[str, dict[str, Any]] = {
    "production": {
        "production": True,
        "image_tag": "1.0.0",
        "image_tags": {"web": "1.0.1"},
        "replicas": {"min": 1, "max": 3},
        "tags": {"team": "agents"},
        "log_retention_days": 90,
    },
    "first deployment": {"placeholder_images": True, "purge_protection": False, "deleted": "report"},
    "recovery": {"deleted": "recover", "model_locations": {"contoso-openai": "swedencentral"}},
    "another cloud": {"cloud": "us-government", "entra": {"deployer_rights": "none"}},
    "zones": {"redundancy": "zone", "logs": "none"},
    "regions and own key": {"redundancy": "geo-zone", "customer_key": OWN_KEY},
    "own key of one version": {"customer_key": {**OWN_KEY, "key": f"{OWN_KEY['key']}/{'0123456789abcdef' * 2}"}},
    "elsewhere": {
        "resource_group": {"name": "contoso", "existing": True},
        "agent_principal_type": "AgentServicePrincipal",
    },
}
"""Settings of environments in which the network is registered, apart from those of `networks.of_hosts`."""
LOGS_AND_REGISTRY_ELSEWHERE: dict[str, Any] = {
    **NETWORK,
    "registry": {"name": "contosoimages", "existing": True, "permissions": "repository"},
    "logs": {"workspace": WORKSPACE},
}
PLACED = {"existing": {"contosoimages": {"name": "images", "resource_group": "shared", "subscription": TENANT}}}
# They choose a file or change no body that Azure gets; what they do is tested with the identities of Foundry.
WITHOUT_A_BODY = {"approval", "release", "release_identities", "stack", "project_identities"}


@cache
def registered(option: str) -> Recorded:
    """Return the registrations of a network with the settings of an option."""
    if option in KINDS:
        return networks.of_kind(option)
    if option == "every host":
        return networks.of_hosts()
    network, settings = (LOGS_AND_REGISTRY_ELSEWHERE, PLACED) if option == "existing" else (NETWORK, SETTINGS[option])
    with TemporaryDirectory() as root:
        return networks.of_project(write_project(Path(root), network, ENVIRONMENT | settings))


def refused(recorded: Recorded) -> Iterator[str]:
    """Yield the violations of Azure's API types in the bodies of a program, with resource and property."""
    types = catalogue()
    for one in recorded.resources:
        if one.custom and one.read is None and one.type.startswith("azure-native:"):
            yield from (f"{one.name} ({one.kind}): {each}" for each in violations(types.find(one.type), one.inputs))


@pytest.mark.parametrize("option", [*SETTINGS, "existing", "every host", *sorted(KINDS)])
def test_every_option_of_a_network_registers_bodies_that_the_api_types_of_azure_accept(option: str) -> None:
    assert list(refused(registered(option))) == []


def test_every_setting_of_an_environment_is_one_of_the_options() -> None:
    settings = (ENVIRONMENT, PLACED, networks.HOST_SETTINGS, *SETTINGS.values())

    assert {name for each in settings for name in each} == Environment.model_fields.keys() - WITHOUT_A_BODY


def test_body_with_a_wrong_value_is_refused_by_the_api_types_of_azure() -> None:
    recorded = registered("production")
    app = recorded.one("ContainerApp", "web")
    broken = {**app.inputs, "configuration": {"activeRevisionsMode": "Every"}}

    assert [each.path for each in violations(catalogue().find(app.type), broken)] == [
        "configuration.activeRevisionsMode"
    ]
