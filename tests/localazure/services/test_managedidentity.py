"""Tests of user-assigned identities and their federated credentials in local Azure."""

from localazure.azure import LocalAzure
from tests.localazure.samples import CREDENTIAL, GROUP, IDENTITY, IDENTITY_ID, PRINCIPAL_ID, SAMPLES, make, with_needs
from tests.localazure.services.refusals import refusal


def test_principal_is_deleted_with_its_user_assigned_identity_in_local_azure(azure: LocalAzure) -> None:
    identity, outputs = make(azure, IDENTITY)
    existed = azure.world.find_principal(outputs["principalId"])

    azure.delete(IDENTITY, identity)

    assert existed is not None
    assert (identity, existed.id, existed.client_id) == (IDENTITY_ID, PRINCIPAL_ID, outputs["clientId"])
    assert azure.world.find_principal(outputs["principalId"]) is None


def test_recreated_user_assigned_identity_has_another_principal_in_local_azure(azure: LocalAzure) -> None:
    identity, before = make(azure, IDENTITY)
    azure.delete(IDENTITY, identity)

    _, after = make(azure, IDENTITY)

    assert {before["principalId"], before["clientId"]}.isdisjoint({after["principalId"], after["clientId"]})


def test_principal_ids_of_user_assigned_identities_are_deterministic_in_local_azure() -> None:
    from localazure.arm.world import World  # noqa: PLC0415 (next to its use: two worlds are the point)

    assert make(LocalAzure(World()), IDENTITY) == make(LocalAzure(World()), IDENTITY)


def test_update_of_user_assigned_identity_keeps_the_principal_in_local_azure(azure: LocalAzure) -> None:
    identity, before = make(azure, IDENTITY)

    after = azure.update(IDENTITY, identity, {**SAMPLES[IDENTITY].inputs, "tags": {"owner": "platform"}})

    assert (after["principalId"], after["tags"]) == (before["principalId"], {"owner": "platform"})


def test_user_assigned_identity_name_shorter_than_three_characters_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert refusal(azure, IDENTITY, resourceName="ab").code == "InvalidResourceName"


def test_user_assigned_identity_without_name_gets_one_from_its_logical_name_in_local_azure(azure: LocalAzure) -> None:
    filled = azure.check(IDENTITY, {"resourceGroupName": "rg", "location": "westeurope"}, name="report-pull")

    assert filled["resourceName"].startswith("report-pull")
    assert len(filled["resourceName"]) == len("report-pull") + 8
    assert filled == azure.check(IDENTITY, {"resourceGroupName": "rg", "location": "westeurope"}, name="report-pull")


def test_user_assigned_identity_without_location_gets_that_of_its_resource_group_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, "azure-native:resources:ResourceGroup", location="North Europe")

    filled = azure.check(IDENTITY, {"resourceGroupName": "rg"}, name="report-pull")

    assert azure.create(IDENTITY, filled)[1]["location"] == "northeurope"


def test_federated_credential_with_two_audiences_or_beyond_the_limit_of_20_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, CREDENTIAL)
    inputs = SAMPLES[CREDENTIAL].inputs
    for number in range(19):
        name, subject = f"pipeline-{number}", f"agent-{number}"
        azure.create(CREDENTIAL, {**inputs, "federatedIdentityCredentialResourceName": name, "subject": subject})

    more = {"federatedIdentityCredentialResourceName": "one-more", "subject": "one-more"}
    assert "20 federated identity credentials" in str(refusal(azure, CREDENTIAL, **more))
    assert "exactly one" in str(refusal(azure, CREDENTIAL, **more, audiences=["one", "two"]))


def test_federated_credential_with_duplicate_issuer_and_subject_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, CREDENTIAL)

    refused = refusal(azure, CREDENTIAL, federatedIdentityCredentialResourceName="same-again")

    assert "pipeline" in refused.message


def test_deleting_user_assigned_identity_deletes_its_federated_credentials_in_local_azure(azure: LocalAzure) -> None:
    credential, _ = make(azure, CREDENTIAL)

    azure.delete(IDENTITY, IDENTITY_ID)

    assert azure.read(CREDENTIAL, credential) is None
    assert set(azure.world.resources) == {GROUP.lower()}


def test_federated_credentials_of_one_identity_share_an_exclusive_write_scope_in_local_azure(azure: LocalAzure) -> None:
    """Tests the scope of exclusive writes; `SharedWorld` refuses the second write in such a scope."""
    first = azure.exclusive_scope(CREDENTIAL, "", with_needs(azure, CREDENTIAL))
    second = {**SAMPLES[CREDENTIAL].inputs, "federatedIdentityCredentialResourceName": "another"}

    assert first == (IDENTITY_ID.lower(), "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity")
    assert azure.exclusive_scope(CREDENTIAL, "", second) == first
    assert azure.exclusive_scope(CREDENTIAL, "", {**second, "resourceName": "other"}) != first
    assert azure.exclusive_scope(IDENTITY, "", SAMPLES[IDENTITY].inputs) is None
