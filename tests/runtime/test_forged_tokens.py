"""Every forged, altered or stolen token is refused with its status, and no error or log shows any of its parts."""

import asyncio
import logging
import traceback
from types import FrameType, TracebackType

import pytest
from agent_network_runtime import Runtime, SyncRuntime
from agent_network_runtime.errors import ForbiddenError, InvalidTokenError, RuntimeLibraryError
from agent_network_runtime.gate import Header
from agent_network_runtime.signing_keys import PAUSE

from tests.runtime.forgeries import FORGED_CALLERS, FORGED_USERS, PUBLISHED, Forgery
from tests.runtime.tenant import SETTINGS, START, Clock, Tenant, bearer, caller_claims, issue

SHORTEST_SECRET = 20
"""Characters: a part of a token that is at least this long must not appear anywhere."""


EARLIER = START - PAUSE
"""Time of the first, valid tokens; a key id that is unknown at START may start a download again."""


async def refused_asynchronously(kind: str, header: Header, tenant: Tenant) -> RuntimeLibraryError:
    clock = Clock(EARLIER)
    runtime = Runtime(SETTINGS, get=tenant.get, clock=clock)
    await runtime.user_context(bearer(issue()))
    await runtime.caller(bearer(issue(caller_claims())))
    clock.now = START
    validate = runtime.user_context if kind == "user" else runtime.caller
    with pytest.raises(RuntimeLibraryError) as caught:
        await validate(header)
    return caught.value


def refused_synchronously(kind: str, header: Header, tenant: Tenant) -> RuntimeLibraryError:
    clock = Clock(EARLIER)
    runtime = SyncRuntime(SETTINGS, get=tenant.document, clock=clock)
    runtime.user_context(bearer(issue()))
    runtime.caller(bearer(issue(caller_claims())))
    clock.now = START
    validate = runtime.user_context if kind == "user" else runtime.caller
    with pytest.raises(RuntimeLibraryError) as caught:
        validate(header)
    return caught.value


def refusal(face: str, kind: str, header: Header, tenant: Tenant) -> RuntimeLibraryError:
    """Return the error of a request, after a valid token of each kind was accepted."""
    if face == "async":
        return asyncio.run(refused_asynchronously(kind, header, tenant))
    return refused_synchronously(kind, header, tenant)


def secrets_of(header: Header) -> list[str]:
    """Return the parts of the tokens in a request that must not be readable anywhere."""
    headers: list[object] = [header] if isinstance(header, str) else list(header or ())
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in headers]
    words = [word for one in texts for word in one.replace(",", " ").split()]
    return [part for word in words for part in word.split(".") if len(part) >= SHORTEST_SECRET]


def library_frames(trace: TracebackType | None) -> list[FrameType]:
    found: list[FrameType] = []
    while trace is not None:
        if "agent_network_runtime" in trace.tb_frame.f_code.co_filename:
            found.append(trace.tb_frame)
        trace = trace.tb_next
    return found


def texts_of(error: RuntimeLibraryError) -> str:
    """Return everything that a handler, a log or a traceback with local variables can show of an error."""
    shown = [str(error), repr(error), repr(error.args), repr(error.headers), repr(vars(error))]
    shown += ["".join(traceback.TracebackException.from_exception(error).format())]
    for frame in library_frames(error.__traceback__):
        shown += [f"{name}={value!r} {value}" for name, value in frame.f_locals.items()]
    assert error.__cause__ is None
    assert error.__context__ is None
    return "\n".join(shown)


@pytest.mark.parametrize("face", ["async", "sync"])
@pytest.mark.parametrize("forgery", FORGED_USERS, ids=lambda forgery: forgery.name)
def test_forged_token_of_a_user_is_refused(face: str, forgery: Forgery, caplog: pytest.LogCaptureFixture) -> None:
    check("user", face, forgery, caplog)


@pytest.mark.parametrize("face", ["async", "sync"])
@pytest.mark.parametrize("forgery", FORGED_CALLERS, ids=lambda forgery: forgery.name)
def test_forged_token_of_a_calling_agent_is_refused(
    face: str, forgery: Forgery, caplog: pytest.LogCaptureFixture
) -> None:
    check("caller", face, forgery, caplog)


def check(kind: str, face: str, forgery: Forgery, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tenant, header = Tenant(keys=list(PUBLISHED)), forgery.header()

    error = refusal(face, kind, header, tenant)

    assert error.status == forgery.status
    assert isinstance(error, {401: InvalidTokenError, 403: ForbiddenError}[forgery.status])
    assert forgery.reason in str(error)
    assert tenant.downloads == 1 + forgery.downloads
    shown = texts_of(error) + caplog.text
    assert [part for part in secrets_of(header) if part in shown] == []
