"""Records with the approvals of a release, as the setting of its stack selects them, and what an approver uses."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from access.readers import live
from cli.project_root import check_stack
from manifest.approval import Approval
from manifest.loading import load
from manifest.release_signing import ReleaseSigning
from manifest.stack_file import config_getter
from release.approval import ApprovalRule, ApprovalSource, When
from release.approval_sources.azure_pipelines import CheckApprovals
from release.approval_sources.github import EnvironmentApprovals, ReviewApprovals
from release.approval_sources.repository_records import GitHubRepository
from release.approval_sources.signed import SignedApprovals
from release.backend import backend_at
from release.rule_in_force import ApprovalSetting
from release.signed_exchange import ApprovalExchange
from release.statements import public_key
from safe_text.yaml_loading import load_yaml

__all__ = [
    "KEYS",
    "Approving",
    "approval_source",
    "approving",
    "project_backend",
    "rule_of",
    "setting_of",
    "source_name",
]

KEYS = "keys"


@dataclass(frozen=True, kw_only=True)
class Approving:
    """Everything that an approver uses who signs evidence: none of it is the state of the stack."""

    setting: ApprovalSetting
    """Approval setting of the commit; `apply` uses that of the last release if it is stricter."""
    rule: ApprovalRule
    exchange: ApprovalExchange
    source: ApprovalSource


def approving(root: Path, stack: str) -> Approving:
    """Return everything that an approver of a stack uses, whose sign-in needs no access to the state.

    Raises:
        CommandError: there is no such stack.
        ManifestError: with every mistake in the project's files.
        ReleaseError: the backend cannot be used.
    """
    check_stack(root, stack)
    _network, environment = load(
        stack, config_getter(root, stack), root=root, role_refusal_reason=lambda _role, _kind: None
    )
    setting = setting_of(environment.release_approval, environment.release)
    backend = backend_at(os.environ, project_backend(root), live.signed_in)
    return Approving(
        setting=setting,
        rule=rule_of(setting),
        exchange=ApprovalExchange(backend.approvals),
        source=_signed_approvals(setting, root, None),
    )


def setting_of(setting: Approval, signing: ReleaseSigning | None) -> ApprovalSetting:
    """Return the approval setting in a stack's file, in the form that a release records it in."""
    return ApprovalSetting(
        when=setting.when,
        hours=setting.hours,
        by=setting.by or "",
        environment=setting.environment or "",
        keys=setting.keys,
        signed_by="" if signing is None else signing.model_dump_json(),
    )


def rule_of(setting: ApprovalSetting) -> ApprovalRule:
    """Return the approvals that a setting requires."""
    return ApprovalRule(when=When(setting.when), hours=setting.hours)


def source_name(setting: ApprovalSetting, environment: Mapping[str, str]) -> str:
    """Return the name of the records that approvals are derived from: by default, those of the pipeline's platform."""
    if setting.by:
        return setting.by
    if environment.get("GITHUB_ACTIONS"):
        return "github-environment"
    return "azure-pipelines" if environment.get("TF_BUILD") else KEYS


def approval_source(
    setting: ApprovalSetting,
    root: Path,
    stack: str,
    environment: Mapping[str, str],
    exchange: ApprovalExchange | None,
) -> ApprovalSource:
    """Return the records that approvals are derived from.

    Args:
        setting: approval setting in force.
        root: folder of the project.
        stack: name of the stack.
        environment: environment variables.
        exchange: signed approvals that were handed in; None if there are only those next to the evidence.

    Raises:
        ReleaseError: the records of the platform need a token, and it is missing.
    """
    match source_name(setting, environment):
        case "github-environment":
            return EnvironmentApprovals(GitHubRepository(environment), root, setting.environment or stack)
        case "github-review":
            return ReviewApprovals(GitHubRepository(environment), root)
        case "azure-pipelines":
            return CheckApprovals(environment, root)
        case _:
            return _signed_approvals(setting, root, exchange)


def project_backend(root: Path) -> str:
    """Return the address of the backend in `Pulumi.yaml`; empty if there is none."""
    settings: object = load_yaml((root / "Pulumi.yaml").read_text("utf-8"))
    backend = settings.get("backend") if isinstance(settings, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return str(backend.get("url", "")) if isinstance(backend, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _signed_approvals(setting: ApprovalSetting, root: Path, exchange: ApprovalExchange | None) -> SignedApprovals:
    return SignedApprovals(root, {name: public_key(name, pem) for name, pem in setting.keys.items()}, exchange)
