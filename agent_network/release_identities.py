"""Rights of the two identities of a release pipeline: one plans and changes nothing, one applies and is the deployer.

Owns what each may do with the state and its key; `components.release_roles` has what each may read. Preview and export
of a stack take no lock, so that reading is enough for a plan (pulumi/pulumi, pkg/backend/diy, 2026).
"""

import pulumi
from pulumi_azure_native import authorization, managedidentity

from access.azure.roles import by_name, definition_id
from agent_network.state_store import StateStore
from agent_network.trusted_jobs import Job
from components.federation import POD_AUDIENCE
from components.grants import assignment_name

__all__ = ["assign", "assign_approvers", "trust_job", "use_state"]


def assign(
    title: str,
    *,
    role_id: pulumi.Input[str],
    scope: pulumi.Input[str],
    identity: managedidentity.UserAssignedIdentity,
    condition: pulumi.Output[str] | None = None,
) -> authorization.RoleAssignment:
    """Register one role assignment of an identity, under a name that follows from scope, role and principal."""
    return authorization.RoleAssignment(
        title,
        role_assignment_name=pulumi.Output.all(scope, role_id, identity.principal_id).apply(
            lambda parts: assignment_name(*parts)
        ),
        scope=scope,
        role_definition_id=role_id,
        principal_id=identity.principal_id,
        principal_type="ServicePrincipal",
        condition=condition,
        condition_version=None if condition is None else "2.0",
        opts=pulumi.ResourceOptions(delete_before_replace=False),
    )


def use_state(
    who: str,
    identity: managedidentity.UserAssignedIdentity,
    store: StateStore,
    *,
    subscription: str,
    writes: bool,
) -> None:
    """Register the assignments with which an identity uses the state: at the container and at the key alone.

    Args:
        who: word for the identity in the names of the assignments.
        identity: the identity.
        store: container, key and role of the state.
        subscription: id of the subscription.
        writes: True to write state and locks too.
    """
    role = by_name("Storage Blob Data Contributor" if writes else "Storage Blob Data Reader")
    assign(
        f"{who}-may-{'write' if writes else 'read'}-state",
        role_id=definition_id(role, subscription),
        scope=store.container.id,
        identity=identity,
    )
    assign(f"{who}-may-decrypt-state", role_id=store.decrypter.id, scope=store.key.id, identity=identity)
    if writes:
        # It adds evidence for approvers, and reads what they have signed.
        assign(
            f"{who}-may-write-approvals",
            role_id=definition_id(role, subscription),
            scope=store.approvals.id,
            identity=identity,
        )


def assign_approvers(group: str, store: StateStore, *, subscription: str) -> None:
    """Register the one right of approvers who sign with keys: at the container of approvals, and not at the state's.

    Args:
        group: object id of a group of Entra ID.
        store: containers of the state and of approvals.
        subscription: id of the subscription.
    """
    role_id = definition_id(by_name("Storage Blob Data Contributor"), subscription)
    authorization.RoleAssignment(
        "approvers-may-write-approvals",
        role_assignment_name=store.approvals.id.apply(lambda scope: assignment_name(scope, role_id, group)),
        scope=store.approvals.id,
        role_definition_id=role_id,
        principal_id=group,
        principal_type="Group",
        opts=pulumi.ResourceOptions(delete_before_replace=False),
    )


def trust_job(
    title: str, job: Job, identity: managedidentity.UserAssignedIdentity, *, name: str, group: pulumi.Input[str]
) -> None:
    """Register the one federated credential of an identity, for one job of a pipeline."""
    managedidentity.FederatedIdentityCredential(
        title,
        federated_identity_credential_resource_name="pipeline",
        resource_name_=name,
        resource_group_name=group,
        issuer=job.issuer,
        subject=job.subject,
        audiences=[POD_AUDIENCE],
        opts=pulumi.ResourceOptions(depends_on=[identity]),
    )
