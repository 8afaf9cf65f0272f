"""Error classes of `access`: invalid condition, unreadable source, unknown name.

AccessError
├── UnknownRole        a role name or id that the catalogue does not have
├── ConditionError     a role assignment condition that cannot be read
├── UnreadableSource   a document or file that is not what it should be
├── EmptyName          a question whose agent, resource or operation is empty
├── AmbiguousName      a question whose agent or resource has a name that others have, too
├── NotAnAgentError    a question about agents that names a host or people
└── UnknownName        a question about an agent or a resource that does not exist
    └── UnknownVerb    a question about a verb that the resource's kind does not have
"""

from collections.abc import Iterable
from difflib import get_close_matches
from textwrap import fill

from access.azure.errors import AccessError, UnknownRole

__all__ = [
    "AccessError",
    "AmbiguousName",
    "ConditionError",
    "EmptyName",
    "NotAnAgentError",
    "UnknownName",
    "UnknownRole",
    "UnknownVerb",
    "UnreadableSource",
]


class ConditionError(AccessError, ValueError):
    """Syntax error in a role assignment condition."""

    def __init__(self, position: int, found: str, expectation: str, excerpt: str) -> None:
        super().__init__(position, found, expectation, excerpt)
        self.position = position
        self.found = found
        self.expectation = expectation
        self.excerpt = excerpt

    def __str__(self) -> str:
        return f"condition, character {self.position + 1}: {self.found}, {self.expectation} (at {self.excerpt!r})"


class UnreadableSource(AccessError, ValueError):  # noqa: N818 - named for what the user handed over
    """Error of a source file that is missing, truncated or in another format."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why)
        self.where = where
        self.why = why

    def __str__(self) -> str:
        # Each of several reasons has a line of its own.
        between = "\n" if "\n" in self.why else " "
        return f"{self.where}:{between}{self.why}"


class EmptyName(AccessError, ValueError):  # noqa: N818 - named as UnknownName is
    """Error of a query with an empty or blank name, such as from an unset shell variable."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    def __str__(self) -> str:
        return f"the {self.kind} is empty; give its name"

    @classmethod
    def check(cls, **names: str) -> None:
        """Raise EmptyName for the first name that is empty or blank; keyword names give the kind."""
        for kind, name in names.items():
            if not name.strip():
                raise cls(kind)


class AmbiguousName(AccessError, LookupError):  # noqa: N818 - named as UnknownName is
    """Error of a query whose name fits several agents or resources."""

    def __init__(self, kind: str, name: str, choices: Iterable[str]) -> None:
        """Create the error; each of `choices` is a name that fits exactly one agent or resource."""
        names = sorted(set(choices))
        super().__init__(kind, name, names)
        self.kind = kind
        self.name = name
        self.choices = names

    def __str__(self) -> str:
        return f"{len(self.choices)} {self.kind}s are called {self.name!r}; name one of {', '.join(self.choices)}"


class NotAnAgentError(AccessError, LookupError):
    """Error of a query about an agent whose name is that of a host or people in network.yaml."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(name, kind)
        self.name = name
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.name!r} is not an agent, but of kind {self.kind!r}: `matrix` and `why` show its access"


class UnknownName(AccessError, LookupError):  # noqa: N818 - named as the message reads
    """Error of a query with the name of an agent or resource that the access graph does not contain."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, near: Iterable[str] = (), hint: str = "") -> None:
        """Create the error with the unknown name and the names to suggest.

        Args:
            kind: `agent`, `resource` or another kind of name.
            name: the unknown name.
            known: the names to list.
            near: more names, of which one is suggested if it is similar.
            hint: the end of the message where no similar name exists.
        """
        names = sorted(set(known))
        super().__init__(kind, name, names)
        self.kind = kind
        self.name = name
        self.known = names
        self._candidates = [*names, *sorted(set(near))]
        self._hint = hint

    def __str__(self) -> str:
        return self._text(f"no {self.kind} {self.name!r}")

    def _text(self, problem: str) -> str:
        near = get_close_matches(self.name, self._candidates, n=1)
        if near:
            return f"{problem}; did you mean {near[0]!r}?"
        text = f"{problem}; there are {', '.join(self.known) or 'none'}{self._hint}"
        return fill(text, 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


class UnknownVerb(UnknownName):
    """Error of a query with a verb that the resource's kind does not have."""

    def __str__(self) -> str:
        article = "an" if self.kind[:1] in "aeiou" else "a"
        return self._text(f"{article} {self.kind} has no verb {self.name!r}")
