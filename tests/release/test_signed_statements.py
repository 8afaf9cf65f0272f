"""Tests of a release whose statements are signed: the real client of Sigstore, with a local instance and its keys.

Nothing here was tried with the public instance. The local one issues certificates from the claims of an ID token and
logs signatures as Sigstore does; see `tests.release.local_sigstore`.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import release_steps
from cli.main import run
from cli.release_surroundings import prepared
from localazure.endpoints.signed_tokens import signing_key
from localazure.fronts.packages import WORLD
from release import statements
from release.apply import Applied, apply, approve
from release.approval import ApprovalRule, When
from release.backend import FolderBackend
from release.engine.stack import Outcome
from release.errors import ReleaseError
from release.live_access import LiveAccess
from release.plan import plan
from release.signing.sigstore_client import SigstoreClient
from release.signing.statement_signing import StatementSigning
from release.signing.workflow_identity import WorkflowIdentity
from tests.fabrikam import copy_project
from tests.release.local_sigstore import LocalSigstore, serving
from tests.release.planned_release import REVIEWER, UNCHANGED, PlannedRelease, RecordingStack, git
from tests.release.token_issuer import BEARER, Issuer, issuing

GITHUB = "https://token.actions.githubusercontent.com"
REPOSITORY = "https://github.com/contoso/agents"
FILE = "contoso/agents/.github/workflows/release.yml"
IDENTITY = WorkflowIdentity(
    workflow=f"https://github.com/{FILE}@refs/heads/main", issuer=GITHUB, repository=REPOSITORY, repository_id="2022"
)
RUN = {"platform": "github", "run_id": "7", "attempt": "1"}
ALWAYS = ApprovalRule(when=When.ALWAYS)
PLAN, APPROVAL = "plan.sigstore.json", "derived-approval.sigstore.json"


class Signed:
    """A release that the declared workflow has planned and approved, with the Sigstore that signed it."""

    def __init__(self, root: Path, sigstore: LocalSigstore, issuer: Issuer) -> None:
        self.sigstore, self.issuer = sigstore, issuer
        self.release = PlannedRelease(root, **RUN)
        self.release.stack.shown = UNCHANGED
        self.trust = root / "trust.json"
        self.trust.write_text(sigstore.trust_config())
        self.claims = {
            "iss": GITHUB,
            "aud": "sigstore",
            "job_workflow_ref": f"{FILE}@refs/heads/main",
            "repository": "contoso/agents",
            "repository_id": "2022",
            "sha": git(self.release.root, "rev-parse", "HEAD").strip(),
            "ref": "refs/heads/main",
            "event_name": "push",
            "run_id": "7",
            "run_attempt": "1",
        }
        issuer.claims = self.claims
        self.job = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REF": "refs/heads/main",
            "ACTIONS_ID_TOKEN_REQUEST_URL": issuer.url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
        }
        self.release.signing = StatementSigning(IDENTITY, self.job, self.trust)
        self.release.evidence, _ = plan(self.release.around(), self.release.folder)
        self.approve()
        self.digest = self.release.evidence.digest
        approve(self.release.around(), self.release.folder, ALWAYS, self.release.records, digest=self.digest)

    def approve(self, **other: str) -> None:
        """Let the reviewer approve the run of the plan, as a platform has it."""
        self.release.approve(digest="", run="7", **other)

    def copy(self, folder: Path) -> Path:
        """Return a copy of the signed evidence."""
        return Path(shutil.copytree(self.release.folder, folder / "evidence"))

    def apply(self, folder: Path) -> Applied:
        """Deploy evidence; its statements are kept in the folder `backend` next to it."""
        with changed(self.release, backend=FolderBackend(folder.parent / "backend")):
            return apply(self.release.around(), folder, ALWAYS, self.release.records, digest=self.digest)

    def refusal(self, folder: Path) -> str:
        """Return the reason why evidence is not deployed."""
        before = self.release.stack.deployments
        with pytest.raises(ReleaseError) as refused:
            self.apply(folder)
        assert self.release.stack.deployments == before
        message = str(refused.value)
        assert not any(token in message for token in self.issuer.tokens)
        return message

    def sign(self, bundle: Path, claims: dict[str, str] | None = None, statement: bytes | None = None) -> None:
        """Let somebody with other claims sign a statement, by default the one in a bundle, into that bundle."""
        now = int(time.time())
        token = signing_key("pipeline").sign(
            {**self.claims, "sub": "x", "iat": now, "exp": now + 300, **(claims or {})}
        )
        content = statement or signed_statement(bundle)
        bundle.write_text(SigstoreClient(self.trust).signed(content, token))


def signed_statement(bundle: Path) -> bytes:
    plain = bundle.with_name(bundle.name.replace(".sigstore.", ".intoto."))
    return json.dumps(statements.read(plain, {}).statement.document(), sort_keys=True).encode()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Signed]:
    with serving() as sigstore, issuing(now=int(time.time())) as issuer, pytest.MonkeyPatch.context() as patch:
        # Reading the versions of all packages takes most of the time of a refusal, and nothing here changes them.
        patch.setattr("release.inputs.bound_inputs.tool_versions", lambda _environment: {"tool": "1"})
        yield Signed(tmp_path_factory.mktemp("signed"), sigstore, issuer)


@contextmanager
def changed(one: object, **attributes: object) -> Generator[None]:
    """Change attributes of an object until the context ends."""
    before = {name: getattr(one, name) for name in attributes}
    for name, value in attributes.items():
        setattr(one, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(one, name, value)


def test_signed_plan_is_deployed_and_every_statement_is_kept_with_its_signature(signed: Signed, tmp_path: Path) -> None:
    applied = signed.apply(signed.copy(tmp_path))

    assert applied.is_complete
    kept = [path.name.partition("+0000-")[2] for path in (tmp_path / "backend").rglob("*.json")]
    names = ("derived-approval", "plan", "result")
    assert sorted(kept) == [f"{name}.{kind}.json" for name in names for kind in ("intoto", "sigstore")]


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"job_workflow_ref": "mallory/agents/.github/workflows/release.yml@refs/heads/main"}, "SANs do not match"),
        ({"job_workflow_ref": f"{FILE}@refs/heads/topic"}, "SANs do not match"),
        ({"job_workflow_ref": f"{FILE}@refs/pull/5/merge"}, "SANs do not match"),
        ({"job_workflow_ref": "contoso/agents/.github/workflows/test.yml@refs/heads/main"}, "SANs do not match"),
        ({"job_workflow_ref": f"{FILE}@refs/heads/main2"}, "SANs do not match"),
        ({"iss": "https://token.example"}, "OIDCIssuer does not match"),
        ({"repository": "mallory/agents"}, "OIDCSourceRepositoryURI does not match"),
        ({"repository_id": "6666"}, "OIDCSourceRepositoryIdentifier does not match"),
        ({"sha": "0" * 40}, "OIDCSourceRepositoryDigest does not match"),
        ({"run_id": "8"}, "OIDCRunInvocationURI does not match"),
        ({"run_attempt": "2"}, "OIDCRunInvocationURI does not match"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_plan_that_another_identity_signed_is_refused(
    signed: Signed, tmp_path: Path, claims: dict[str, str], reason: str
) -> None:
    folder = signed.copy(tmp_path)
    signed.sign(folder / PLAN, claims)

    assert reason in signed.refusal(folder)


def remove(signed: Signed, bundle: Path) -> None:
    del signed
    bundle.unlink()


def sign_other_evidence(signed: Signed, bundle: Path) -> None:
    statement = json.loads(signed_statement(bundle))
    statement["subject"][0]["digest"]["sha256"] = "0" * 64
    signed.sign(bundle, statement=json.dumps(statement).encode())


def sign_less_of_the_evidence(signed: Signed, bundle: Path) -> None:
    statement = json.loads(signed_statement(bundle))
    del statement["subject"][0]
    signed.sign(bundle, statement=json.dumps(statement).encode())


def sign_another_kind(signed: Signed, bundle: Path) -> None:
    signed.sign(
        bundle, statement=json.dumps({**json.loads(signed_statement(bundle)), "predicateType": "urn:x"}).encode()
    )


def sign_other_words(signed: Signed, bundle: Path) -> None:
    signed.sign(
        bundle, statement=json.dumps({**json.loads(signed_statement(bundle)), "predicate": {"by": "x"}}).encode()
    )


def sign_with_another_instance(signed: Signed, bundle: Path) -> None:
    with serving() as other, changed(signed, trust=bundle.with_name("trust.intoto.json")):
        signed.trust.write_text(other.trust_config())
        signed.sign(bundle)


def cut(signed: Signed, bundle: Path) -> None:
    del signed
    bundle.write_text(bundle.read_text()[:-100])


def swap(signed: Signed, bundle: Path) -> None:
    """Put the signature of the other statement in the place of one."""
    del signed
    other = bundle.with_name(APPROVAL if bundle.name == PLAN else PLAN)
    bundle.write_bytes(other.read_bytes())


@pytest.mark.parametrize("name", [PLAN, APPROVAL])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (remove, "is missing, and this stack deploys only what https://github.com/contoso/agents/"),
        (sign_other_evidence, "is about other evidence than"),
        (sign_less_of_the_evidence, "is about other evidence than"),
        (sign_another_kind, "the signed statement is 'urn:x' instead of"),
        (sign_other_words, "differs from the statement that was signed"),
        (sign_with_another_instance, "the signature does not count"),
        (cut, "the signature does not count: the JSON is not complete, or has another form"),
        (swap, "the signed statement is 'urn:agent-network:release:"),
    ],
)
def test_plan_or_approval_whose_signature_is_about_something_else_is_refused(
    signed: Signed, tmp_path: Path, name: str, change: Callable[[Signed, Path], None], reason: str
) -> None:
    folder = signed.copy(tmp_path)
    change(signed, folder / name)

    message = signed.refusal(folder)

    assert reason in message
    assert name.partition(".")[0] in message


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 (any JSON value)
    """Yield the path of each text in a JSON value."""
    if isinstance(value, str):
        yield path
    for name, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(each, (*path, name))


def test_signature_in_which_any_value_was_changed_is_refused(signed: Signed, tmp_path: Path) -> None:
    folder, kind = signed.copy(tmp_path), statements.PLAN
    bundle, evidence = json.loads((folder / PLAN).read_text()), replace(signed.release.evidence, folder=folder)
    assert signed.release.signing is not None
    accepted = []
    for path in leaves(bundle):
        broken = json.loads(json.dumps(bundle))
        place = broken
        for name in path[:-1]:
            place = place[name]
        old = place[path[-1]]
        place[path[-1]] = old[:-9] + ("A" if old[-9] != "A" else "B") + old[-8:] if len(old) > 8 else f"{old}1"
        (folder / PLAN).write_text(json.dumps(broken))
        try:
            signed.release.signing.required(evidence, "plan.intoto.json", kind)
        except ReleaseError:
            continue
        accepted.append(path[-1])

    assert accepted == []


def test_approval_that_somebody_else_gave_is_refused(signed: Signed, tmp_path: Path) -> None:
    folder = signed.copy(tmp_path)
    with changed(signed.release.records, found=[]):
        signed.approve(by="other@example.com")

        assert "is another one than other@example.com gave" in signed.refusal(folder)


def test_approval_with_a_registered_key_needs_no_further_signature(signed: Signed, tmp_path: Path) -> None:
    folder = signed.copy(tmp_path)
    (folder / APPROVAL).unlink()
    with changed(signed.release.records, found=[]):
        signed.release.approve(by=REVIEWER)

        assert signed.apply(folder).is_complete


def test_approve_refuses_a_plan_that_the_declared_workflow_has_not_signed(signed: Signed, tmp_path: Path) -> None:
    folder = signed.copy(tmp_path)
    signed.sign(folder / PLAN, {"repository": "mallory/agents"})

    with pytest.raises(ReleaseError, match="OIDCSourceRepositoryURI does not match"):
        approve(signed.release.around(), folder, ALWAYS, signed.release.records, digest=signed.digest)


OTHER_JOB = {"job_workflow_ref": f"{FILE}@refs/heads/topic"}


@pytest.mark.parametrize(
    ("job", "claims", "reason"),
    [
        ({"GITHUB_ACTIONS": ""}, {}, "this process has no identity to sign with"),
        ({"GITHUB_ACTIONS": "", "TF_BUILD": "True"}, {}, "Azure Pipelines cannot sign with Sigstore"),
        ({"ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}, {}, "add `id-token: write`"),
        ({}, OTHER_JOB, f"the workflow is 'https://github.com/{FILE}@refs/heads/topic' instead of"),
        ({}, {"aud": "api://AzureADTokenExchange"}, "the audience is 'api://AzureADTokenExchange' instead of"),
    ],
)
def test_job_that_cannot_sign_with_the_declared_identity_deploys_nothing(
    signed: Signed, tmp_path: Path, job: dict[str, str], claims: dict[str, str], reason: str
) -> None:
    folder, entries = signed.copy(tmp_path), signed.sigstore.entries
    signing = StatementSigning(IDENTITY, {**signed.job, **job}, signed.trust)
    with changed(signed.issuer, claims={**signed.claims, **claims}), changed(signed.release, signing=signing):
        assert reason in signed.refusal(folder)

    assert signed.sigstore.entries == entries


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"fulcio_status": 503}, "the certificate authority of Sigstore, 127.0.0.1:"),
        ({"rekor_status": 503}, "the transparency log of Sigstore, 127.0.0.1:"),
        ({"url": "http://127.0.0.1:1"}, "127.0.0.1:1, cannot be reached"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_service_of_sigstore_that_does_not_answer_is_reported_before_anything_is_deployed(
    signed: Signed, tmp_path: Path, status: dict[str, Any], reason: str
) -> None:
    folder, trust = signed.copy(tmp_path), tmp_path / "trust.json"
    with changed(signed.sigstore, **status):
        trust.write_text(signed.sigstore.trust_config())
        with changed(signed.release, signing=StatementSigning(IDENTITY, signed.job, trust)):
            assert reason in signed.refusal(folder)


def test_trust_configuration_that_cannot_be_read_is_reported_with_its_file(signed: Signed, tmp_path: Path) -> None:
    folder, trust = signed.copy(tmp_path), tmp_path / "trust.json"
    trust.write_text("{}")
    with changed(signed.release, signing=StatementSigning(IDENTITY, signed.job, trust)):
        assert "trust.json: is not the trust configuration of an instance of Sigstore" in signed.refusal(folder)


def test_missing_package_is_reported_with_the_extra_that_installs_it(
    signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in sys.modules if each.partition(".")[0] == "sigstore"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sigstore", None)
    monkeypatch.delitem(sys.modules, "release.signing.sigstore_client")
    signing = StatementSigning(IDENTITY, signed.job, signed.trust)

    with changed(signed.release, signing=signing):
        assert "install agent-network[sigstore]" in signed.refusal(signed.copy(tmp_path))


@pytest.mark.parametrize("job", [{"GITHUB_ACTIONS": ""}, {"GITHUB_REF": "refs/pull/5/merge"}])
def test_plan_of_a_person_or_a_pull_request_stays_unsigned_and_is_not_deployed(
    signed: Signed, tmp_path: Path, job: dict[str, str]
) -> None:
    folder, entries, requests = signed.copy(tmp_path), signed.sigstore.entries, len(signed.issuer.seen)
    signing = StatementSigning(IDENTITY, {**signed.job, **job}, signed.trust)
    with changed(signed.release, signing=signing):
        evidence, _ = plan(signed.release.around(), folder)

    assert (folder / "plan.intoto.json").is_file()
    assert (signed.sigstore.entries, len(signed.issuer.seen)) == (entries, requests)
    assert "leaving the plan unsigned, so that `release apply` refuses it" in "".join(signed.release.reported)
    with changed(signed, digest=evidence.digest):
        assert "plan.sigstore.json: is missing" in signed.refusal(folder)


def test_deployment_whose_result_cannot_be_signed_keeps_its_statement_and_is_reported(
    signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def up(*_arguments: object) -> Outcome:
        signed.sigstore.rekor_status = 503
        return Outcome()

    monkeypatch.setattr(signed.release.stack, "up", up)
    with changed(signed.sigstore, rekor_status=200):
        applied = signed.apply(signed.copy(tmp_path))

    assert applied.unsigned == "Sigstore has not signed the statement: 503: no"
    assert not applied.is_complete
    kept = [path.name.partition("+0000-")[2] for path in (tmp_path / "backend").rglob("*result*")]
    assert kept == ["result.intoto.json"]


def test_command_that_cannot_sign_its_result_ends_with_the_reason_and_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: tiny\n")
    monkeypatch.chdir(tmp_path)
    steps = SimpleNamespace(around=None, rule=ALWAYS, source=lambda: None)
    applied = Applied(outcome=Outcome(), read_back=LiveAccess(), document={}, unsigned="503: no")
    monkeypatch.setattr(release_steps, "prepared", lambda *_: nullcontext(steps))
    monkeypatch.setattr(release_steps, "apply", lambda *_, **__: applied)

    assert run(["release", "apply", "--evidence", "."]) == 1
    assert "error: the statement of the result is not signed: 503: no" in capsys.readouterr().err


def test_signature_is_verified_by_the_command_of_sigstore(signed: Signed) -> None:
    folder = signed.release.folder
    command = [sys.executable, "-m", "sigstore", "--trust-config", str(signed.trust), "verify", "identity"]
    command += ["--bundle", str(folder / PLAN), "--cert-oidc-issuer", GITHUB, "--cert-identity", IDENTITY.workflow]

    done = subprocess.run([*command, str(folder / "evidence.json")], capture_output=True, text=True, check=False)  # noqa: S603 (this Python)

    assert (done.returncode, "OK: " in done.stderr) == (0, True)


@pytest.mark.parametrize("is_signed", [True, False])
def test_releases_of_a_stack_are_signed_as_its_file_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_signed: bool
) -> None:
    copy_project(tmp_path)
    identity = {"workflow": IDENTITY.workflow, "repository_id": 2022}
    setting = {"sign": "sigstore", "identity": identity, "trust_config": "keys/trust.json"}
    if is_signed:
        with (tmp_path / "Pulumi.dev.yaml").open("a") as file:
            file.write(f"  agent-network:release: {json.dumps(setting)}\n")
    monkeypatch.setenv(WORLD, str(tmp_path / "world.json"))
    stack = RecordingStack(tmp_path, variables={"PULUMI_BACKEND_URL": tmp_path.as_uri()})
    monkeypatch.setattr("cli.release_surroundings.EngineStack", lambda *_: stack)

    with prepared(tmp_path, "dev") as preparation:
        signing = preparation.around.signing

    expected = StatementSigning(IDENTITY, os.environ, tmp_path / "keys/trust.json")
    assert signing == (expected if is_signed else None)
