"""Tests that the network policy of an agent in a cluster admits what its grants need, and nothing else."""

from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from localazure.run import RunResult
from tests.fabrikam import FABRIKAM
from tests.network.deploying import deploy, granted
from tests.projects import load_project

SIGN_IN = ("login.microsoftonline.com", 443)
AMQP = 5671
NAMESPACE, VAULT = "azure-native:servicebus:Namespace", "azure-native:keyvault:Vault"

Pairs = set[tuple[str, int]]


def needed(result: RunResult, agent: str) -> Pairs:
    """Return the hosts and ports that an agent's role assignments need, from the outputs of the deployed resources."""
    pairs: Pairs = {SIGN_IN}
    for row in (one for one in granted(result) if one.agent == agent and one.verb != "pull"):
        place = row.scope.lower()
        ancestors = [one for one in result.world.resources.values() if place.startswith(f"{one.id.lower()}/")]
        for each in ancestors:
            if each.token == NAMESPACE:
                host = urlsplit(each.outputs["serviceBusEndpoint"]).hostname
                pairs |= {(str(host), 443), (str(host), AMQP)}
            elif each.token == VAULT:
                pairs.add((str(urlsplit(each.outputs["properties"]["vaultUri"]).hostname), 443))
    return pairs


def admitted_blocks(result: RunResult, agent: str) -> set[tuple[str, int]]:
    """Return the address blocks and ports in the network policy of an agent."""
    (policy,) = [
        step.inputs["spec"]
        for step in result.steps
        if step.record.type == "kubernetes:networking.k8s.io/v1:NetworkPolicy"
        and step.record.name == f"{agent}-reaches-what-is-listed"
    ]
    return {
        (peer["ipBlock"]["cidr"], int(port["port"]))
        for rule in policy["egress"]
        for peer in rule["to"]
        for port in rule["ports"]
        if "ipBlock" in peer
    }


def hosts_of(stack: str) -> dict[str, list[str]]:
    """Return the names of the hosts at each address block, from the stack's file."""
    config = yaml.safe_load((FABRIKAM / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    destinations: dict[str, Any] = config["agent-network:destinations"]
    return {block: one["hosts"] for one in destinations.values() for block in one["blocks"]}


def is_at(host: str, patterns: list[str]) -> bool:
    return host in patterns or f"*.{host.partition('.')[2]}" in patterns


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_network_policy_of_the_notifier_admits_each_host_and_port_of_its_grants_and_nothing_else(stack: str) -> None:
    result = deploy(*load_project(FABRIKAM, stack))
    wanted, hosts = needed(result, "notifier"), hosts_of(stack)
    blocks = admitted_blocks(result, "notifier")

    assert {host.partition(".")[2] for host, _ in wanted} == {
        "microsoftonline.com",
        "servicebus.windows.net",
        "vault.azure.net",
    }
    for host, port in wanted:
        assert [block for block, open_port in blocks if open_port == port and is_at(host, hosts[block])], (host, port)
    for block, port in blocks:
        assert [host for host, needs in wanted if needs == port and is_at(host, hosts[block])], (block, port)
        assert ip_network(block).is_global
