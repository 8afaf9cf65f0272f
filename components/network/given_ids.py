"""Ids of identities that a person gave, against everybody whom the network itself knows: no two of them may be one.

What the files tell, `manifest.checks` says before; whom the unpublished agents of a project act as, where the network
has
none of those, is asked with the id that was given.
"""

from collections.abc import Iterator, Mapping

import pulumi

from components.network.site import Place, Site
from manifest import Environment
from manifest.errors import Path

__all__ = ["are_nobody_elses"]


def are_nobody_elses(site: Site, others: Mapping[str, pulumi.Output[str]]) -> None:
    """Refuse an id that is somebody else's, as soon as that one's is known; in a preview, of whoever is there already.

    Args:
        site: its environment has the ids that were given.
        others: by what messages call them, everybody's ids that were not given.
    """
    given = dict(_given(site.environment))
    for whose, known in others.items() if given else ():
        known.apply(lambda principal, whose=whose: _check(given, principal, whose, site.place))


def _given(environment: Environment) -> Iterator[tuple[str, Path]]:
    for key in ("agent_identities", "project_identities"):
        for name, principal in getattr(environment, key).items():
            yield principal, (key, name)


def _check(given: Mapping[str, Path], principal: str, whose: str, place: Place) -> None:
    path = given.get(principal.lower())
    if path is not None:
        raise pulumi.RunError(str(place(path, f"'{principal}' is the id of {whose}; give its own, or remove it here")))
