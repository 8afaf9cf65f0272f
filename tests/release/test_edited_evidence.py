"""Tests that evidence and approvals which somebody has edited between two jobs are refused."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from release.apply import apply, approve
from release.approval_sources.signed import SignedApprovals, sign_approval
from release.errors import ReleaseError
from release.statements import APPROVAL, PLAN, Statement, private_key, public_key, write
from tests.release.planned_release import AUTHOR, REVIEWER, PlannedRelease, refusal

APPROVAL_FILE = "approval-reviewer.intoto.json"


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    return PlannedRelease(tmp_path)


def rewrite(release: PlannedRelease, **changes: object) -> None:
    path = release.folder / "evidence.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def repeat_a_member(release: PlannedRelease) -> None:
    path = release.folder / "evidence.json"
    path.write_text('{"verdict": "growth",' + path.read_text().lstrip("{"))


def link_to_other_evidence(release: PlannedRelease) -> None:
    path = release.folder / "evidence.json"
    path.rename(release.folder.parent / "elsewhere.json")
    path.symlink_to("../elsewhere.json")


def link_a_bound_file(release: PlannedRelease) -> None:
    path = release.folder / "approved-access.json"
    path.rename(release.folder.parent / "elsewhere.json")
    path.symlink_to("../elsewhere.json")


def replace_a_file_by_a_folder(release: PlannedRelease) -> None:
    (release.folder / "approved-access.json").unlink()
    (release.folder / "approved-access.json").mkdir()


def add_a_folder_named_like_a_statement(release: PlannedRelease) -> None:
    (release.folder / "more.intoto.json").mkdir()


def remove_a_file(release: PlannedRelease) -> None:
    (release.folder / "approved-access.json").unlink()


def edit_what_people_see(release: PlannedRelease) -> None:
    path = release.folder / "approved-access.json"
    path.write_text(path.read_text() + " ")


def bind_a_file_as_missing(release: PlannedRelease) -> None:
    remove_a_file(release)
    rewrite(release, files={"approved-access.json": "missing"})


def nest_deeply(release: PlannedRelease) -> None:
    (release.folder / "evidence.json").write_text("[" * 100_000)


def write_no_object(release: PlannedRelease) -> None:
    (release.folder / "evidence.json").write_text("[]")


def climb_out_of_the_folder(release: PlannedRelease) -> None:
    rewrite(release, files={"../../network.yaml": "0" * 64})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (repeat_a_member, "each member once"),
        (link_to_other_evidence, "evidence.json is a link or a folder"),
        (link_a_bound_file, "approved-access.json is a link or a folder"),
        (replace_a_file_by_a_folder, "approved-access.json is a link or a folder"),
        (add_a_folder_named_like_a_statement, "more.intoto.json is a link or a folder"),
        (remove_a_file, "was edited after the plan"),
        (edit_what_people_see, "was edited after the plan"),
        (bind_a_file_as_missing, "'files' has another form"),
        (nest_deeply, "each member once"),
        (write_no_object, "is not a JSON object"),
        (climb_out_of_the_folder, "was edited after the plan"),
        (lambda release: rewrite(release, verdict="fine"), "'verdict' has another form"),
        (lambda release: rewrite(release, run=[]), "'run' has another form"),
        (lambda release: rewrite(release, resources={}), "'resources' has another form"),
        (lambda release: rewrite(release, project=None), "'project' has another form"),
        (lambda release: rewrite(release, inputs={}), "'inputs' has another form"),
        (lambda release: rewrite(release, made="2026-11-29T12:00:00"), "is not a time with a time zone"),
        (lambda release: rewrite(release, made="2026-11-29T12:00:00+14:00"), "it is for the evidence"),
    ],
)
def test_edited_evidence_is_refused(
    release: PlannedRelease, change: Callable[[PlannedRelease], None], reason: str
) -> None:
    change(release)

    assert reason in refusal(release)


def test_approval_of_a_run_counts_only_with_the_digest_of_its_plan(release: PlannedRelease) -> None:
    release.approve(digest="", run="7")

    assert "names no evidence; pass --digest" in refusal(release)
    with pytest.raises(ReleaseError, match="pass --digest"):
        approve(release.around(), release.folder, release.rule, release.records)
    digest = release.evidence.digest
    apply(release.around(), release.folder, release.rule, release.records, digest=digest)
    assert release.stack.deployments == 1


@pytest.mark.parametrize("by", ["Author@Example.com", "author+review@example.com", "\uff41uthor@example.com"])
def test_author_in_another_spelling_does_not_approve(release: PlannedRelease, by: str) -> None:
    release.approve(by=by)

    assert "nobody approves their own change" in refusal(release)


class Keys:
    """Keys of two approvers, one of whom is the author."""

    def __init__(self, folder: Path) -> None:
        self.files = {name: folder / f"{name}.pem" for name in (AUTHOR, REVIEWER)}
        self.registered: dict[str, str] = {}
        for name, file in self.files.items():
            key = Ed25519PrivateKey.generate()
            self.registered[name] = self.write(key, file)

    @staticmethod
    def write(key: Any, file: Path) -> str:  # noqa: ANN401 (a private key of any type)
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        file.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
        public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        return public.decode()

    def source(self, release: PlannedRelease) -> SignedApprovals:
        return SignedApprovals(release.root, {name: public_key(name, pem) for name, pem in self.registered.items()})


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def signed(release: PlannedRelease, keys: Keys, by: str = REVIEWER, **changes: Any) -> None:  # noqa: ANN401 (of a statement)
    subjects = changes.pop("subjects", release.evidence.subjects)
    kind = changes.pop("kind", APPROVAL)
    predicate = {"at": release.now.isoformat(), "project": "tiny", "stack": "dev", **changes}
    statement = Statement(kind=kind, subjects=subjects, predicate=predicate)
    write(release.folder / APPROVAL_FILE, statement, private_key(keys.files[by]))


def signed_refusal(release: PlannedRelease, keys: Keys) -> str:
    with pytest.raises(ReleaseError) as refused:
        apply(release.around(), release.folder, release.rule, keys.source(release))
    assert release.stack.deployments == 0
    return str(refused.value)


def envelope(release: PlannedRelease) -> dict[str, Any]:
    return json.loads((release.folder / APPROVAL_FILE).read_text())


def store(release: PlannedRelease, document: dict[str, Any]) -> None:
    (release.folder / APPROVAL_FILE).write_text(json.dumps(document))


def test_signed_approval_of_the_evidence_is_accepted(release: PlannedRelease, keys: Keys) -> None:
    sign_approval(release.root, release.evidence, release.rule, keys.registered, keys.files[REVIEWER], release.now)
    apply(release.around(), release.folder, release.rule, keys.source(release))
    assert release.stack.deployments == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"by": AUTHOR}, "nobody approves their own change"),
        ({"subjects": {"evidence.json": "0" * 64}}, "it is for the evidence 000000000000"),
        ({"subjects": {}}, "it is for the evidence none"),
        ({"stack": "prod"}, "it is for the stack 'prod'"),
        ({"project": "other"}, "it is for the project 'other'"),
        ({"kind": PLAN}, "is not a statement of an approval"),
        ({"at": "2026-11-29T12:30:00-14:00"}, "it is from the future"),
        ({"at": "2026-11-29T12:00:00+14:00"}, "it is older than the plan"),
        ({"at": "2026-11-29T12:00:00"}, "is not a time with a time zone"),
        ({"at": None}, "is not a time with a time zone"),
    ],
    ids=str,
)
def test_signed_approval_of_something_else_does_not_count(
    release: PlannedRelease, keys: Keys, changes: dict[str, Any], reason: str
) -> None:
    signed(release, keys, **changes)

    assert reason in signed_refusal(release, keys)


def test_signed_approval_with_more_subjects_or_subjects_of_one_name_does_not_count(
    release: PlannedRelease, keys: Keys
) -> None:
    signed(release, keys, subjects={**release.evidence.subjects, "more.json": "0" * 64})
    assert "it is about other files than the evidence" in signed_refusal(release, keys)

    document = envelope(release)
    statement = json.loads(base64.b64decode(document["payload"]))
    statement["subject"] = [statement["subject"][0], statement["subject"][0]]
    store(release, {**document, "payload": base64.b64encode(json.dumps(statement).encode()).decode()})
    assert "no signature is of a registered key" in signed_refusal(release, keys)


def test_second_signature_that_is_wrong_or_malformed_gives_no_approval(release: PlannedRelease, keys: Keys) -> None:
    signed(release, keys, by=AUTHOR)
    document = envelope(release)
    (own,) = document["signatures"]
    other = {"keyid": public_key(REVIEWER, keys.registered[REVIEWER]).keyid, "sig": own["sig"]}
    for wrong in (other, {**other, "sig": "!"}, {**other, "sig": ""}, {**own, "keyid": other["keyid"]}):
        store(release, {**document, "signatures": [own, wrong]})
        with pytest.raises(ReleaseError):
            apply(release.around(), release.folder, release.rule, keys.source(release))
    assert release.stack.deployments == 0


def test_key_of_another_type_under_the_id_of_a_registered_one_does_not_sign(
    release: PlannedRelease, keys: Keys, tmp_path: Path
) -> None:
    keys.files["stranger"] = tmp_path / "stranger.pem"
    keys.write(generate_private_key(SECP256R1()), keys.files["stranger"])
    signed(release, keys, by="stranger")
    document = envelope(release)
    document["signatures"][0]["keyid"] = public_key(REVIEWER, keys.registered[REVIEWER]).keyid
    store(release, document)

    assert "no signature is of a registered key" in signed_refusal(release, keys)


def test_one_key_under_two_names_is_refused(release: PlannedRelease, keys: Keys) -> None:
    keys.registered[AUTHOR] = keys.registered[REVIEWER].replace("\n", "\r\n")
    signed(release, keys)

    assert f"{AUTHOR} and {REVIEWER} have the same key" in signed_refusal(release, keys)


def test_approval_that_is_copied_to_a_later_plan_does_not_count(release: PlannedRelease, keys: Keys) -> None:
    signed(release, keys)
    copied = (release.folder / APPROVAL_FILE).read_text()
    release.now += timedelta(minutes=1)
    release.evidence = release.plan()
    (release.folder / APPROVAL_FILE).write_text(copied)

    assert "it is for the evidence" in signed_refusal(release, keys)
