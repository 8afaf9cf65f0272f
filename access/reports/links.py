"""Builds links of the HTML page that open the details of agents and resources.

A name that is in no row or column of the matrix has no details, and stays text.
"""

from collections.abc import Mapping
from typing import Any

from access.reports.markup import Html, joined, link
from access.reports.matrix_table import names

__all__ = ["Links"]


class Links:
    """Links to the agents and resources of one report."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._agents = frozenset(names(document, "agent"))
        self._resources = frozenset(names(document, "resource"))

    def agent(self, name: str) -> Html:
        """Return a link to an agent as HTML; the name alone if the agent has no details."""
        return link(agent=name) if name in self._agents else joined([name])

    def resource(self, name: str) -> Html:
        """Return a link to a resource as HTML; the name alone if the resource has no details."""
        return link(resource=name) if name in self._resources else joined([name])

    def either(self, name: str) -> Html:
        """Return a link to an agent or else to a resource as HTML."""
        return self.agent(name) if name in self._agents else self.resource(name)
