"""Checks that no identity id in the stack file is the principal of another identity of the network.

`manifest.checks` compares the ids that are in the files; this compares them with the ids that Azure reports. A shared
identity of a project without declared agents is compared by the lookup of the configured id itself.
"""

from collections.abc import Iterator, Mapping

import pulumi

from components.network.site import CreateProblem, Site
from manifest import Environment
from manifest.errors import KeyPath

__all__ = ["check_ids_unique"]


def check_ids_unique(site: Site, others: Mapping[str, pulumi.Output[str]]) -> None:
    """Raise for an id in the stack file that is another identity's principal, as soon as that principal is known.

    A preview knows the principals of identities that exist already.

    Args:
        site: the network; its environment has the configured ids.
        others: principal ids that are not configured, by their description in messages.
    """
    configured = dict(_configured(site.environment))
    for owner, known in others.items() if configured else ():
        known.apply(lambda principal, owner=owner: _check(configured, principal, owner, site.create_problem))


def _configured(environment: Environment) -> Iterator[tuple[str, KeyPath]]:
    for key in ("agent_identities", "project_identities"):
        for name, principal in getattr(environment, key).items():
            yield principal, (key, name)


def _check(configured: Mapping[str, KeyPath], principal: str, owner: str, create_problem: CreateProblem) -> None:
    path = configured.get(principal.lower())
    if path is not None:
        raise pulumi.RunError(
            str(
                create_problem(
                    path, f"'{principal}' is already the id of {owner}; set another id here, or remove this setting"
                )
            )
        )
