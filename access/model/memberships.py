"""Memberships of principals in Entra ID groups, as far as a source shows them.

Owns the three answers: a member, no member, or unknown. A program shows the members that it adds, and no others; a
directory shows every group of a principal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Memberships:
    """Map of principals to the Entra ID groups that contain them, including through nested groups."""

    groups_of: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Principal → the groups that it is known to be a member of."""
    complete: frozenset[str] = frozenset()
    """Principals whose groups are all known."""

    def is_member(self, principal_id: str, group_id: str) -> bool | None:
        """Return True or False for whether an Entra ID group contains a principal; None if unknown."""
        principal, group = principal_id.lower(), group_id.lower()
        if group in self.groups_of.get(principal, ()):
            return True
        return False if principal in self.complete or principal == group else None

    @classmethod
    def of(cls, members: Iterable[tuple[str, str]], complete: Iterable[str] = ()) -> "Memberships":
        """Create memberships from pairs of an Entra ID group and its direct member, nested groups resolved."""
        direct: dict[str, set[str]] = {}
        for group, member in members:
            direct.setdefault(member.lower(), set()).add(group.lower())
        found: dict[str, frozenset[str]] = {}
        for member, own in direct.items():
            groups: set[str] = set()
            waiting = [*own]
            while waiting:
                group = waiting.pop()
                if group not in groups:
                    groups.add(group)
                    waiting += direct.get(group, ())
            found[member] = frozenset(groups)
        return cls(found, frozenset(each.lower() for each in complete))
