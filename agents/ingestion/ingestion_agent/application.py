"""The web application of the sample agent: `POST /reviews` for a user, and a probe of its health.

Each request is validated before its body is read. Errors of the runtime library know their status and challenge; the
user's tokens end with the request, also when the request is cancelled.
"""

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated

import aiohttp
from agent_network_runtime import Runtime, RuntimeLibraryError, Settings, TemporaryError
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from ingestion_agent.log_lines import ReviewIds, log_refusal, log_review
from ingestion_agent.reviews import ReviewRequest, ingest
from ingestion_agent.uploads import Uploads, UploadSettings

_LARGEST_BODY = 16 * 1024
_CORRELATION = "x-correlation-id"
_SERVER_ERROR = 500


class Services:
    """Runtime, uploads and connections, which all requests of the agent share while it serves."""

    def __init__(self, runtime: Runtime, uploads: Uploads, session: aiohttp.ClientSession) -> None:
        self.runtime = runtime
        self.uploads = uploads
        self.session = session


def create_application(settings: Settings, upload_settings: UploadSettings) -> FastAPI:
    """Return the application for an agent's settings; its connections live as long as it serves."""

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncGenerator[None]:
        async with Runtime(settings) as runtime, aiohttp.ClientSession() as session:
            uploads = Uploads(upload_settings, runtime.agent_credential(), session)
            application.state.services = Services(runtime, uploads, session)
            yield

    # Without pages of documentation: they would be paths without a token.
    application = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    application.add_api_route("/reviews", _review, methods=["POST"], status_code=201, response_model=None)
    application.add_api_route("/healthz", _health, methods=["GET"], response_model=None)
    application.add_exception_handler(RuntimeLibraryError, _refuse)
    application.add_exception_handler(StarletteHTTPException, _refuse_request)
    return application


def _services(request: Request) -> Services:
    return request.app.state.services


async def _health() -> dict[str, str]:
    """Answer the platform's probe, without a request to Entra or Azure: a restart would not repair those."""
    return {"status": "ok"}


async def _review(request: Request, services: Annotated[Services, Depends(_services)]) -> JSONResponse:
    """Read a repository as the user, and write its files as the agent."""
    correlation_id = _correlation_id(request)
    async with await services.runtime.user_context(request.headers.getlist("authorization")) as user:
        wanted = await _body(request)
        ids = ReviewIds(
            correlation_id=correlation_id,
            user_object_id=user.oid,
            user_tenant_id=user.tid,
            client_id=user.azp,
            token_id=user.uti,
        )
        principal = await services.uploads.principal_id()
        subject = f"{wanted.organization}/{wanted.project}/{wanted.repository}@{wanted.commit}"
        log_review("review begins", ids, agent_principal_id=principal, repository=subject)
        review = await ingest(wanted, user, services.uploads, services.session, correlation_id)
        log_review("review ends", ids, agent_principal_id=principal, repository=subject, files=review.files)
    return JSONResponse(asdict(review), 201, {_CORRELATION: correlation_id})


def _correlation_id(request: Request) -> str:
    """Return the id of a request, which also names the folder of its review; no id of the caller is used for that."""
    known: str = getattr(request.state, "correlation_id", "")
    if not known:
        known = request.state.correlation_id = str(uuid.uuid4())
    return known


async def _body(request: Request) -> ReviewRequest:
    """Return the body of a request; raise 413 or 422 for one that is too large or not valid."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise HTTPException(413, f"the body has more than {_LARGEST_BODY} bytes")
    try:
        wanted = ReviewRequest.model_validate_json(bytes(body))
        wanted.api()
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in error.errors()]
        raise HTTPException(422, "; ".join(problems)) from None
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    return wanted


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    """Answer with the status and the challenge of an error; errors of the agent's own are not described to callers."""
    if not isinstance(error, RuntimeLibraryError):
        raise error
    correlation_id = _correlation_id(request)
    log_refusal(error.status, type(error).__name__, correlation_id, error.trace)
    known = error.status < _SERVER_ERROR or isinstance(error, TemporaryError)
    text = str(error) if known else "the agent cannot do this now; its owner finds the reason under the correlation id"
    return JSONResponse({"error": text}, error.status, {**error.headers, _CORRELATION: correlation_id})


async def _refuse_request(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that is not valid."""
    if not isinstance(error, StarletteHTTPException):
        raise error
    correlation_id = _correlation_id(request)
    log_refusal(error.status_code, "HTTPException", correlation_id)
    headers = {**(error.headers or {}), _CORRELATION: correlation_id}
    return JSONResponse({"error": error.detail}, error.status_code, headers)
