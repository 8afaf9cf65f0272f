"""Prints how long one write to local Azure takes in networks of 50 and of 500 agents, and the ratio of the two.

Each write is what an update with the Pulumi engine sends: one resource, created through the state file that the
provider plugins share. An agent is an identity that pulls images, its role assignment, a container app, and three
role assignments of the app, one of them in Cosmos DB. The two sizes are deployed alternately, in one process.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from access.azure.roles import by_name
from components.grants import assignment_name
from localazure.fronts.shared_world import SharedWorld

SMALL, LARGE = 50, 500
MOST = 1.2
"""Allowed ratio of the times per write."""

Inputs = dict[str, Any]
Write = tuple[str, Inputs]

_GROUP = {"resourceGroupName": "bench-rg"}
_PLACE = {**_GROUP, "location": "westeurope"}
_COSMOS_READER = by_name("Cosmos DB Built-in Data Reader").id


class Network:
    """A network that is deployed to local Azure, one write after another."""

    def __init__(self, path: Path) -> None:
        self._shared = SharedWorld(path)
        self._group = ""

    def write(self, token: str, inputs: Inputs) -> tuple[str, Inputs]:
        """Create one resource, as the provider plugin does."""
        with self._shared.reading() as azure:
            checked = azure.check(token, inputs, name="one")
        with self._shared.writing() as azure:
            return azure.create(token, checked)

    def deploy(self, agents: int) -> Iterator[float]:
        """Deploy the network and yield the CPU seconds of every write of its agents."""
        native = "azure-native:"
        self.write(f"{native}resources:ResourceGroup", _PLACE)
        environment, _ = self.write(f"{native}app:ManagedEnvironment", {**_PLACE, "environmentName": "bench"})
        registry, _ = self.write(
            f"{native}containerregistry:Registry",
            {**_PLACE, "registryName": "benchimagesb1", "sku": {"name": "Standard"}},
        )
        account, _ = self.write(
            f"{native}storage:StorageAccount",
            {**_PLACE, "accountName": "benchinputb1", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}},
        )
        items, _ = self.write(
            f"{native}cosmosdb:DatabaseAccount",
            {
                **_PLACE,
                "accountName": "bench-items-b1",
                "databaseAccountOfferType": "Standard",
                "locations": [{"locationName": "westeurope", "failoverPriority": 0}],
            },
        )
        for number in range(agents):
            yield from self._agent(f"agent-{number}", environment, registry, account, items)

    def _agent(self, name: str, environment: str, registry: str, account: str, items: str) -> Iterator[float]:
        native = "azure-native:"
        identity = f"{native}managedidentity:UserAssignedIdentity"
        taken, (pull_id, pull) = _timed(self, identity, {**_PLACE, "resourceName": f"bench-{name}-pull"})
        yield taken
        yield _timed(self, *_grant(registry, "AcrPull", pull["principalId"]))[0]
        app = {
            **_PLACE,
            "containerAppName": f"bench-{name}",
            "environmentId": environment,
            "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [pull_id]},
            "configuration": {"registries": [{"server": "benchimagesb1.azurecr.io", "identity": pull_id}]},
            "template": {
                "containers": [
                    {
                        "name": name,
                        "image": "benchimagesb1.azurecr.io/agent:1.0",
                        "resources": {"cpu": 0.5, "memory": "1Gi"},
                        "env": [{"name": f"SETTING_{place}", "value": "x" * 40} for place in range(6)],
                    }
                ],
                "scale": {"minReplicas": 1, "maxReplicas": 10},
            },
        }
        taken, (_, made) = _timed(self, f"{native}app:ContainerApp", app)
        yield taken
        own = made["identity"]["principalId"]
        for role in ("Storage Blob Data Reader", "Storage Queue Data Message Sender"):
            yield _timed(self, *_grant(account, role, own))[0]
        assignment = {
            **_GROUP,
            "accountName": "bench-items-b1",
            "roleAssignmentId": assignment_name(items, _COSMOS_READER, own),
            "principalId": own,
            "roleDefinitionId": f"{items}/sqlRoleDefinitions/{_COSMOS_READER}",
            "scope": items,
        }
        yield _timed(self, f"{native}cosmosdb:SqlResourceSqlRoleAssignment", assignment)[0]


def _grant(scope: str, role_name: str, principal: str) -> Write:
    role = by_name(role_name)
    return "azure-native:authorization:RoleAssignment", {
        "roleAssignmentName": assignment_name(scope, role.id, principal),
        "scope": scope,
        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{role.id}",
        "principalId": principal,
        "principalType": "ServicePrincipal",
    }


def _timed(network: Network, token: str, inputs: Inputs) -> tuple[float, tuple[str, Inputs]]:
    start = time.process_time()
    made = network.write(token, inputs)
    return time.process_time() - start, made


def main() -> int:
    """Print the milliseconds of CPU per write in both sizes; return 1 if their ratio is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="number of deployments of each size")
    rounds = parser.parse_args().rounds
    best: dict[int, float] = {}
    sizes: dict[int, int] = {}
    with TemporaryDirectory() as folder:
        for number in range(rounds):
            for agents in (SMALL, LARGE):
                path = Path(folder) / f"{agents}-{number}.json"
                writes = list(Network(path).deploy(agents))
                mean = sum(writes) / len(writes)
                best[agents] = min(mean, best.get(agents, mean))
                sizes[agents] = path.stat().st_size
    print("agents    writes  ms of CPU per write  state file")
    for agents, mean in best.items():
        print(f"{agents:6,}  {agents * 6:8,}  {mean * 1000:19.2f}  {sizes[agents] / 1024**2:7.1f} MiB")
    ratio = best[LARGE] / best[SMALL]
    print(f"time per write at {LARGE} agents against {SMALL}: {ratio:.2f}x (allowed {MOST}x)")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
