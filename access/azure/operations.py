"""Lists the operation names that Azure providers publish, for the control plane and the data plane.

Owns the packed lists in `data/` and, for providers that they leave out, the operations that built-in roles spell in
full. For such a provider the list is a lower bound, and `complete_for` returns False.
"""

from functools import cache

from access.azure.catalogue import DATA, every_role


@cache
def listed(*, data: bool) -> tuple[str, ...]:
    """Return all published operations of one plane, sorted without regard to case."""
    return _lines("azure_data_actions.txt" if data else "azure_actions.txt")


@cache
def cosmos_data_actions() -> tuple[str, ...]:
    """Return the data actions that only Cosmos DB's own roles can allow."""
    return _lines("cosmos_data_actions.txt")


@cache
def listed_providers() -> frozenset[str]:
    """Return the lower-case names of the providers whose operations are listed."""
    return frozenset(_provider(name) for data in (False, True) for name in listed(data=data))


def complete_for(provider: str) -> bool:
    """Return True if a provider's operation list is complete, so that an unlisted operation does not exist."""
    return provider.lower() in listed_providers()


@cache
def known(*, data: bool) -> tuple[str, ...]:
    """Return all listed operations, and for other providers the operations that built-in roles spell in full."""
    listed_here = listed_providers()
    spelled: dict[str, str] = {}
    for role in every_role():
        if role.system == "azure":
            for block in role.permissions:
                for name in block.data_actions if data else block.actions:
                    if "*" not in name and _provider(name) not in listed_here:
                        spelled.setdefault(name.lower(), name)
    return tuple(sorted((*listed(data=data), *spelled.values()), key=str.lower))


def _provider(operation: str) -> str:
    return operation.partition("/")[0].lower()


def _lines(name: str) -> tuple[str, ...]:
    return tuple((DATA / name).read_text(encoding="utf-8").splitlines())
