"""Selects the environment variables that decide what a deployment does, and refuses options of the engine.

Owns the selection. Variables of a sign-in and places of this machine are left out: plan and deployment run as different
identities, on different machines. A value is bound by its digest, since some have credentials in them.
"""

from collections.abc import Iterator, Mapping

from release.inputs.files import text_digest

__all__ = ["bound_variables", "variable_problems"]

_OPTION = "PULUMI_OPTION_"
_OWN_OPTIONS = frozenset({f"{_OPTION}{each}" for each in ("COLOR", "PRESERVE_CONFIG", "SUPPRESS_PERMALINK")})
_REFUSED: Mapping[str, str] = {
    "PULUMI_CONFIG": "replaces the configuration of the stack",
    "PULUMI_DEBUG_LANGUAGES": "lets another process run the program",
    "PULUMI_DEBUG_PROVIDERS": "lets another process take the place of a provider",
    "PULUMI_SKIP_CHECKPOINTS": "keeps what was deployed out of the state until the end",
}
"""Variable of the Pulumi CLI → reason for which a release refuses it."""

_PREFIXES = ("PULUMI_", "ARM_", "AGENT_NETWORK_", "TF_PLUGIN_")
_NAMES = frozenset(
    {
        *("AZURE_AUTHORITY_HOST", "AZURE_ENVIRONMENT", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_DOMAIN"),
        *("AZURE_SUBSCRIPTION_ID", "AZURE_TENANT_ID", "KUBECONFIG", "LD_AUDIT", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES"),
        *("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_DIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
        *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONWARNINGS", "NODE_OPTIONS"),
    }
)
_OF_SIGN_IN = ("CLIENT_ID", "CLIENT_SECRET", "TOKEN", "OIDC", "CERTIFICATE", "PASSWORD", "PASSPHRASE", "ADO_PIPELINE")
"""Parts of names of variables that differ between the identities of plan and deployment, or are secrets."""
_OF_MACHINE = frozenset({"PULUMI_HOME", "PULUMI_AUTOMATION_API", "AGENT_NETWORK_DEBUG", "AGENT_NETWORK_NO_CACHE"})


def bound_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of the value of each variable that decides what a deployment does."""
    return {name: text_digest(value) for name, value in sorted(environment.items()) if value and _is_bound(name)}


def variable_problems(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a message for each variable that gives the engine an option which a plan does not show."""
    for name, value in sorted(environment.items()):
        if name.startswith(_OPTION) and name not in _OWN_OPTIONS and value:
            yield f"{name} is set, and gives the engine an option that the plan does not show; remove it"
        elif name in _REFUSED and value:
            yield f"{name} is set, and {_REFUSED[name]}; remove it"


def _is_bound(name: str) -> bool:
    upper = name.upper()
    if upper in _NAMES:
        return True
    is_other = upper in _OF_MACHINE or any(part in upper for part in _OF_SIGN_IN)
    return upper.startswith(_PREFIXES) and not is_other
