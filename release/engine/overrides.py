"""Finds settings outside of a plan that change what the engine does: variables, and keys of Pulumi's files.

Owns which settings a release accepts. Every option of the CLI has a variable `PULUMI_OPTION_…`, others attach another
program in place of a provider, and a plan cannot bind a value that Pulumi ESC gives: so a variable is refused unless it
is known to change neither resources nor policies. Sources: pulumi/pulumi, sdk/go/common/env/env.go and
sdk/go/common/workspace/project.go, 2026-08.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from access.model.json_values import mapping
from safe_text.yaml_loading import load_yaml

__all__ = ["engine_overrides"]

_PREFIX = "PULUMI_"
_ACCEPTED = frozenset(
    {
        # the backend, its sign-in and the key of secrets, which the self-test checks
        *("ACCESS_TOKEN", "API", "BACKEND_URL", "CONFIG_PASSPHRASE", "CONFIG_PASSPHRASE_FILE", "CREDENTIALS_PATH"),
        *("CREDENTIAL_STORE", "DEFAULT_ORGANIZATION", "DISABLE_SECRET_CACHE", "FALLBACK_TO_STATE_SECRETS_MANAGER"),
        *("DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS", "DIY_BACKEND_GZIP", "DIY_BACKEND_NO_LEGACY_WARNING"),
        *("DIY_BACKEND_PARALLEL", "DIY_BACKEND_RETAIN_CHECKPOINTS", "DIY_BACKEND_ZSTD", "GITSSH_PASSPHRASE"),
        # where plugins are, whose contents a plan binds
        *("DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "HOME", "IGNORE_AMBIENT_PLUGINS"),
        # output and speed
        *("AUTOMATION_API", "CONSOLE_DOMAIN", "COPILOT", "DISABLE_CI_DETECTION", "ERROR_ON_DEPENDENCY_CYCLES"),
        *("ERROR_OUTPUT_STRING", "LOG_ROTATION_MAX_AGE_DAYS", "LOG_ROTATION_MAX_TOTAL_MB", "NEO", "PARALLEL"),
        *("OPTION_COLOR", "OPTION_NON_INTERACTIVE", "OPTION_PRESERVE_CONFIG", "OPTION_SUPPRESS_PERMALINK"),
        *("SKIP_CONFIRMATIONS", "SKIP_UPDATE_CHECK", "SUPPRESS_COPILOT_LINK", "SUPPRESS_NEO_LINK"),
        # an option of each command names the stack
        "STACK",
    }
)
_OF_CI = ("CI_", "GIT_", "PR_", "VCS_")
"""Beginnings of the names of facts about a commit and a run, which the engine records."""
_PROJECT = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


def engine_overrides(root: Path, stack: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a message for each setting that changes what the engine does and that no plan has.

    Args:
        root: folder of the project.
        stack: name of the stack.
        environment: environment variables with which the Pulumi CLI will run.
    """
    for name in sorted(environment):
        short = name.removeprefix(_PREFIX)
        if name != short and environment[name] and short not in _ACCEPTED and not short.startswith(_OF_CI):
            yield (
                f"{name} is set, and could change what the engine deploys or switch off the policy pack; remove it from"
                " the environment"
            )
    for name in _PROJECT:
        if "plugins" in _content(root / name):
            yield (
                f"{name}: plugins has the engine start other programs as providers or policy packs; remove it, and"
                " install plugins with `pulumi plugin install`"
            )
    for name in (f"Pulumi.{stack}.yaml", f"Pulumi.{stack}.yml", f"Pulumi.{stack}.json"):
        if "environment" in _content(root / name):
            yield (
                f"{name}: environment takes variables and settings from Pulumi ESC, which may change after the plan;"
                " write them in config"
            )


def _content(path: Path) -> Mapping[str, object]:
    """Return the keys and values of a file of Pulumi; none if there is no such file, or the engine will refuse it."""
    try:
        return mapping(load_yaml(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
