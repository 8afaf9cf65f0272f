"""Prepares what a release uses outside of itself: the stack, Azure or local Azure, the network, and the approvals."""

import os
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.additional_grants import ReleaseRoles
from access.readers import live
from access.readers.export import resource_rows
from access.readers.local import graph_of_world
from cli.approval_records import KEYS, approval_source, project_backend, rule_of, setting_of, source_name
from cli.cache.fingerprint import package_digest
from cli.deployment import deployment_of
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.graph_file import read_document
from cli.pipeline_sign_in import check_sign_in, print_line, subscription_of
from cli.policy_pack import enforcement_folder, pack_folder
from cli.project_root import check_stack
from cli.reconcile import reconcile
from cli.report_origin import report_origin
from cli.sources import texts_of
from components.release_roles import release_permissions
from localazure.fronts.packages import WORLD
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.release_identities import ReleaseIdentities
from manifest.release_signing import ReleaseSigning
from manifest.stack_file import config_getter
from release.approval import ApprovalRule, ApprovalSource
from release.backend import backend_at
from release.engine.stack import EngineStack, Pack
from release.errors import ReleaseError
from release.last_release import last_approval_setting
from release.rule_in_force import ApprovalSetting, setting_in_force
from release.run_identity import run_identity
from release.sign_in.pipeline import PipelineSignIn, pipeline_sign_in
from release.signed_exchange import ApprovalExchange
from release.signing.statement_signing import StatementSigning
from release.signing.workflow_identity import WorkflowIdentity
from release.surroundings import Surroundings

__all__ = ["Preparation", "prepared"]


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """Everything that the steps of a release use."""

    around: Surroundings
    setting: ApprovalSetting
    """Approval setting in force."""
    rule: ApprovalRule
    source: Callable[[], ApprovalSource]
    """Returns the records with approvals; a plan needs none, and no token for them."""
    exchange: ApprovalExchange | None
    """Exchange with approvers who sign with keys; None if approvals come from a platform."""


@contextmanager
def prepared(root: Path, stack_name: str) -> Generator[Preparation]:
    """Yield everything that the steps of a release of a stack use; in a pipeline, signed in until the context ends.

    Raises:
        CommandError: there is no such stack.
        ManifestError: with every mistake in the project's files.
        ReleaseError: the sign-in, the stack, its backend or the setting for approvals cannot be used.
    """
    check_stack(root, stack_name)
    network, environment, document = load_with_document(
        stack_name, config_getter(root, stack_name), root=root, role_refusal_reason=lambda _role, _kind: None
    )
    declared = Declared.from_json(declared_document(network, environment, document))
    subscription = subscription_of(root, stack_name)
    uses_azuread = any(one.has_application for one in network.agents.values())
    with _azure(environment.cloud, subscription, uses_azuread=uses_azuread) as azure:
        around = replace(
            _surroundings(root, stack_name, declared, azure, _release_roles(environment.release_identities)),
            signing=_signing(environment.release, root, os.environ),
        )
        committed = setting_of(environment.release_approval, environment.release)
        released = last_approval_setting(around.backend, around.stack.project, stack_name)
        setting, loosened = setting_in_force(released, committed)
        around = replace(around, approval_setting=committed.document(), loosened_approval=loosened)
        exchange = ApprovalExchange(around.backend.approvals) if source_name(setting, os.environ) == KEYS else None
        yield Preparation(
            around=around,
            setting=setting,
            rule=rule_of(setting),
            source=lambda: approval_source(setting, root, stack_name, os.environ, exchange),
            exchange=exchange,
        )


def _surroundings(
    root: Path, stack_name: str, declared: Declared, azure: "_Azure | _LocalAzure", release: ReleaseRoles
) -> Surroundings:
    stack = EngineStack(root, stack_name, azure.engine_environment)
    rehearsal = cache(lambda: deployment_of(root, stack_name))
    return Surroundings(
        root=root,
        stack=stack,
        backend=backend_at(stack.full_environment, project_backend(root), live.signed_in),
        declared=declared,
        outside=lambda: _outside(rehearsal()[1]),
        rehearsed=lambda: {row["urn"]: row["inputs"] for row in rehearsal()[0]["resources"]},
        texts=lambda preview: texts_of(preview, root, stack_name),
        packs=[Pack(pack_folder(), _configuration(root, stack_name))],
        enforcement=enforcement_folder(),
        live=lambda state, export: azure.read(state, export, declared),
        sign_in=azure.sign_in,
        is_local=azure.is_local,
        origin=report_origin(root),
        now=lambda: datetime.now(UTC),
        run=run_identity(os.environ),
        release_roles=release,
        reconcile=lambda: _reconcile(root, stack_name),
        waits=() if azure.is_local else Surroundings.waits,
        report=_print_step,
    )


@contextmanager
def _azure(cloud: str, subscription: str, *, uses_azuread: bool) -> Generator["_Azure | _LocalAzure"]:
    """Yield local Azure, or Azure with the sign-in of the pipeline if this process runs in one."""
    world = os.environ.get(WORLD, "")
    if world:
        yield _LocalAzure(Path(world))
        return
    with pipeline_sign_in(
        os.environ, cloud=cloud, subscription=subscription, uses_azuread=uses_azuread, report=print_line
    ) as pipeline:
        azure = _Azure(pipeline)
        if pipeline is not None:
            azure.sign_in()  # before the engine, whose message would hide the reason
        yield azure


class _Azure:
    """Azure, as the credential of this machine may read it."""

    is_local = False

    def __init__(self, pipeline: PipelineSignIn | None) -> None:
        self._pipeline = pipeline
        self.engine_environment: Mapping[str, str] = pipeline.engine_environment if pipeline is not None else {}

    def sign_in(self) -> None:
        """Get a token for Azure Resource Manager.

        Raises:
            ReleaseError: there is no token; with the reason.
        """
        check_sign_in(self._pipeline)

    def read(self, state: Graph, _export: Mapping[str, Any], declared: Declared) -> Graph:
        """Return the access graph of the subscription that a stack is deployed to.

        Raises:
            ReleaseError: the stack has resources in several subscriptions.
        """
        names = {one.id.split("/")[2] for one in state.resources if one.id.lower().startswith("/subscriptions/")}
        if len(names) != 1:
            raise ReleaseError(f"the stack has resources in {len(names)} subscriptions; a release reads one")
        return live.read(
            names.pop(), live.signed_in(), network=declared.network, stack=declared.stack, like=state, app_roles=True
        )


class _LocalAzure:
    """Local Azure, whose world is a file of the project."""

    is_local = True

    def __init__(self, world: Path) -> None:
        self._world = world
        self.engine_environment: Mapping[str, str] = {}

    def sign_in(self) -> None:
        """Do nothing: local Azure has no sign-in for the engine."""

    def read(self, _state: Graph, export: Mapping[str, Any], _declared: Declared) -> Graph:
        """Return the access graph of everything that is deployed to local Azure, with the names of the stack."""
        world = {**read_document(self._world), "stack": resource_rows(export)}
        return graph_of_world(world, str(self._world), source="local Azure")


def _signing(setting: ReleaseSigning | None, root: Path, environment: Mapping[str, str]) -> StatementSigning | None:
    """Return the signing of a stack's statements; None if the stack's file does not declare who signs."""
    if setting is None:
        return None
    named = setting.identity
    identity = WorkflowIdentity(
        workflow=named.workflow,
        issuer=named.issuer,
        repository=named.run_repository,
        repository_id=str(named.repository_id or ""),
    )
    return StatementSigning(identity, environment, root / setting.trust_config if setting.trust_config else None)


def _release_roles(setting: ReleaseIdentities | None) -> ReleaseRoles:
    """Return the permissions that the roles of the identities which release a stack may have, by object id."""
    known = release_permissions()
    named = {} if setting is None else {setting.plan: known["plan"], setting.apply: known["apply"]}
    return {who: permissions for who, permissions in named.items() if who}


def _outside(reads: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return digests of the files that the program reads outside its project, from a run on local Azure."""
    if reads is None:
        raise CommandError(
            "the program starts processes or connects to a network, so that its inputs cannot be bound; remove that"
        )
    # The modules of this package are not in `reads`, which are files that the program opens itself.
    # A folder of compiled modules is listed only when Python compiles again.
    bound = {path: digest for path, digest in reads.items() if Path(path).name != "__pycache__"}
    return {**bound, "the package agent-network": package_digest()}


def _reconcile(root: Path, stack: str) -> None:
    """Move role assignments to the current identities of Foundry agents; raise an error for one that cannot be moved.

    Raises:
        ReleaseError: the role assignments of an agent cannot be moved.
    """
    with redirect_stdout(sys.stderr):  # standard output has the result, as one document with --json
        code = reconcile(
            root, stack, apply_changes=True, as_json=False, export=None, local=False, pin_versions=False, sign_in=False
        )
    if code is not ExitCode.OK:
        raise ReleaseError("a Foundry agent is not reconciled, for the reason above")


def _configuration(root: Path, stack: str) -> Path | None:
    """Return the project's configuration of the policy pack for a stack; None if there is none."""
    path = root / f"policies.{stack}.json"
    return path if path.is_file() else None


def _print_step(step: str) -> None:
    print_line(f"{step} …")
