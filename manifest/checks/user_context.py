"""Check of agents that act for users: each scope belongs to its API, and somebody is named whom the agent acts for."""

from collections.abc import Iterator, Mapping

from manifest.apis import KNOWN_APIS
from manifest.check_input import CheckInput, Violation
from manifest.errors import KeyPath
from manifest.message_formatting import quote_value, unknown_name_message
from manifest.scopes import own_scope_error, scope_error

__all__ = ["check_user_context"]


def check_user_context(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in APIs, scopes, groups and users of every agent that acts for users."""
    own = _own_apis(inputs)
    for name, agent in inputs.valid_agents("host"):
        acts = agent.acts_for_users
        if acts is None or agent.host == "foundry":  # its key is refused
            continue
        path = ("agents", name, "acts_for_users")
        yield from _apis((*path, "apis"), acts.apis, own)
        if not acts.people and inputs.network.is_valid(*path):
            message = (
                "missing: 'groups' or 'users', for whom the agent acts; write groups, or with a tenant without Entra ID"
                " P1, which cannot assign groups, single users"
            )
            yield Violation(path, message)
        for both in sorted({*acts.groups} & {*acts.users}):
            message = f"{quote_value(both)} is also in 'groups'; it is either a group or a user"
            yield Violation((*path, "users"), message)


def _own_apis(inputs: CheckInput) -> frozenset[str]:
    """Return the names of the organization's own APIs, including those of invalid entries."""
    entra = inputs.environment.model.entra
    removed = {str(path[2]) for path in inputs.environment.removed if path[:2] == ("entra", "apis") and len(path) > 2}  # noqa: PLR2004
    return frozenset({*(entra.apis if entra is not None else ()), *removed})


def _apis(path: KeyPath, apis: Mapping[str, tuple[str, ...]], own: frozenset[str]) -> Iterator[Violation]:
    for api, scopes in apis.items():
        if api not in KNOWN_APIS and api not in own:
            known = (*KNOWN_APIS, *sorted(own))
            message = unknown_name_message("API", api, known, there="the APIs are")
            yield Violation(
                (*path, api),
                f"{message}; an API of your own is declared in 'apis' under 'entra' in Pulumi.<stack>.yaml",
            )
            continue
        for position, scope in enumerate(scopes):
            error = own_scope_error(scope) if api in own else scope_error(api, scope)
            if error is None and scopes.index(scope) != position:
                error = f"{quote_value(scope)} is listed {scopes.count(scope)} times; write it once"
            if error is not None:
                yield Violation((*path, api, position), error)
