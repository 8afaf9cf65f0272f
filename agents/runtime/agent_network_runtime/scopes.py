"""Scopes that an agent declares for each API, and the refusal of every other scope.

A scope is written in full, `{resource}/{scope}`, as in a token request; the name of an API alone means all of its
declared scopes. One credential serves one API, because Entra issues a token for one resource. `.default` would request
whatever anyone consented to, and `offline_access` a token that outlives the request, so neither is accepted where a
credential is made. Azure's clients know no other scope than `{resource}/.default`; a credential answers them with a
token for the scopes that it was made for, and never sends `.default`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from agent_network_runtime.errors import ScopeNotDeclaredError
from agent_network_runtime.settings import Api

OPENID: Final = frozenset({"offline_access", "openid", "profile", "email"})
"""Scopes of OpenID Connect, which belong to a sign-in and not to an API."""
DEFAULT: Final = ".default"
MOST_SELECTIONS: Final = 256
"""Selections of scopes that are remembered, since an agent makes the same ones for every user."""


@lru_cache(maxsize=64)
def full_scopes(api: Api) -> tuple[str, ...]:
    """Return the declared scopes of an API as a token request writes them, sorted."""
    return tuple(sorted(f"{api.resource.rstrip('/')}/{scope}" for scope in api.scopes))


def default_scope(api: Api) -> str:
    """Return the only scope that Azure's clients request from a credential for this API."""
    return f"{api.resource.rstrip('/')}/{DEFAULT}"


@dataclass(frozen=True)
class RequestedScopes:
    """Scopes of one API that one credential is for, in full and sorted."""

    api: Api
    scopes: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """Value of the parameter `scope` of a token request."""
        return " ".join(self.scopes)

    def check(self, scopes: Iterable[str]) -> None:
        """Refuse scopes, requested by a client of this credential, that go beyond those it was made for."""
        wanted = tuple(scopes)
        beyond = [scope for scope in wanted if scope not in self.scopes and _normal(scope) != default_scope(self.api)]
        if beyond or not wanted:
            named = ", ".join(map(_shown, beyond)) or "a request without a scope"
            raise ScopeNotDeclaredError(
                f"this credential is for {self.text}, not for {named}; make another with credential_for"
            )


class DeclaredScopes:
    """The APIs that the agent declares in `acts_for_users`, and the check of scopes against them."""

    def __init__(self, apis: Mapping[str, Api]) -> None:
        self._apis = dict(apis)
        self._selected: dict[tuple[str, ...], RequestedScopes] = {}

    @property
    def apis(self) -> Mapping[str, Api]:
        """Declared APIs by name."""
        return dict(self._apis)

    def select(self, scopes: str | Iterable[str], *more: str) -> RequestedScopes:
        """Return the scopes that a credential is made for, all of one API; refuse what is not declared."""
        wanted = (scopes, *more) if isinstance(scopes, str) else (*scopes, *more)
        selected = self._selected.get(wanted)
        if selected is None:
            selected = self._select(wanted)
            if len(self._selected) < MOST_SELECTIONS:
                self._selected[wanted] = selected
        return selected

    def _select(self, wanted: tuple[str, ...]) -> RequestedScopes:
        if not wanted:
            raise ScopeNotDeclaredError(f"a credential needs at least one scope; {self._declared()}")
        found: dict[str, Api] = {}
        for scope in wanted:
            api, full = self._find(scope)
            found.update(dict.fromkeys(full, api))
        apis = {api.name: api for api in found.values()}
        if len(apis) > 1:
            raise ScopeNotDeclaredError(
                f"a token is for one API, but the scopes belong to {' and '.join(sorted(apis))}; "
                "make one credential for each"
            )
        return RequestedScopes(next(iter(apis.values())), tuple(sorted(found)))

    def _find(self, scope: str) -> tuple[Api, tuple[str, ...]]:
        """Return the API of one scope and the scopes in full that the text means."""
        if scope in self._apis:
            return self._apis[scope], full_scopes(self._apis[scope])
        for api in self._apis.values():
            if scope in full_scopes(api):
                return api, (scope,)
        raise ScopeNotDeclaredError(f"{self._reason(scope)}; {self._declared()}")

    def _reason(self, scope: str) -> str:
        name = _shown(scope)
        if scope.rsplit("/", 1)[-1] == DEFAULT:
            return f"{name} is not a declared scope: it would request everything that anyone consented to"
        if scope in OPENID:
            return f"{name} is not a scope of an API: no token of a user outlives the request"
        if any(char.isspace() for char in scope):
            return f"{name} is not one scope; give each scope as a text of its own"
        if any(scope in api.scopes for api in self._apis.values()):
            return f"{name} does not name its API; write it in full"
        return f"{name} is not a scope that this agent declares in acts_for_users"

    def _declared(self) -> str:
        known = [scope for api in self._apis.values() for scope in full_scopes(api)]
        return f"declared are {', '.join(known)}" if known else "the agent declares no API in acts_for_users"


def _normal(scope: str) -> str:
    """Return a scope with one slash before its last part: some of Azure's clients keep the slash of the resource."""
    head, _, last = scope.rpartition("/")
    return f"{head.rstrip('/')}/{last}"


def _shown(scope: str) -> str:
    """Return a scope for a message, shortened: a mistaken argument can be anything, even a token."""
    return f"'{scope[:100]}'" if len(scope) <= 100 and scope.isprintable() else "a text that is not a scope"  # noqa: PLR2004
