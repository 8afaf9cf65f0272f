"""Rules that take more than one field to judge. Each check says everything that it finds and changes nothing."""

from manifest.check_input import Check
from manifest.checks.access import access_makes_sense
from manifest.checks.agents import agents_can_run
from manifest.checks.azure import names_fit_azure
from manifest.checks.environment import environment_fits
from manifest.checks.foundry import identities_are_apart
from manifest.checks.hosts import hosts_make_sense
from manifest.checks.identity import nothing_is_twice
from manifest.checks.resources import resources_are_whole
from manifest.checks.safeguards import safeguards_make_sense

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
