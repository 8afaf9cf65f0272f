"""Tests of effective access against the slow reference implementation, and with random input."""

from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.authorization_modes import IgnoredRoles
from access.azure.catalogue import Permission
from access.evaluate import decisions
from access.evaluate.decisions import decide, effective_access, unevaluated
from access.evaluate.evaluator import EVERYONE
from access.model.graph import Assignment, DenyAssignment, Graph
from tests.access import slow
from tests.access.graphs import (
    ACCOUNT,
    BLOBS,
    COSMOS,
    GROUP,
    ITEMS,
    LIST_KEYS,
    NOT_LISTING,
    ONLY_LISTING,
    ONLY_UPLOADS,
    READ,
    READ_ITEM,
    REPORTS,
    TAGGED,
    TRAP,
    UPLOADS,
    custom,
    deny,
    graph_of,
    held,
    resource,
)

# Against the slow evaluator.

_PRINCIPALS = st.sampled_from(["p", "P", "p", "P", "q"])
_SCOPES = st.sampled_from(["/", GROUP, ACCOUNT, ACCOUNT.upper(), UPLOADS, REPORTS, COSMOS])
_COSMOS_SCOPES = st.sampled_from([COSMOS, f"{COSMOS}/dbs/findings", f"{COSMOS}/dbs/findings/colls/items"])
_CONDITIONS = st.sampled_from(
    [None, None, None, TRAP, ONLY_UPLOADS, NOT_LISTING, ONLY_LISTING, TAGGED, "nonsense", "false"]
)
_DATA = ["*", f"{BLOBS}/*", f"{BLOBS}/*/read", READ, "*/write", "*read*", READ_ITEM]
_ACTIONS = ["*", "*/action", LIST_KEYS, "*/read", "Microsoft.Storage/*", "Microsoft.Storage/*/containers/*/read"]


def _some(names: list[str], least: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=least, max_size=2).map(tuple)


_BLOCKS = st.builds(
    Permission,
    actions=_some(_ACTIONS, 1),
    not_actions=st.just(()) | _some(_ACTIONS, 0),
    data_actions=_some(_DATA, 1),
    not_data_actions=st.just(()) | _some(_DATA, 0),
    condition=st.none() | _CONDITIONS,
)
_KNOWN_ROLES = st.lists(_BLOCKS, min_size=1, max_size=2).map(lambda blocks: custom(*blocks))
_ROLES = st.integers(0, 9).flatmap(lambda number: _KNOWN_ROLES if number else st.none())
_AZURE = st.builds(held, _ROLES, _SCOPES, principal=_PRINCIPALS, condition=_CONDITIONS, id=st.uuids().map(str))
_COSMOS = st.builds(
    held, _ROLES, _COSMOS_SCOPES, principal=_PRINCIPALS, system=st.just("cosmos"), id=st.uuids().map(str)
)
_SETTINGS = st.builds(
    held, _KNOWN_ROLES, _SCOPES, principal=_PRINCIPALS, system=st.just("settings"), id=st.uuids().map(str)
)
_IGNORED = st.none() | st.builds(
    IgnoredRoles, _some(["*", f"{BLOBS}/*", READ, LIST_KEYS], 1), st.booleans(), st.booleans(), st.just("is a test")
)
_DENIES = st.builds(
    deny,
    _SCOPES,
    _BLOCKS,
    principals=_PRINCIPALS.map(lambda who: (who,)) | st.just((EVERYONE,)),
    excluded_principals=st.sampled_from([(), (), ("q",), ("P",)]),
    condition=_CONDITIONS,
    does_not_apply_to_children=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(_AZURE | _AZURE | _COSMOS | _SETTINGS, min_size=1, max_size=3),
    st.lists(_DENIES, max_size=2),
    st.sampled_from([None, True, False]),
    _IGNORED,
)
def test_access_decision_equals_the_decision_of_the_slow_reference_evaluator(
    assignments: list[Assignment],
    denies: list[DenyAssignment],
    local_auth: bool | None,  # noqa: FBT001
    ignores_roles: IgnoredRoles | None,
) -> None:
    account = {"local_auth": local_auth, "ignores_roles": ignores_roles}
    graph = graph_of(*assignments, denies=tuple({one.id: one for one in denies}.values()), **account)
    for scope in (UPLOADS, REPORTS, ACCOUNT, ITEMS):
        one = graph.resource(scope) or resource(scope)
        found = effective_access(graph, "p", scope)
        for data, allowed, conditional in (
            (False, found.allowed, found.conditional),
            (True, found.data_allowed, found.data_conditional),
        ):
            for operation in decisions.relevant_operations(one, data=data)[:: 1 if data else 5]:
                expected = slow.decided(graph, "p", one, operation, data=data)
                assert (operation in allowed) is (expected == slow.YES), operation
                assert (operation in conditional) is (expected == slow.PERHAPS), operation


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.none() | st.text(max_size=30))
def test_access_decisions_on_random_ids_and_operations_raise_no_error(
    scope: str, requested: str, operation: str, condition: str | None
) -> None:
    role = custom(Permission(actions=(operation, "*"), data_actions=(operation,)))
    graph = Graph(resources=[resource(requested)], assignments=[held(role, scope, condition=condition)])

    assert decide(graph, "p", requested, operation).because
    assert unevaluated(graph) is not None
