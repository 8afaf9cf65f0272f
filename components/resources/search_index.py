"""Indexes of an Azure AI Search service: kind `search-index`.

No index is created: it is an object of the data plane, made with its fields by whoever fills it. The scope of an index
that is not there yet is a valid scope.
"""

from collections.abc import Mapping
from typing import ClassVar

import pulumi

from components.resources.base import ChildArgs, Connection, NetworkResource, Verb
from components.resources.search_service import SearchService

_SOURCE = "Azure built-in roles for AI + machine learning, Microsoft Learn, 2026-04-09"


class SearchIndexArgs(ChildArgs):
    """Arguments of a `SearchIndex`."""

    service: SearchService
    """The service that holds it."""
    index: str
    """What it is called there."""


class SearchIndex(NetworkResource):
    """One index, known by its name alone."""

    TOKEN = "agent-network:index:SearchIndex"  # noqa: S105 - a type token
    HOLDER = SearchService
    VERBS: ClassVar[Mapping[str, Verb]] = {
        "read": Verb("Search Index Data Reader", "search the index and read its documents", _SOURCE),
        "write": Verb("Search Index Data Contributor", "add, change, delete and read its documents", _SOURCE),
    }

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
