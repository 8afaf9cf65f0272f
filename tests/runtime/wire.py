"""Token endpoint without sockets: what an exchange sends, and the responses that a test gives it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from agent_network_runtime.exchange import Granted, NoResponse, Pause, Post, Response, Rules, TokenRequest, exchange
from agent_network_runtime.parties import Application, IncomingToken
from agent_network_runtime.scopes import DeclaredScopes
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import Api
from agent_network_runtime.waits import Breaker, WaitingUsers

TENANT = "10000000-0000-0000-0000-00000000000a"
AGENT = "20000000-0000-0000-0000-00000000000b"
START = 1_800_000_000.0
APPLICATION = Application(tenant_id=TENANT, client_id=AGENT)
GRAPH = "https://graph.microsoft.com"
APIS = {
    "microsoft-graph": Api(
        "microsoft-graph", GRAPH, frozenset({"graph.microsoft.com"}), frozenset({"User.Read", "Mail.Read"})
    ),
    "azure-devops": Api(
        "azure-devops", "499b84ac-1321-427f-aa17-267ca6975798", frozenset({"dev.azure.com"}), frozenset({"vso.code"})
    ),
}
DECLARED = DeclaredScopes(APIS)
PROOF = "proof.of.the-agent"
USER_TOKEN = "token.of.user-"  # noqa: S105 - the beginning of an invented token


@dataclass
class Time:
    """Clock that moves when a test or a pause moves it."""

    now: float = START

    def __call__(self) -> float:
        return self.now


def rules(time: Time, **changes: object) -> Rules:
    found = Rules(clock=time, monotonic=time, waits=WaitingUsers(time), breaker=Breaker(time), settling=0.0)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def incoming(
    user: str = "anna", *, age: float = 0.0, life: float = 3600.0, handles_claims: bool = True
) -> IncomingToken:
    return IncomingToken(
        token=Secret(USER_TOKEN + user),
        tenant_id=TENANT,
        object_id=user,
        issued_at=START - age,
        expires_on=START + life,
        handles_claims=handles_claims,
    )


def token_request(
    user: IncomingToken | None = None, *scopes: str, continuous: bool = False, claims: str = ""
) -> TokenRequest:
    return TokenRequest(
        incoming=user or incoming(),
        requested=DECLARED.select(scopes or f"{GRAPH}/User.Read"),
        continuous=continuous,
        claims=claims,
    )


def issued(life: object = 3599, **changes: object) -> Response:
    return answer(200, {"token_type": "Bearer", "access_token": "issued", "expires_in": life, **changes})


def answer(status: int, body: object, retry_after: str | None = None) -> Response:
    return Response(status, retry_after, body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(error: str, suberror: str = "", claims: object = None, status: int = 400, code: int = 50013) -> Response:
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: a text that changes. {USER_TOKEN}anna",
        "error_codes": [code],
        "correlation_id": "30000000-0000-0000-0000-00000000000c",
        "trace_id": "30000000-0000-0000-0000-00000000000d",
        **({"suberror": suberror} if suberror else {}),
        **({} if claims is None else {"claims": claims}),
    }
    return answer(status, body)


@dataclass
class Wire:
    """Runs exchanges against given responses, and remembers the posts and pauses."""

    time: Time = field(default_factory=Time)
    posts: list[Post] = field(default_factory=list[Post])
    pauses: list[float] = field(default_factory=list[float])

    def run(
        self,
        responses: Iterable[Response | NoResponse],
        request: TokenRequest | None = None,
        known: Rules | None = None,
    ) -> Granted:
        ahead = iter(responses)
        return self.run_with(lambda _: next(ahead), request, known)

    def run_with(
        self,
        respond: Callable[[Post], Response | NoResponse],
        request: TokenRequest | None = None,
        known: Rules | None = None,
    ) -> Granted:
        steps = exchange(APPLICATION, request or token_request(), Secret(PROOF), known or rules(self.time))
        reply: Response | NoResponse | None = None
        try:
            while True:
                step = steps.send(reply)
                reply = None
                if isinstance(step, Pause):
                    self.pauses.append(step.seconds)
                    self.time.now += step.seconds
                else:
                    self.posts.append(step)
                    reply = respond(step)
        except StopIteration as done:
            return done.value


def form(post: Post) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(post.form().decode(), strict_parsing=True).items()}
