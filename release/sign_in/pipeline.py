"""Sign-in of a pipeline's job while a release command runs: the token file, its variables, and its errors.

The process gets the variables of the sign-in, since the Azure SDK reads them there. The engine, which runs the program
and plugins, gets them without the means to request tokens for other audiences, unless azuread needs these: it would
otherwise keep one token, and fail when a deployment takes longer than an access token is valid.
"""

import re
import time
from collections.abc import Callable, Generator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from access.azure.clouds import CLOUDS, PUBLIC
from release.errors import ReleaseError
from release.sign_in.id_tokens import MAY_NOT_REQUEST, TokenRequest, azure_pipelines_request, fetch, github_request
from release.sign_in.token_file import TokenFile, kept_fresh
from release.sign_in.variables import SIGN_IN_OF_PLATFORM, Identity, engine_variables, identity_of, refused

__all__ = ["PipelineSignIn", "is_pipeline", "pipeline_sign_in"]

_HOW_TO = "docs/howto/set-up-a-release-pipeline.md"
_CONNECTIONS = (
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
    "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
)
_RECORDS = ("GITHUB_TOKEN",)
"""Variables with a token for the platform's records, such as approvals, which this process alone reads."""
_TEMPORARY = ("RUNNER_TEMP", "AGENT_TEMPDIRECTORY")
"""Folders that the platforms empty after each job."""
_CODE = re.compile(r"AADSTS\d+[^\r\n]*")
_SHOWN = 300


@dataclass(frozen=True)
class PipelineSignIn:
    """Sign-in of a pipeline's job as an identity that trusts it."""

    file: TokenFile = field(repr=False)
    identity: Identity
    platform: str
    engine_environment: Mapping[str, str] = field(repr=False)
    """Variables of the engine in addition to those of this process; an empty one counts as not set."""

    def check(self) -> None:
        """Do nothing while the pipeline's token is valid.

        Raises:
            ReleaseError: the token has expired, and the platform gives no other.
        """
        self.file.check()

    def refusal(self, message: str) -> ReleaseError:
        """Return the error for a sign-in that failed, with the claims of a token that Entra ID did not accept.

        Args:
            message: error message of the Azure SDK.
        """
        code = _CODE.search(message)
        reason = " ".join((code[0] if code else message).split())[:_SHOWN]
        if code is None:
            return ReleaseError(f"the pipeline cannot sign in to Entra ID as {self.identity.client_id}: {reason}")
        token = self.file.token
        named = f"issuer {token.issuer!r} and subject {token.subject!r}" if token else "no issuer"
        return ReleaseError(
            f"Entra ID does not accept the token of {self.platform} for the identity {self.identity.client_id}:"
            f" {reason}; the token has {named}, and a federated credential of the identity must have exactly these:"
            f" {_HOW_TO}"
        )


def is_pipeline(environment: Mapping[str, str]) -> bool:
    """Return True if this process runs in a job of GitHub Actions or Azure Pipelines."""
    return bool(environment.get("GITHUB_ACTIONS") or environment.get("TF_BUILD"))


@contextmanager
def pipeline_sign_in(  # noqa: PLR0913 (one argument for each thing that is known outside)
    environment: MutableMapping[str, str],
    *,
    cloud: str = PUBLIC,
    subscription: str = "",
    uses_azuread: bool = False,
    clock: Callable[[], float] = time.monotonic,
    report: Callable[[str], None] = lambda _line: None,
) -> Generator[PipelineSignIn | None]:
    """Sign in with the token of the pipeline that this process runs in; yield None outside of a pipeline.

    The environment has the variables of the sign-in until the context ends.

    Args:
        environment: environment variables of this process, which are changed.
        cloud: name of the Azure cloud.
        subscription: subscription in the stack's file; empty if it names none.
        uses_azuread: True if the program has objects of Entra ID.
        clock: seconds, which only grow.
        report: receives a sentence when the token has expired and cannot be renewed.

    Raises:
        ReleaseError: the pipeline gives no token, or a variable is missing or contradicts the sign-in.
    """
    if not is_pipeline(environment):
        yield None
        return
    on_github = bool(environment.get("GITHUB_ACTIONS"))
    request, identity, connection = _prepared(environment, cloud, subscription, on_github=on_github)
    temporary = next((environment[name] for name in _TEMPORARY if Path(environment.get(name) or " ").is_dir()), None)
    with TemporaryDirectory(prefix="sign-in-", dir=temporary, ignore_cleanup_errors=True) as folder:
        file = TokenFile(Path(folder) / "token", partial(fetch, request), clock=clock, report=report)
        given = engine_variables(
            identity,
            file.path,
            CLOUDS[cloud].authority_host,
            service_connection=connection,
            renews_itself=uses_azuread,
        )
        withheld = _RECORDS if uses_azuread else (*_RECORDS, *SIGN_IN_OF_PLATFORM)
        kept_from_engine = {name: "" for name in withheld if name in environment}
        with kept_fresh(file), _set(environment, given):
            signed_in = PipelineSignIn(file, identity, request.platform, {**given, **kept_from_engine})
            try:
                yield signed_in
            except ReleaseError as error:
                raise _with_expiry(error, file) from None


def _prepared(
    environment: Mapping[str, str], cloud: str, subscription: str, *, on_github: bool
) -> tuple[TokenRequest, Identity, str]:
    """Return the request for tokens, the identity and the service connection; or raise an error with all problems."""
    problems = list(refused(environment))
    identity = Identity("", "", "")
    try:
        identity = identity_of(environment, subscription)
    except ReleaseError as error:
        problems.append(str(error))
    connection = next((environment[name] for name in _CONNECTIONS if environment.get(name)), "")
    url, bearer = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
    if not on_github:
        url, bearer = "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"
    if on_github and not (environment.get(url) and environment.get(bearer)):
        problems.append(MAY_NOT_REQUEST)
    if not on_github:
        if not environment.get(url):
            problems.append(f"{url} is missing; run the step in a job of Azure Pipelines that sets it")
        if not environment.get(bearer):
            problems.append(f"{bearer} is missing; add `{bearer}: $(System.AccessToken)` to the env of the step")
        if not connection:
            problems.append(f"{_CONNECTIONS[0]} is missing; set it to the id of the service connection")
    if problems:
        raise ReleaseError("\n".join(problems))
    if on_github:
        request = github_request(environment[url], environment[bearer], CLOUDS[cloud].exchange_audience)
    else:
        request = azure_pipelines_request(environment[url], environment[bearer], connection)
    return request, identity, connection


@contextmanager
def _set(environment: MutableMapping[str, str], given: Mapping[str, str]) -> Generator[None]:
    before = {name: environment.get(name) for name in given}
    environment.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value


def _with_expiry(error: ReleaseError, file: TokenFile) -> ReleaseError:
    """Return an error together with the expiry of the sign-in, which may be its cause."""
    try:
        file.check()
    except ReleaseError as expired:
        if str(expired) not in str(error):
            return type(error)(f"{error}\n{expired}")
    return error
