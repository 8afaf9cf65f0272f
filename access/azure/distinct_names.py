"""Finds a display name for each Azure id, different from the display names of all other ids.

Names in Azure are unique inside their parent only: two storage accounts may each have a container `data`, and two
groups an app `web`. Ids are compared everywhere; a name is only shown, so that it must say which id is meant.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from access.azure.scopes import ROOT, key


def distinct_names(called: Mapping[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a display name for each id: its own name, or as much of its path as makes it unique.

    Args:
        called: the id of each thing, with its own name.
        taken: names of other things.
    """
    names: dict[str, str] = {}
    used = set(taken)
    choices = {each: _choices(each, name) for each, name in called.items()}
    for level in range(max(map(len, choices.values()), default=0)):
        rest = {each: at[min(level, len(at) - 1)] for each, at in choices.items() if each not in names}
        several = Counter(rest.values())
        names |= {each: name for each, name in rest.items() if several[name] == 1 and name not in used}
        used |= set(names.values())
    # Only ids that differ in their spelling are left.
    return names | {each: each for each in called if each not in names}


def _choices(identifier: str, name: str) -> list[str]:
    """Return the possible names of an id, from the shortest to the id itself."""
    path = [segment for segment in identifier.split("/") if segment]
    lowered = [segment.lower() for segment in path]
    if not identifier.startswith("/") or "providers" not in lowered or key(identifier) == ROOT:
        return [name, f"{name} ({identifier})", identifier]
    first = lowered.index("providers")
    # A resource of another provider may be attached to one, such as a diagnostic setting to a storage account.
    pairs: list[tuple[str, str]] = []
    for block in "/".join(path[first:]).split("providers/")[1:]:
        segments = block.strip("/").split("/")
        pairs += zip(segments[1::2], segments[2::2], strict=False)
    parents = [each for _, each in pairs[:-1] if each != "default"]
    services = [kind if each == "default" else each for kind, each in pairs[:-1]]
    group = path[lowered.index("resourcegroups") + 1 :][:1] if "resourcegroups" in lowered else []
    return [
        name,
        *(["/".join((parents[0], name)), "/".join((*parents, name))] if parents else []),
        *([f"{name} ({pairs[-1][0]})"] if pairs else []),
        "/".join((*services, name)),
        "/".join((*group, *parents, name)),
        "/".join((*group, *services, name)),
        identifier,
    ]
