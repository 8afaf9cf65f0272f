"""The gate of one agent: its signing keys, and a validator for each kind of token that the agent accepts."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from agent_network_runtime.claims import Audience, CallerClaims, UserClaims, caller_claims, user_claims
from agent_network_runtime.errors import ConfigurationError, RuntimeLibraryError
from agent_network_runtime.settings import Settings
from agent_network_runtime.signing_keys import SigningKeys
from agent_network_runtime.validation import MissingKey, Validator, ValidClaims

C = TypeVar("C", bound=ValidClaims)


Header = str | Sequence[str] | None
"""The `Authorization` header of a request, or all of them where the framework gives a list; None if there is none."""


class Gate:
    """Validators of an agent's incoming tokens, made from its settings; no input and output."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._agent = settings.agent
        self.keys = SigningKeys(settings.tenant_id, settings.issuer, clock)
        self._users: Validator[UserClaims] | None = None
        self._callers: Validator[CallerClaims] | None = None
        application, acts = settings.application, settings.acts_for_users
        if application is None:
            return
        audience = Audience(settings.tenant_id, settings.issuer, application.client_id)
        if acts is not None:
            users = partial(user_claims, audience=audience, scope=acts.scope, callers=acts.callers)
            self._users = Validator(self.keys, users, clock)
        if application.call_role is not None:
            callers = partial(caller_claims, audience=audience, role=application.call_role)
            self._callers = Validator(self.keys, callers, clock)

    @property
    def users(self) -> Validator[UserClaims]:
        """Validator of users' tokens; raises `ConfigurationError` if the agent does not act for users."""
        if self._users is None:
            raise ConfigurationError(
                f"the agent {self._agent} does not act for users; declare acts_for_users in network.yaml"
            )
        return self._users

    @property
    def callers(self) -> Validator[CallerClaims]:
        """Validator of calling applications' tokens; raises `ConfigurationError` if none may call the agent."""
        if self._callers is None:
            raise ConfigurationError(f"no agent may call {self._agent}; declare callable: true in network.yaml")
        return self._callers

    def result(self, outcome: C | MissingKey | RuntimeLibraryError) -> C:
        """Return the claims of a validation, or raise its error."""
        if isinstance(outcome, MissingKey):
            outcome = self.keys.refusal()
        if isinstance(outcome, RuntimeLibraryError):
            raise outcome
        return outcome
