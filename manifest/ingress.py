"""Models of an agent's ingress and health probes."""

import ipaddress
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from manifest.base_model import ListField, StrictModel, sorted_strings
from manifest.message_formatting import quote_value
from manifest.safeguards import Reason

__all__ = ["Ingress", "Port", "Probe", "Probes", "Unauthenticated", "address_block"]

# A block wider than /8, more than one in 256 of all addresses, is too wide for a list of known callers.
_WIDEST = 8


_EVERYONE = "allows nearly every address; write the addresses of the callers"


def address_block(value: str, only_ipv4: str, too_wide: str = _EVERYONE) -> str:
    """Return a block of IPv4 addresses in normal form; raise if it is invalid, IPv6 or too wide.

    Args:
        value: the block as in the file.
        only_ipv4: message for an IPv6 block.
        too_wide: message for a block of nearly all addresses.

    Raises:
        ValueError: the block is invalid or too wide.
    """
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise ValueError(f"{quote_value(value)} is not a block of addresses; write it like '203.0.113.0/24'") from error
    if network.version != 4:  # noqa: PLR2004 - the only other version
        raise ValueError(f"{quote_value(value)} is an IPv6 block, but {only_ipv4}")
    if network.prefixlen < _WIDEST:
        raise ValueError(f"{quote_value(value)} {too_wide}")
    if str(network) not in (value, f"{value}/32"):
        raise ValueError(f"{quote_value(value)} is not in normal form; did you mean '{network}'?")
    return str(network)


def _block(value: str) -> str:
    # "IP ingress restrictions", Microsoft Learn, 2025.
    return address_block(value, "Container Apps restricts ingress by IPv4 addresses only")


def _url_path(value: str) -> str:
    if re.fullmatch("/[!-~]{0,511}", value) is None:
        raise ValueError(f"{quote_value(value)} is not a path of a URL; write it like '/healthz'")
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
Block = Annotated[str, AfterValidator(_block)]
UrlPath = Annotated[str, AfterValidator(_url_path)]


class Unauthenticated(StrictModel):
    """Declaration that callers of an agent need no token, with the reason."""

    unsupported_keys: ClassVar[dict[str, str]] = {"reason": "the key is 'because'"}

    because: Reason
    """Reason, shown in reports; a token is required by default."""


class Ingress(StrictModel):
    """Declared network access to an agent: none, the other agents, or listed addresses outside."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "port": "set the port on the agent",
        "deny": "everything that is not allowed is denied",
    }

    kind: Literal["none", "internal", "external"] = "none"
    """Callers: none, agents of the same environment or cluster, or also addresses outside."""
    allow: Annotated[ListField[Block], AfterValidator(sorted_strings)] = ()
    """For 'external': blocks of IPv4 addresses of callers; all others are denied."""
    callers: Annotated[ListField[str], AfterValidator(sorted_strings)] = ()
    """In a cluster: agents of the same cluster that may connect; all others are denied."""
    unauthenticated: Unauthenticated | None = None
    """Reason why callers need no token; without it, ingress that no token protects is a finding."""

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        return {"kind": written} if isinstance(written, str) else written

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        entry = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"enum": ["none", "internal"]}, entry]}


class Probe(StrictModel):
    """Health probe of an agent. Limits: Container Apps REST reference, ContainerAppProbe, 2025-01-01."""

    path: UrlPath | None = None
    """Path of an HTTP request that must succeed; without it, a TCP connection is sufficient."""
    port: Port | None = None
    """Port; by default, the agent's port."""
    initial_delay_seconds: Annotated[int, Field(ge=1, le=60)] | None = None
    """Seconds before the first probe."""
    period_seconds: Annotated[int, Field(ge=1, le=240)] | None = None
    """Seconds between probes."""
    timeout_seconds: Annotated[int, Field(ge=1, le=240)] | None = None
    """Seconds without a response that count as a failure."""
    failure_threshold: Annotated[int, Field(ge=1, le=10)] | None = None
    """Number of consecutive failures that count."""
    success_threshold: Annotated[int, Field(ge=1, le=10)] | None = None
    """Number of consecutive successes that count; more than one for a readiness probe only."""


class Probes(StrictModel):
    """Health probes of an agent: liveness, readiness and startup; each is optional."""

    liveness: Probe | None = None
    """Probe whose failure restarts the replica."""
    readiness: Probe | None = None
    """Probe whose failure stops requests to the replica."""
    startup: Probe | None = None
    """Probe that must succeed before the other two start."""
