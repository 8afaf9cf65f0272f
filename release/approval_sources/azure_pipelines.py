"""Approvals in the records of Azure Pipelines: of the check that a stage waits for.

Owns what these records prove. Sources: "Approvals - Query" and "Builds - Get", REST API of Azure DevOps 7.1, Microsoft
Learn, 2026; nothing here was tried on Azure DevOps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from access.model.json_values import listed, mapping, text
from release.approval import Approval
from release.approval_sources.commit_history import committed_authors
from release.approval_sources.platform_client import PlatformClient
from release.authors import Authors
from release.errors import ReleaseError
from release.evidence import Evidence
from release.times import zoned_time

__all__ = ["CheckApprovals"]

_VERSION = "api-version=7.1"


class CheckApprovals:
    """Approvals of the checks of the run that made the plan."""

    def __init__(self, environment: Mapping[str, str], root: Path) -> None:
        """Prepare the client of the organization that runs the pipeline.

        Args:
            environment: environment variables of the run.
            root: folder of the project, for the authors of its commits.

        Raises:
            ReleaseError: the run's token or the organization is missing.
        """
        collection = environment.get("SYSTEM_COLLECTIONURI", "").rstrip("/")
        project = environment.get("SYSTEM_TEAMPROJECT", "")
        if not collection or not project:
            raise ReleaseError("the organization is missing; SYSTEM_COLLECTIONURI and SYSTEM_TEAMPROJECT name it")
        parts = urlsplit(collection)
        self._place = f"{parts.path}/{quote(project)}/_apis"
        self._client = PlatformClient(f"{parts.scheme}://{parts.netloc}", environment.get("SYSTEM_ACCESSTOKEN", ""), {})
        self._root = root

    def approvals(self, evidence: Evidence) -> Iterator[Approval]:
        """Yield the approvals of each finished check of the run that made the plan, with the person who gave it."""
        run_id = _run_id(evidence)
        path = f"{self._place}/pipelines/approvals?$expand=steps&state=approved&{_VERSION}"
        for row in map(mapping, listed(mapping(self._client.get(path)).get("value"))):
            owner = mapping(mapping(row.get("pipeline")).get("owner"))
            if str(owner.get("id")) != run_id or row.get("status") != "approved":
                continue
            for step in map(mapping, listed(row.get("steps"))):
                who = text(mapping(step.get("actualApprover")), "uniqueName")
                if step.get("status") == "approved" and who:
                    at = _time(text(step, "lastModifiedOn"))
                    yield Approval(by=who, source=f"check {text(row, 'id')}, run {run_id}", at=at, run=run_id)

    def authors(self, evidence: Evidence) -> Authors:
        """Return the addresses of all authors of what the plan deploys, and of the person who started the run."""
        build = mapping(self._client.get(f"{self._place}/build/builds/{_run_id(evidence)}?{_VERSION}"))
        people = (text(mapping(build.get(name)), "uniqueName") for name in ("requestedFor", "requestedBy"))
        authors = committed_authors(self._root, evidence.inputs.released, evidence.inputs.commit)
        return replace(authors, names=authors.names | {each.lower() for each in people if each})


def _run_id(evidence: Evidence) -> str:
    run = mapping(evidence.document.get("run"))
    if text(run, "platform") != "azure-pipelines" or not text(run, "run_id").isdigit():
        raise ReleaseError("the plan was not made in a run of Azure Pipelines, and so no check has approved it")
    return text(run, "run_id")


def _time(written: str) -> datetime:
    return zoned_time(written, f"Azure Pipelines: {written!r} is not a time with a time zone")
