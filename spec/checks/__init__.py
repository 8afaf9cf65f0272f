"""Rules that take more than one field to judge. Each check says everything that it finds and changes nothing."""

from spec.checks.access import access_makes_sense
from spec.checks.agents import agents_can_run
from spec.checks.azure import names_fit_azure
from spec.checks.environment import environment_fits
from spec.checks.foundry import identities_are_apart
from spec.checks.hosts import hosts_make_sense
from spec.checks.identity import nothing_is_twice
from spec.checks.resources import resources_are_whole
from spec.checks.safeguards import safeguards_make_sense
from spec.draft import Check

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    resources_are_whole,
    hosts_make_sense,
    access_makes_sense,
    agents_can_run,
    safeguards_make_sense,
    names_fit_azure,
    nothing_is_twice,
    environment_fits,
    identities_are_apart,
)
