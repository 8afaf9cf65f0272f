"""Approval setting in force for a plan: a commit that loosens its own approval is approved as before.

Owns which of two settings is stricter: that of the last release, as its result recorded it next to the state, and that
of the commit. Otherwise, anyone who can push a commit could switch its approval off, or register a key, in the commit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from access.model.json_values import mapping, text

__all__ = ["ApprovalSetting", "setting_in_force"]

_STRICTNESS = ("never", "growth", "always")


@dataclass(frozen=True, kw_only=True)
class ApprovalSetting:
    """Plans of an environment that need an approval, and who may give it."""

    when: str
    """`growth`, `always` or `never`."""
    hours: int
    by: str = ""
    """Records that approvals are derived from; empty for those of the platform."""
    environment: str = ""
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    """Public keys, as PEM, by e-mail address."""
    signed_by: str = ""
    """Identity that signs the statements, with what is trusted for that, as JSON; empty if they are unsigned."""

    def document(self) -> dict[str, Any]:
        """Return the setting as a JSON object."""
        return asdict(self)

    @classmethod
    def of(cls, document: object) -> "ApprovalSetting | None":
        """Return the setting in a JSON object; None if the object has none."""
        values = mapping(document)
        when, hours = text(values, "when"), values.get("hours")
        if when not in _STRICTNESS or not isinstance(hours, int):
            return None
        keys = {name: str(key) for name, key in mapping(values.get("keys")).items()}
        texts = {name: text(values, name) for name in ("by", "environment", "signed_by")}
        return cls(when=when, hours=hours, keys=keys, **texts)


def setting_in_force(
    released: ApprovalSetting | None, committed: ApprovalSetting
) -> tuple[ApprovalSetting, tuple[str, ...]]:
    """Return the setting that a plan is approved by, and a clause for each way in which the commit loosens it.

    Args:
        released: setting of the last release; None if no release has recorded one.
        committed: setting of the commit.
    """
    if released is None or released.when == "never":
        return committed, ()
    same_keys = {name: key for name, key in committed.keys.items() if _key(released.keys.get(name, "")) == _key(key)}
    setting = ApprovalSetting(
        when=max(released.when, committed.when, key=_STRICTNESS.index),
        hours=min(released.hours, committed.hours),
        by=released.by,
        environment=released.environment,
        keys=same_keys if committed.by == released.by else released.keys,
        signed_by=committed.signed_by,
    )
    return setting, tuple(_loosened(released, committed, same_keys))


def _loosened(released: ApprovalSetting, committed: ApprovalSetting, same_keys: Mapping[str, str]) -> Iterator[str]:
    if _STRICTNESS.index(committed.when) < _STRICTNESS.index(released.when):
        yield f"approvals are needed {committed.when!r} instead of {released.when!r}"
    if committed.hours > released.hours:
        yield f"an approval is valid for {committed.hours} hours instead of {released.hours}"
    if committed.by != released.by:
        yield f"approvals are given by {committed.by or 'the platform'} instead of {released.by or 'the platform'}"
    if committed.environment != released.environment:
        yield f"the environment is {committed.environment!r} instead of {released.environment!r}"
    if released.signed_by not in {"", committed.signed_by}:
        yield "statements are signed by another identity, or not at all"
    for name in sorted(committed.keys.keys() - same_keys.keys()):
        yield f"{name} has a new key, which counts after this release"


def _key(pem: str) -> str:
    return "".join(pem.split())
