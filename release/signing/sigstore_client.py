"""Client of Sigstore: signs a statement with the identity of a job, and verifies the signature of a declared identity.

Owns every use of the library `sigstore`, an optional package, and the values that a certificate must have: a valid
signature proves nothing yet, since anyone with a repository can get one. The extensions of certificates:
sigstore/fulcio, docs/oid-info.md, 2026-08. The library has no public names for the errors of its HTTP clients.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from azure.core import PipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse
from sigstore._internal.fulcio.client import ExpiredCertificate, FulcioClientError
from sigstore._internal.rekor import RekorClientError
from sigstore.dsse import Statement
from sigstore.errors import Error
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.oidc import ExpiredIdentity, IdentityToken
from sigstore.sign import SigningContext
from sigstore.verify import Verifier
from sigstore.verify.policy import (
    AllOf,
    Identity,
    OIDCIssuerV2,
    OIDCRunInvocationURI,
    OIDCSourceRepositoryDigest,
    OIDCSourceRepositoryIdentifier,
    OIDCSourceRepositoryURI,
    VerificationPolicy,
)

from release.errors import ReleaseError
from release.signing.workflow_identity import WorkflowIdentity

__all__ = ["Demands", "SigstoreClient"]

_PAYLOAD = "application/vnd.in-toto+json"
_CONNECT_SECONDS, _READ_SECONDS = 10, 20
_UNAVAILABLE = 500
_SHOWN = 300
_FAILURES = (
    Error,
    ExpiredIdentity,
    ExpiredCertificate,
    FulcioClientError,
    RekorClientError,
    OSError,
    ValueError,
    KeyError,
)


@dataclass(frozen=True, kw_only=True)
class Demands:
    """Values that the certificate of a signature must have."""

    identity: WorkflowIdentity
    commit: str
    """Commit that the workflow ran for."""
    run: str = ""
    """Address of the run and its attempt; empty to accept every run."""

    def policy(self) -> VerificationPolicy:
        """Return the demands in the form of the library: all of them must be met."""
        return AllOf(list(self._policies()))

    def _policies(self) -> Iterator[VerificationPolicy]:
        yield Identity(identity=self.identity.workflow, issuer=self.identity.issuer)
        yield OIDCIssuerV2(self.identity.issuer)
        yield OIDCSourceRepositoryURI(self.identity.repository)
        yield OIDCSourceRepositoryDigest(self.commit)
        if self.identity.repository_id:
            yield OIDCSourceRepositoryIdentifier(self.identity.repository_id)
        if self.run:
            yield OIDCRunInvocationURI(self.run)


class SigstoreClient:
    """Client of the public instance of Sigstore, or of the instance that a file describes."""

    def __init__(self, file: Path | None = None) -> None:
        """Read the addresses and keys of the instance; those of the public one are fetched and verified.

        Args:
            file: file with the trust configuration of an own instance; None for the public one.

        Raises:
            ReleaseError: they cannot be read, or nobody answers.
        """
        place = (
            f"{file}: is not the trust configuration of an instance of Sigstore"
            if file
            else ("the keys of Sigstore cannot be fetched from tuf-repo-cdn.sigstore.dev")
        )
        try:
            trust = ClientTrustConfig.from_json(file.read_text("utf-8")) if file else ClientTrustConfig.production()
            self._signing, self._config, self._root = (
                SigningContext.from_trust_config(trust),
                trust.signing_config,
                trust.trusted_root,
            )
            self._verifier = Verifier(trusted_root=self._root)
        except _FAILURES as error:
            raise ReleaseError(f"{place}: {_reason(error)}") from None

    def check_services(self) -> None:
        """Do nothing if the services of the instance answer.

        Raises:
            ReleaseError: the certificate authority or the transparency log cannot be reached or is not available.
        """
        log = str(cast("Any", self._config.get_tlogs()[0]).url)
        _check_service("certificate authority", urljoin(self._config.get_fulcio().url, "/api/v2/trustBundle"))
        _check_service("transparency log", f"{log}/log")

    def signed(self, statement: bytes, token: str) -> str:
        """Return the bundle of a statement: its signature, the certificate, and the entry of the transparency log.

        Args:
            statement: the statement of in-toto, as JSON.
            token: ID token of the job, with the audience of Sigstore.

        Raises:
            ReleaseError: Sigstore cannot be reached or does not accept the token.
        """
        try:
            with self._signing.signer(IdentityToken(token)) as signer:
                return signer.sign_dsse(Statement(statement)).to_json()
        except _FAILURES as error:
            raise ReleaseError(f"Sigstore has not signed the statement: {_reason(error)}") from None

    def verified(self, bundle: str, demands: Demands) -> bytes:
        """Return the statement in a bundle, whose signature is valid and whose certificate meets all demands.

        Raises:
            ReleaseError: it is not; with the reason.
        """
        try:
            kind, payload = self._verifier.verify_dsse(Bundle.from_json(bundle), demands.policy())
        except Exception as error:  # noqa: BLE001 (a bundle is foreign data: whatever the library raises is a refusal)
            raise ReleaseError(f"the signature does not count: {_reason(error)}") from None
        if kind != _PAYLOAD:
            raise ReleaseError(f"the signature does not count: it is for {kind!r} and not for a statement of in-toto")
        return payload


def _check_service(what: str, url: str) -> None:
    """Raise an error if nobody answers a request, or only that the service fails; another status is an answer."""
    parts = urlsplit(url)
    client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
        url,
        policies=[UserAgentPolicy("agent-network")],
        transport=RequestsTransport(connection_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS),
    )
    try:
        with client:
            status = client.send_request(HttpRequest("GET", url)).status_code
    except AzureError as error:
        raise ReleaseError(
            f"the {what} of Sigstore, {parts.netloc}, cannot be reached ({type(error).__name__}); allow the connection,"
            " or remove 'release' from the stack's file"
        ) from None
    if status >= _UNAVAILABLE:
        raise ReleaseError(f"the {what} of Sigstore, {parts.netloc}, is not available ({status}); try again later")


def _reason(error: Exception) -> str:
    """Return the reason of an error of the library in one line; an HTTP status is in its cause."""
    answer = getattr(error.__cause__, "response", None)
    if isinstance(error, FulcioClientError) and answer is not None:
        return f"the certificate authority responded with {answer.status_code}"
    if "validation error" in str(error):  # of pydantic, in words about its own types
        return "the JSON is not complete, or has another form"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    words = " ".join(str(error).split()) or type(error).__name__
    return f"{words[:_SHOWN]}{' …' if len(words) > _SHOWN else ''}"
