"""Type of Azure's response to one request; a module without the HTTP client, whose import would slow down a preview."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

__all__ = ["AzureResponse", "SendRequest"]


class AzureResponse(NamedTuple):
    """Status code and JSON body of Azure's response; a body that is not a JSON object counts as empty."""

    status: int
    body: Mapping[str, Any]


SendRequest = Callable[[str, str], AzureResponse]
"""Sends a GET request to a URL, with a token for an audience."""
