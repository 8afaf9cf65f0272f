"""Component for a grant on an index of an Azure AI Search service: kind `search-index`.

No index is created: the program that fills an index creates it in the data plane, with its fields.

Assumption: Azure accepts a role assignment at the scope of an index that does not exist yet, and the service honours it
once the index exists. A role at one index is documented ("Connect to Azure AI Search using roles", Microsoft Learn,
2025), and one report has queries refused all the same (Azure/azure-sdk-for-python#43438, 2025-10);
docs/howto/check-assumptions-on-azure.md has the live check.
"""

import pulumi

from components.resources.base import ChildArgs, Connection, NetworkResource
from components.resources.search_service import SearchService


class SearchIndexArgs(ChildArgs):
    """Arguments of a `SearchIndex`."""

    service: SearchService
    """Search service of the index."""
    index: str
    """Name of the index in the service."""


class SearchIndex(NetworkResource):
    """Index of a search service as a scope of role assignments; the index itself is not created."""

    TOKEN = "agent-network:index:SearchIndex"  # noqa: S105 - a type token
    KIND = "search-index"
    PARENT = SearchService

    def __init__(self, name: str, args: SearchIndexArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        service, azure_name = args["service"], args["index"]
        self._service = service
        self._register(
            scope=pulumi.Output.concat(service.resource_id, f"/indexes/{azure_name}"),
            within=service.subscription_id,
            variables={"ENDPOINT": service.endpoint, "INDEX": azure_name},
        )

    def connection(self) -> Connection:
        """Return the keyless connection of a Foundry project to the search service; the agent names the index."""
        return Connection("CognitiveSearch", self._service.endpoint, self._service.resource_id)
