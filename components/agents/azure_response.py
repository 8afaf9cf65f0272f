"""Response of Azure to one request, without the client that sends it: importing the client costs a preview time."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

__all__ = ["AzureResponse", "SendRequest"]


class AzureResponse(NamedTuple):
    """Status code and body of a response; a body that is not an object is empty."""

    status: int
    body: Mapping[str, Any]


SendRequest = Callable[[str, str], AzureResponse]
"""Sends a GET request to a URL, with a token for an audience."""
