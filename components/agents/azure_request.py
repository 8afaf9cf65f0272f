"""Sends requests to Azure with the signed-in identity, for what no resource type of azure-native has.

A module of its own, imported when the first request is sent: the import costs half a second, and a preview sends none.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.identity import DefaultAzureCredential

from components.agents.azure_response import AzureResponse

__all__ = ["send_get_request", "send_request"]


def send_get_request(
    url: str, audience: str, credential: TokenCredential | None = None, transport: RequestsTransport | None = None
) -> AzureResponse:
    """Send a GET request to Azure and return the response; a body that is not a JSON object counts as empty.

    Raises:
        RuntimeError: no identity is signed in, or the address cannot be reached.
    """
    return send_request("GET", url, audience, None, credential, transport)


def send_request(  # noqa: PLR0913, PLR0917 - one argument for each part of a request, and two for tests
    method: str,
    url: str,
    audience: str,
    body: Mapping[str, Any] | None = None,
    credential: TokenCredential | None = None,
    transport: RequestsTransport | None = None,
) -> AzureResponse:
    """Send a request to Azure and return the response; a body that is not a JSON object counts as empty.

    Raises:
        RuntimeError: no identity is signed in, or the address cannot be reached.
    """
    client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
        url,
        policies=[
            UserAgentPolicy("agent-network"),
            RetryPolicy(),
            BearerTokenCredentialPolicy(credential or DefaultAzureCredential(), audience),
        ],
        transport=transport or RequestsTransport(),
    )
    try:
        with client:
            more: dict[str, Any] = {} if body is None else {"json": dict(body)}
            response = client.send_request(HttpRequest(method, url, **more))
            return AzureResponse(response.status_code, _json_object(response.text()))
    except ClientAuthenticationError as error:
        raise RuntimeError(
            "no identity is signed in to Azure that could read the agent's identity from Foundry; run `az login`, or"
            " sign in as the pipeline's identity"
        ) from error
    except AzureError as error:
        raise RuntimeError(f"{url} cannot be reached ({error}); deploy from a network that has access to it") from error


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        value: object = json.loads(text)
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
