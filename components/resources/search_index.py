"""Indexes of an Azure AI Search service: kind `search-index`.

No index is created: it is an object of the data plane, made with its fields by whoever fills it. The scope of an index
that is not there yet is a valid scope.
"""

import pulumi

from components.resources.base import ChildArgs, Connection, NetworkResource
from components.resources.search_service import SearchService


class SearchIndexArgs(ChildArgs):
    """Arguments of a `SearchIndex`."""

    service: SearchService
    """The service that holds it."""
    index: str
    """What it is called there."""


class SearchIndex(NetworkResource):
    """One index, known by its name alone."""

    TOKEN = "agent-network:index:SearchIndex"  # noqa: S105 - a type token
    KIND = "search-index"
    HOLDER = SearchService

    def __init__(self, name: str, args: SearchIndexArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        service, called = args["service"], args["index"]
        self._service = service
        self._ready(
            scope=pulumi.Output.concat(service.resource_id, f"/indexes/{called}"),
            within=service.subscription_id,
            variables={"ENDPOINT": service.endpoint, "INDEX": called},
        )

    def connection(self) -> Connection:
        """The service; which index is meant, its user names."""
        return Connection("CognitiveSearch", self._service.endpoint, self._service.resource_id)
