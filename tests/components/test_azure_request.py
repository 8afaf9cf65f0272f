"""Tests of requests to Azure with the signed-in identity."""

from collections.abc import Mapping
from io import BytesIO

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from components.agents.azure_request import send_get_request
from components.agents.azure_response import AzureResponse


class FakeCredential:
    """Fake credential that returns a fixed token, or fails to sign in if there is none."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        if self._token is None:
            raise ClientAuthenticationError(f"no token for {scopes}")
        return AccessToken(self._token, 4102444800)


class FixedResponse(BaseAdapter):
    """HTTP adapter with one fixed response, which records the headers of requests."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self._status, self._body = status, body
        self.headers: list[Mapping[str, str]] = []

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        self.headers.append({name: str(value) for name, value in request.headers.items()})
        response = requests.Response()
        response.status_code, response.request, response.url = self._status, request, request.url or ""
        response.raw = HTTPResponse(BytesIO(self._body), status=self._status, preload_content=False)
        response.headers["Content-Type"] = "application/json"
        return response

    def close(self) -> None:
        """Do nothing, since the adapter has no connection."""


def transport_with(adapter: BaseAdapter) -> RequestsTransport:
    session = requests.Session()
    session.mount("https://", adapter)
    return RequestsTransport(session=session)


def test_azure_request_sends_the_token_of_the_signed_in_identity() -> None:
    web = FixedResponse(200, b'{"instance_identity": {"principal_id": "its own"}}')

    response = send_get_request(
        "https://p.test/agents/report", "audience", FakeCredential("secret"), transport_with(web)
    )

    assert response == AzureResponse(200, {"instance_identity": {"principal_id": "its own"}})
    assert [one["Authorization"] for one in web.headers] == ["Bearer secret"]


def test_azure_response_body_that_is_not_a_json_object_is_returned_as_empty() -> None:
    assert send_get_request(
        "https://p.test", "a", FakeCredential("s"), transport_with(FixedResponse(404, b"gone"))
    ) == AzureResponse(404, {})


def test_azure_request_without_sign_in_fails_with_advice_to_run_az_login() -> None:
    with pytest.raises(RuntimeError, match=r"no identity is signed in to Azure .* run `az login`"):
        send_get_request("https://p.test", "audience", FakeCredential(None), transport_with(FixedResponse(200, b"{}")))
