"""Checks of rules about more than one field of the user's files; each yields every violation and changes nothing."""

from manifest.check_input import Check
from manifest.checks.access import check_access
from manifest.checks.agents import check_agents
from manifest.checks.azure_names import check_azure_names
from manifest.checks.calls import check_calls
from manifest.checks.duplicates import check_duplicates
from manifest.checks.egress import check_egress
from manifest.checks.entra import check_entra
from manifest.checks.environment import check_environment
from manifest.checks.foundry_identities import check_foundry_identities
from manifest.checks.hosts import check_hosts
from manifest.checks.limits import check_limits
from manifest.checks.models import check_models
from manifest.checks.resources import check_resources
from manifest.checks.safeguards import check_safeguards
from manifest.checks.user_context import check_user_context

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    check_resources,
    check_hosts,
    check_models,
    check_access,
    check_agents,
    check_calls,
    check_user_context,
    check_safeguards,
    check_azure_names,
    check_duplicates,
    check_environment,
    check_entra,
    check_egress,
    check_limits,
    check_foundry_identities,
)
