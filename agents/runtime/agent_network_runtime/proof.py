"""Proof of the agent's application in a token exchange: a token of the identity that the application trusts.

The proof belongs to the agent and to no user, so it is kept for the whole process and renewed before its end. It is a
token of the credential identity for the exchange's audience, or on AKS the token that the cluster puts into the pod.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from azure.core.credentials import AccessTokenInfo

from agent_network_runtime.errors import ConfigurationError
from agent_network_runtime.secret import Secret
from agent_network_runtime.waits import Clock

EARLY: Final = 300.0
"""Seconds before its end at which a proof is renewed at the latest."""
SECOND_TRY: Final = 30.0
"""Seconds for which a proof that could not be renewed is used before the next attempt."""
LARGEST_POD_TOKEN: Final = 64 * 1024


@dataclass(kw_only=True)
class KeptProof:
    """The proof in use, and the times at which it is renewed and ends."""

    clock: Clock = time.time
    token: Secret | None = field(default=None)
    renew_on: float = 0.0
    expires_on: float = 0.0

    def current(self) -> Secret | None:
        """Return the proof if it needs no renewal yet."""
        return self.token if self.clock() < self.renew_on else None

    def renew(self, issued: AccessTokenInfo) -> Secret:
        """Keep a new proof until half of its life is over, or shortly before its end if that is earlier."""
        now = self.clock()
        half = now + (issued.expires_on - now) / 2
        self.token = Secret(issued.token)
        self.expires_on = float(issued.expires_on)
        self.renew_on = min(issued.refresh_on or half, issued.expires_on - EARLY)
        return self.token

    def not_renewed(self) -> Secret | None:
        """Return the proof that could not be renewed while it is valid, and let some time pass before the next try."""
        if self.token is None or self.clock() >= self.expires_on:
            return None
        self.renew_on = min(self.clock() + SECOND_TRY, self.expires_on)
        return self.token


def pod_token(path: Path) -> Secret:
    """Return the token that the cluster keeps fresh in a file of the pod; it is read each time."""
    problem = ""
    try:
        with path.open("rb") as file:
            token = file.read(LARGEST_POD_TOKEN).decode("ascii").strip()
        if token:
            return Secret(token)
        problem = "is empty"
    except OSError as failure:
        problem = f"cannot be read ({failure.strerror})"
    except UnicodeDecodeError:
        problem = "is not a token"
    raise ConfigurationError(f"the pod's token file {path} {problem}; check the pod's service account and its label")
