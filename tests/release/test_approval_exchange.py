"""Tests of the exchange with approvers who sign: evidence by its digest, and only signed statements that count."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.main import run
from localazure.fronts.plugin import WORLD
from release.apply import apply
from release.approval_sources.signed import SignedApprovals, sign_approval
from release.errors import NotApprovedError, ReleaseError
from release.evidence import Evidence, write_evidence
from release.file_stores import FolderStore
from release.inputs.files import text_digest
from release.signed_exchange import ApprovalExchange
from release.statements import public_key
from tests.fabrikam import FABRIKAM, copy_project
from tests.release.planned_release import AUTHOR, REVIEWER, PlannedRelease, git


class Approver:
    """Person with a key, who has another copy of the project and no access to the state."""

    def __init__(self, folder: Path, address: str = REVIEWER) -> None:
        folder.mkdir()
        key = Ed25519PrivateKey.generate()
        subject, pem = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.PEM
        self.folder, self.address = folder, address
        self.public = key.public_key().public_bytes(pem, subject).decode()
        self.key = folder / "approver.pem"
        self.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

    def sign(self, release: PlannedRelease, exchange: ApprovalExchange, digest: str) -> None:
        """Download evidence, sign an approval, and hand it in."""
        evidence = exchange.download(digest, self.folder / f"evidence-{release.now:%H%M%S}")
        signed = sign_approval(release.root, evidence, release.rule, {self.address: self.public}, self.key, release.now)
        exchange.hand_in(evidence, signed)


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    made = PlannedRelease(tmp_path)
    made.records.found = []
    return made


@pytest.fixture
def exchange(release: PlannedRelease) -> ApprovalExchange:
    """Create the exchange with approvers of a plan that waits for its approval."""
    made = ApprovalExchange(release.backend.approvals)
    made.publish(release.evidence)
    return made


def source(release: PlannedRelease, exchange: ApprovalExchange, *approvers: Approver) -> SignedApprovals:
    keys = {each.address: public_key(each.address, each.public) for each in approvers}
    return SignedApprovals(release.root, keys, exchange)


def test_signed_approval_from_the_exchange_lets_its_evidence_be_deployed_and_is_kept_with_the_result(
    tmp_path: Path, release: PlannedRelease, exchange: ApprovalExchange
) -> None:
    approver = Approver(tmp_path / "approver")
    with pytest.raises(NotApprovedError, match="no approval was found"):
        apply(release.around(), release.folder, release.rule, source(release, exchange, approver))
    release.now += timedelta(minutes=5)
    approver.sign(release, exchange, release.evidence.digest)
    exchange.publish(release.evidence)  # a further run of the job

    applied = apply(release.around(), release.folder, release.rule, source(release, exchange, approver))

    assert (applied.document["approved_by"], release.stack.deployments) == (REVIEWER, 1)
    kept = [name for name in release.backend.releases.names("tiny/dev/") if "-approval-reviewer-" in name]
    assert len(kept) == 1


def test_approval_that_expired_is_followed_by_another_one_of_the_same_approver(
    tmp_path: Path, release: PlannedRelease, exchange: ApprovalExchange
) -> None:
    approver = Approver(tmp_path / "approver")
    approver.sign(release, exchange, release.evidence.digest)
    release.now += timedelta(hours=25)
    approver.sign(release, exchange, release.evidence.digest)

    apply(release.around(), release.folder, release.rule, source(release, exchange, approver))
    assert release.stack.deployments == 1


def test_file_that_anybody_could_write_to_the_exchange_neither_approves_nor_stops_a_deployment(
    tmp_path: Path, release: PlannedRelease, exchange: ApprovalExchange
) -> None:
    approver, stranger = Approver(tmp_path / "approver"), Approver(tmp_path / "stranger")
    place = f"{release.evidence.digest}/approvals"
    stranger.sign(release, exchange, release.evidence.digest)
    for name, content in (
        ("approval-junk.intoto.json", b"\xff"),
        ("approval-unsigned.intoto.json", b'{"_type": "https://in-toto.io/Statement/v1", "predicateType": "x"}'),
        ("../approval-outside.intoto.json", b"{}"),
        ("readme.txt", b"approved"),
    ):
        exchange.store.add(f"{place}/{name}", content)
    signed = source(release, exchange, approver)

    with pytest.raises(NotApprovedError) as refused:
        apply(release.around(), release.folder, release.rule, signed)
    assert "no signature is of a registered key" in str(refused.value)
    assert "approval-junk.intoto.json (exchange) does not count" in str(refused.value)
    assert release.stack.deployments == 0
    assert list(release.folder.glob("approval*")) == []
    release.now += timedelta(minutes=1)
    approver.sign(release, exchange, release.evidence.digest)
    apply(release.around(), release.folder, release.rule, signed)
    assert release.stack.deployments == 1


def test_signed_approval_of_other_evidence_does_not_count_under_another_digest(
    tmp_path: Path, release: PlannedRelease, exchange: ApprovalExchange
) -> None:
    approver, first = Approver(tmp_path / "approver"), release.evidence
    approver.sign(release, exchange, first.digest)
    ((name, content),) = exchange.approvals(first)
    release.now += timedelta(minutes=1)
    second = release.plan()
    exchange.store.add(f"{second.digest}/approvals/{name}", content)

    with pytest.raises(NotApprovedError, match=f"it is for the evidence {first.digest[:12]}"):
        apply(release.around(), release.folder, release.rule, source(release, exchange, approver))


def test_author_with_a_registered_key_does_not_sign(
    tmp_path: Path, release: PlannedRelease, exchange: ApprovalExchange
) -> None:
    author = Approver(tmp_path / "author", AUTHOR)

    with pytest.raises(ReleaseError, match="nobody approves their own change"):
        author.sign(release, exchange, release.evidence.digest)


def replaced(exchange: ApprovalExchange, evidence: Evidence, name: str, content: bytes) -> None:
    store = exchange.store
    assert isinstance(store, FolderStore)
    (store.folder / evidence.digest / "evidence" / name).write_bytes(content)


def test_downloaded_evidence_is_compared_with_its_digest(
    tmp_path: Path, release: PlannedRelease, exchange: ApprovalExchange
) -> None:
    replaced(exchange, release.evidence, "approved-access.json", b"[1]\n")
    with pytest.raises(ReleaseError, match="was edited after the plan"):
        exchange.download(release.evidence.digest, tmp_path / "one")
    replaced(exchange, release.evidence, "evidence.json", b"{}")
    with pytest.raises(ReleaseError, match="was edited; report that"):
        exchange.download(release.evidence.digest, tmp_path / "two")
    with pytest.raises(ReleaseError, match="there is no evidence 000000000000 for approvers"):
        exchange.download("0" * 64, tmp_path / "three")
    for digest in ("", "../../state", "0" * 63):
        with pytest.raises(ReleaseError, match="is not a SHA-256 digest"):
            exchange.download(digest, tmp_path / "four")
    with pytest.raises(ReleaseError, match="has files already"):
        exchange.download(release.evidence.digest, release.folder)


@pytest.mark.parametrize("name", ["../outside.json", "/outside.json", ".gitattributes", "a/b"])
def test_downloaded_evidence_writes_no_file_outside_of_its_folder(
    tmp_path: Path, exchange: ApprovalExchange, name: str
) -> None:
    text = json.dumps({"files": {name: "0"}})
    digest = text_digest(text)
    exchange.store.add(f"{digest}/evidence/evidence.json", text.encode())

    with pytest.raises(ReleaseError, match="which is not a plain name"):
        exchange.download(digest, tmp_path / "downloads" / "evidence")
    assert not (tmp_path / "downloads").exists()


def test_approver_signs_on_another_machine_without_the_engine_and_without_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    approver, root = Approver(tmp_path / "approver"), tmp_path / "project"
    root.mkdir()
    copy_project(root, FABRIKAM)
    settings = root / "Pulumi.dev.yaml"
    key = "".join(f"        {line}\n" for line in approver.public.splitlines())
    settings.write_text(
        f"{settings.read_text()}\n  agent-network:approval:\n    by: keys\n    keys:\n      {REVIEWER}: |\n{key}"
    )
    (root / ".gitignore").write_text(".release/\n")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "one")
    release = PlannedRelease(tmp_path / "planned")
    content = {name: value for name, value in release.evidence.document.items() if name != "files"}
    inputs = {**content["inputs"], "commit": git(root, "rev-parse", "HEAD").strip()}
    content |= {"inputs": inputs, "made": datetime.now(UTC).isoformat()}
    evidence = write_evidence(tmp_path / "waiting", content, {"report.html": "<p>"})
    exchange = ApprovalExchange(release.backend.approvals)
    exchange.publish(evidence)
    monkeypatch.delenv(WORLD, raising=False)
    monkeypatch.setenv("PULUMI_BACKEND_URL", release.backend.folder.as_uri())
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(root)
    command = ["release", "approve", "--stack", "dev", "--digest", evidence.digest]

    assert run([*command, "--download"]) == 0
    assert (root / ".release/dev/report.html").is_file()
    assert list(exchange.approvals(evidence)) == []
    assert run([*command, "--key", str(approver.key), "--download"]) == 2
    capsys.readouterr()
    assert run([*command, "--key", str(approver.key)]) == 0
    shown = capsys.readouterr().out
    assert f"is approved by {REVIEWER}" in shown
    assert f"authors, who may not approve: {AUTHOR} (commit {inputs['commit'][:12]}" in shown
    assert [name for name, _ in exchange.approvals(evidence)] != []
