"""How an agent is reached, and how its health is asked for."""

import ipaddress
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from manifest.base_model import Entry, Items, sort_texts
from manifest.phrases import show

__all__ = ["Ingress", "Port", "Probe", "Probes", "address_block"]

# A block wider than /8, more than one address in 256 of all that there are, is no list of known callers.
_WIDEST = 8


_EVERYONE = "lets in (nearly) everyone; write the addresses of those who call"


def address_block(value: str, only_ipv4: str, too_wide: str = _EVERYONE) -> str:
    """A block of IPv4 addresses, as the callers of something are listed.

    Args:
        value: as it is written.
        only_ipv4: why none is IPv6.
        too_wide: what is wrong with a block of nearly all addresses.

    Raises:
        ValueError: it is none, or one of nearly all addresses.
    """
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise ValueError(f"{show(value)} is no block of addresses; write it like '203.0.113.0/24'") from error
    if network.version != 4:  # noqa: PLR2004 - the only other version
        raise ValueError(f"{show(value)} is IPv6; {only_ipv4}")
    if network.prefixlen < _WIDEST:
        raise ValueError(f"{show(value)} {too_wide}")
    if str(network) not in (value, f"{value}/32"):
        raise ValueError(f"{show(value)} is not written as the block that it means; did you mean '{network}'?")
    return str(network)


def _block(value: str) -> str:
    # "IP ingress restrictions", Microsoft Learn, 2025.
    return address_block(value, "Container Apps restricts ingress by IPv4 addresses only")


def _url_path(value: str) -> str:
    if re.fullmatch("/[!-~]{0,511}", value) is None:
        raise ValueError(f"{show(value)} is no path of an address; write it like '/healthz'")
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
Block = Annotated[str, AfterValidator(_block)]
UrlPath = Annotated[str, AfterValidator(_url_path)]


class Ingress(Entry):
    """Who can reach an agent: nobody, the other agents, or listed addresses outside."""

    refused: ClassVar[dict[str, str]] = {
        "port": "the port stands with the agent",
        "deny": "what is not allowed is denied",
    }

    kind: Literal["none", "internal", "external"] = "none"
    """Nobody, the network's own agents, or addresses outside too."""
    allow: Annotated[Items[Block], AfterValidator(sort_texts)] = ()
    """For 'external': blocks of IPv4 addresses that may call; nobody else may."""
    callers: Annotated[Items[str], AfterValidator(sort_texts)] = ()
    """In a cluster: the agents of the same cluster that may call; nobody else may."""

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        return {"kind": written} if isinstance(written, str) else written

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        entry = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [{"enum": ["none", "internal"]}, entry]}


class Probe(Entry):
    """One health probe. Limits: Container Apps REST reference, ContainerAppProbe, 2025-01-01."""

    path: UrlPath | None = None
    """Path that must answer with success; without it, accepting a connection is enough."""
    port: Port | None = None
    """Without it, the agent's port."""
    initial_delay_seconds: Annotated[int, Field(ge=1, le=60)] | None = None
    """Seconds before the first probe."""
    period_seconds: Annotated[int, Field(ge=1, le=240)] | None = None
    """Seconds between probes."""
    timeout_seconds: Annotated[int, Field(ge=1, le=240)] | None = None
    """Seconds after which no answer is a failure."""
    failure_threshold: Annotated[int, Field(ge=1, le=10)] | None = None
    """Failures in a row that count."""
    success_threshold: Annotated[int, Field(ge=1, le=10)] | None = None
    """Successes in a row that count; only a readiness probe may ask for more than one."""


class Probes(Entry):
    """The health probes of an agent; each is optional."""

    liveness: Probe | None = None
    """Failing restarts the replica."""
    readiness: Probe | None = None
    """Failing keeps requests away from the replica."""
    startup: Probe | None = None
    """Until it succeeds, the other two wait."""
