"""Log lines of the sample agent: one JSON object a line, with ids and never a token.

The ids are those by which the tables of Azure Monitor name the same request: the user's object id and tenant, the
client, the id of the user's token (`uti`), the agent's principal id, and the client request id that the agent sends to
Azure (docs/howto/find-out-which-agent-did-what.md).
"""

import json
import logging
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from agent_network_runtime.errors import NO_TRACE, Trace

LOGGER = logging.getLogger("ingestion_agent")


@dataclass(frozen=True, kw_only=True)
class ReviewIds:
    """Ids of one request for a review, for its log lines."""

    correlation_id: str
    """Id of the request, new for each; Blob Storage gets it as the client request id."""
    user_object_id: str
    user_tenant_id: str
    client_id: str
    """Application that sent the user's token."""
    token_id: str
    """The claim `uti` of the user's token, which Entra's sign-in logs name UniqueTokenIdentifier."""


def log_review(event: str, ids: ReviewIds, **more: str | int) -> None:
    """Write one log line about a review."""
    LOGGER.info(event, extra={"ids": {**asdict(ids), **more}})


def log_refusal(status: int, kind: str, correlation_id: str, trace: Trace = NO_TRACE) -> None:
    """Write one log line about a request that was refused: the kind of the error and Entra's ids, and not its text."""
    of_entra = {"entra_codes": list(trace.codes), "entra_correlation_id": trace.correlation_id}
    ids = {"correlation_id": correlation_id, "status": status, "error": kind}
    LOGGER.warning("refused", extra={"ids": {**ids, **(of_entra if trace != NO_TRACE else {})}})


class JsonLines(logging.Formatter):
    """Formatter of log lines as JSON; tracebacks are left out, since local variables belong to no log."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        ids: object = getattr(record, "ids", None)
        return json.dumps({**line, **ids} if isinstance(ids, dict) else line)


def write_log_lines() -> None:
    """Write all logs of the process as JSON lines to standard output, from the level INFO on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
