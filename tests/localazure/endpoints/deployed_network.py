"""Network that the program deploys to local Azure, and that is then served: agents that act for users, and callers.

`ingestion` and `report` act for users of the group `reviewers`; `report` can also be called by `intake`, which acts for
nobody. Only `ingestion` may write `code-uploads`. What the program does not make (users, a group, the portal) is added
as an administrator of the tenant would have it.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localazure.arm.world import World
from localazure.endpoints import Endpoints, serve
from localazure.endpoints.apis.azure_repos import AzureReposRepository
from localazure.endpoints.apis.git_content import GitContent
from localazure.services.directory_objects import APPLICATION, add_client, add_group, add_user
from tests.network.deploying import deploy, described

OWNER, PORTAL, REVIEWERS, ANNA, BEN, CARA = (f"{d * 8}-{d * 4}-4{d * 3}-8{d * 3}-{d * 12}" for d in "abcdef")
ACTS: dict[str, Any] = {
    "apis": {"microsoft-graph": ["User.Read"], "azure-devops": ["vso.code"]},
    "callers": ["portal"],
    "groups": ["reviewers"],
    "consent": "admin",
}
NETWORK: dict[str, Any] = {
    "name": "fabrikam",
    "registry": {"name": "fabrikamimages"},
    "resources": {"code-uploads": {"kind": "blob-container", "account": "fabrikaminput"}},
    "agents": {
        "ingestion": {
            "image": "ingestion",
            "port": 8080,
            "ingress": "internal",
            "access": {"code-uploads": "write"},
            "acts_for_users": ACTS,
        },
        "report": {
            "image": "report",
            "port": 8080,
            "ingress": "internal",
            "callable": True,
            "acts_for_users": {**ACTS, "apis": {"microsoft-graph": ["User.Read"]}},
        },
        "intake": {"image": "intake", "access": {"report": "use"}},
        "scanner": {"image": "scanner"},
    },
}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
    "entra": {
        "deployer_rights": "all",
        "owners": [OWNER],
        "callers": {"portal": PORTAL},
        "groups": {"reviewers": REVIEWERS},
    },
}
CONTENT = GitContent(files={"README.md": b"# Shop\n", "src/main.py": b"print('hello')\n"})


@dataclass(frozen=True)
class DeployedNetwork:
    """Deployed network while its tenant and APIs are served."""

    world: World
    endpoints: Endpoints

    def variables(self, agent: str) -> dict[str, str]:
        """Return the environment variables in the main container of an agent's app: the program's, the platform's."""
        container = self.endpoints.container(agent)
        app = self.world.get(container.app)
        assert app is not None
        declared: list[Mapping[str, str]] = app.inputs["template"]["containers"][0].get("env", [])
        return {**{each["name"]: each["value"] for each in declared}, **container.environment}

    def client_id(self, agent: str) -> str:
        """Return the client id of an agent's application."""
        (found,) = [
            str(each.outputs["clientId"])
            for each in self.world.resources.values()
            if each.token == APPLICATION and agent in str(each.outputs["displayName"])
        ]
        return found

    def principal(self, agent: str) -> str:
        """Return the object id of an agent's own identity."""
        found = self.world.find_owned_principal(self.endpoints.container(agent).app)
        assert found is not None
        return found.id

    def user_token(self, user: str, agent: str = "ingestion") -> str:
        """Return a user's token for an agent, as the portal gets it."""
        return self.endpoints.user_token(user, client=PORTAL, audience=self.client_id(agent))


@contextmanager
def deployed_network() -> Generator[DeployedNetwork]:
    """Deploy the network, and serve it under Azure's host names in this process until the block ends."""
    world = deploy(*described(NETWORK, ENVIRONMENT, "dev")).world
    for user, name in ((ANNA, "Anna Weber"), (BEN, "Ben Okafor"), (CARA, "Cara Silva")):
        add_user(world, name, object_id=user)
    add_group(world, "reviewers", [ANNA, BEN], object_id=REVIEWERS)
    add_client(world, "review portal", client_id=PORTAL)
    with serve(world) as endpoints, endpoints.reachable():
        network = DeployedNetwork(world, endpoints)
        readers = frozenset({ANNA, network.principal("ingestion")})
        endpoints.azure_repos.repositories.append(
            AzureReposRepository(organization="fabrikam", project="shop", name="web", readers=readers, content=CONTENT)
        )
        yield network
