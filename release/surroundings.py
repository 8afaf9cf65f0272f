"""Everything outside of a release that its steps use: the stack, Azure, the declared network, time and progress."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from access.azure.catalogue import Permission
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.additional_grants import ReleaseRoles
from access.reports.provenance import Provenance
from release.backend import Backend
from release.engine.stack import EngineStack, Pack
from release.signing.statement_signing import StatementSigning

__all__ = ["Surroundings"]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Everything outside of a release that its steps use."""

    root: Path
    """Folder of the project."""
    stack: EngineStack
    backend: Backend
    declared: Declared
    """The network that network.yaml declares for the stack."""
    outside: Callable[[], Mapping[str, str]]
    """Returns digests of the files that the program reads outside its project."""
    texts: Callable[[Mapping[str, Any]], Mapping[str, str]]
    """Returns texts that must hold no credential, by location: lines of the stack file, and outputs of a preview."""
    packs: Sequence[Pack]
    """Policy packs of each preview and deployment."""
    enforcement: Path
    """Folder of the policy pack that stops what is not approved."""
    live: Callable[[Graph, Mapping[str, Any]], Graph]
    """Reads live Azure; takes the graph of the stack's state and its export, for names."""
    sign_in: Callable[[], None]
    """Gets a token for Azure Resource Manager; raises ReleaseError if there is none."""
    is_local: bool
    """True on local Azure."""
    origin: Provenance
    """Time, commit and version of this run."""
    now: Callable[[], datetime]
    run: Mapping[str, str] = field(default_factory=dict[str, str])
    """The pipeline's run, as its platform names it: `platform`, `repository`, `run_id`, `actor`, `environment`."""
    signing: StatementSigning | None = None
    """Signs the statements, and verifies their signatures; None if the stack's file does not declare who signs."""
    approval_setting: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Approval setting of the commit, which the result records for the next release."""
    loosened_approval: Sequence[str] = ()
    """Ways in which the commit loosens the approval setting of the last release, as clauses."""
    release_roles: ReleaseRoles = field(default_factory=dict[str, Sequence[Permission]])
    """Identities that release the stack, with the permissions that their roles may have."""
    rehearsed: Callable[[], Mapping[str, Mapping[str, Any]]] = dict[str, Mapping[str, Any]]
    """Returns the inputs of each resource in a run of the program on local Azure, by URN."""
    reconcile: Callable[[], None] = lambda: None
    """Moves role assignments to the current identities of Foundry agents."""
    waits: Sequence[float] = (5, 10, 20, 40, 60, 60, 60)
    """Seconds to wait for assignments that Azure does not list yet, before each further look."""
    sleep: Callable[[float], None] = time.sleep
    report: Callable[[str], None] = lambda _step: None
    """Receives the name of each step before it begins."""
