"""The base error of `access` and the errors of the role catalogue."""


class AccessError(Exception):
    """Error of an invalid input of `access`; the message states the cause and the fix."""


class UnknownRole(AccessError, LookupError):  # noqa: N818 - named for what the user did, as the message reads
    """Error of a role name that the catalogue does not have, neither as a current nor as a former name."""

    def __init__(self, name: str, nearest: str | None = None) -> None:
        super().__init__(name, nearest)
        self.name = name
        self.nearest = nearest

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"no built-in role {self.name!r}{hint}"
