"""Base error of `access`, and the errors of the role catalogue; `access.model.errors` draws the whole tree."""


class AccessError(Exception):
    """Something the caller handed over cannot be judged; the message says what, and what to do."""


class UnknownRole(AccessError, LookupError):  # noqa: N818 - named for what the user did, as the message reads
    """No role of the catalogue has this name, now or formerly."""

    def __init__(self, name: str, nearest: str | None = None) -> None:
        super().__init__(name, nearest)
        self.name = name
        self.nearest = nearest

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"no built-in role {self.name!r}{hint}"
