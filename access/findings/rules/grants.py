"""Texts of the finding rules about identities and role assignments."""

from access.findings.finding import Rule

RULES = (
    Rule(
        id="shared-identity",
        severity="error",
        title="Two agents or apps run as one identity",
        why="Each of them can do everything that any of them needs, and no log shows which of them did it.",
        fix="Give each app its own identity (system-assigned is enough) and grant each only the access it needs; "
        "publish Foundry agents that share their project's identity.",
        help="Counts every app or other resource that a user-assigned identity is attached to, unless only the "
        "platform uses it there, to pull images (`lifecycle: None`); every service account that its federated "
        "credentials trust; every resource outside an agent's component that has the agent's identity, to pull images "
        "too; and the unpublished agents of a Foundry project.",
    ),
    Rule(
        id="foreign-actor",
        severity="error",
        title="Somebody outside the network can act as an identity",
        why="The foreign actor has all access of the identity. No role assignment shows it, and logs show the identity "
        "alone.",
        fix="Delete the credential, the workload or the binding that the finding names. A credential may trust only "
        "the agent's own service account, of its own cluster; list groups that administer a cluster in `clusters` of "
        "the stack's file.",
        help="Counts federated credentials whose issuer is not a cluster of the network or whose subject is not the "
        "agent's own service account; pods of others under an agent's service account; role bindings in the cluster "
        "that start pods or give tokens; and groups that administer a cluster of the network without being declared. "
        "Without a network.yaml, credentials that trust anything but one service account of a cluster in the "
        "program, where the identity holds a role.",
    ),
    Rule(
        id="cluster-administrator",
        severity="warning",
        title="A cluster has administrators outside Azure's roles",
        why="An administrator of a cluster can start pods under every service account, and so act as every identity "
        "that its pods use.",
        fix="Use Azure role assignments for the cluster instead of groups of administrators and bindings to "
        "`cluster-admin`.",
        help="Counts groups in `adminGroupObjectIDs` and role bindings that start pods or give tokens, in programs "
        "without a network.yaml; with one, `foreign-actor` reports those that are not declared.",
    ),
    Rule(
        id="shared-pull-identity",
        severity="note",
        title="Several apps pull images with one identity",
        why="Anyone who may attach that identity to an app can pull the images of all of these apps.",
        fix="Give each app its own identity for pulling images.",
        help="Code in the containers cannot use an identity that only pulls images, so this finding is only a note.",
    ),
    Rule(
        id="wide-grant",
        severity="warning",
        title="A role assignment allows more than the declared access",
        why="An attacker who takes over the agent has the unneeded access, too, and resources added later below that "
        "scope are included without anybody's decision.",
        fix="Assign the role at the resource itself, or a role that allows no more than the declared verbs.",
        help="Counts a role of an agent at a management group, subscription or resource group; at an account of "
        "which one resource is used; a role with operations outside the declared verbs; or no condition where paths "
        "are declared.",
    ),
    Rule(
        id="privileged-role",
        severity="error",
        title="An agent holds a privileged role",
        why="The role leads beyond the resource: to keys, to other identities, to other workloads, or to everything.",
        fix="Replace the role with a data role that fits the verb; `role` with a `because` accepts only roles that "
        "do not lead beyond the resource.",
        help="A role is judged by the operations that it allows, never by its name. Its conditions are ignored.",
    ),
    Rule(
        id="role-granting-role",
        severity="error",
        title="An agent may assign roles to anybody",
        why="An agent that may assign roles or write role definitions can give itself everything else.",
        fix="Remove the role assignment: the deployment assigns roles, and no agent does.",
        help="Counts any role that allows writing role assignments or role definitions, of Azure or of Cosmos DB, or "
        "to elevate access.",
    ),
    Rule(
        id="orphaned-assignment",
        severity="warning",
        title="A role is assigned to a principal that is deleted or defined elsewhere",
        why="Nobody can explain why the principal has the role. If it exists elsewhere, somebody unknown has access.",
        fix="Look up the principal's id. If it was deleted, delete the role assignment; if it is defined elsewhere, "
        "assign the role there, or define the principal in this program.",
        help="The principal occurs only in assignments. Only live Azure shows whether it was deleted or belongs to "
        "another tenant or stack.",
    ),
    Rule(
        id="unknown-principal",
        severity="warning",
        title="A role is assigned to an unknown principal",
        why="Nothing in the source identifies the principal, so nobody can decide whether the access is intended.",
        fix="Look up the principal's id (`az ad sp show --id …`), then delete the role assignment or declare it.",
        help="The principal of the assignment occurs nowhere else in the source.",
    ),
    Rule(
        id="unknown-role",
        severity="warning",
        title="An unknown role is assigned",
        why="The operations of the role are missing in every result: the role may allow nothing, or everything.",
        fix="Use a built-in role, or define the role in the same program so that it can be read.",
        help="The role is neither in the catalogue of built-in roles nor defined in the source.",
    ),
    Rule(
        id="duplicate-grant",
        severity="warning",
        title="The same role is assigned twice to one principal at one scope",
        why="Azure refuses the second role assignment; where both exist, removing one removes no access.",
        fix="Delete one of the two role assignments.",
        help="Counts role assignments with the same principal, role, scope and condition.",
    ),
    Rule(
        id="redundant-grant",
        severity="note",
        title="Another role assignment already allows everything that this one does",
        why="Removing the redundant role assignment looks like removing access, but removes none.",
        fix="Delete the redundant role assignment, or the wider one if that one is the mistake.",
        help="The other assignment has the same principal, is at the same scope or above, and has no condition of its "
        "own.",
    ),
    Rule(
        id="half-guarded-condition",
        severity="error",
        title="A condition can be bypassed by another operation",
        why="Azure allows every operation that a condition does not name, and this one gives the same as an operation "
        "that the condition restricts: the restriction does not hold.",
        fix="Name the operation in the condition, too: `!(ActionMatches{'…/blobs/write'}) AND "
        "!(ActionMatches{'…/blobs/add/action'}) OR …`.",
        help="The role allows both operations. Adding a blob is writing one; receiving messages reads and deletes "
        "them; in an account with a hierarchical namespace Azure authorizes a superuser by one operation alone, and "
        "renaming, owning and giving permissions lead around a condition.",
    ),
    Rule(
        id="condition-that-restricts-nothing",
        severity="error",
        title="A condition leaves all data of its role unrestricted",
        why="Azure allows every operation that a condition does not name: the data can be read, written or deleted as "
        "if there were no condition.",
        fix="Name the operations on the data itself in the condition, `!(ActionMatches{'…/blobs/read'}) OR …`, or "
        "remove the condition and choose a narrower role or scope.",
        help="Counts a condition if all data operations of the role on the data itself (read, write, delete, send, "
        "receive) pass the condition on every resource and for every request. A restriction of tags or lifetimes "
        "alone does not count.",
    ),
)
