"""One request to Azure as whoever is signed in, for what no resource type answers.

Apart from `foundry_identity`, for importing this costs a preview half a second, and a preview never asks.
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

from components.agents.azure_response import Answer

__all__ = ["ask"]


def ask(
    url: str, audience: str, credential: TokenCredential | None = None, transport: RequestsTransport | None = None
) -> Answer:
    """Ask one address; a body that is no object is empty.

    Raises:
        RuntimeError: nobody is signed in, or there is no way there.
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
            answer = client.send_request(HttpRequest("GET", url))
            return Answer(answer.status_code, _object(answer.text()))
    except ClientAuthenticationError as error:
        why = "nobody is signed in to Azure who could ask Foundry for the agent's identity"
        raise RuntimeError(f"{why}; run `az login`, or sign in as the pipeline's identity") from error
    except AzureError as error:
        raise RuntimeError(f"{url} cannot be reached ({error}); deploy from where its network lets you in") from error


def _object(text: str) -> Mapping[str, Any]:
    try:
        value: object = json.loads(text)
    except ValueError:
        return {}
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
