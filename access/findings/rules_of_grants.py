"""The kinds of findings about identities and what they were given."""

from access.findings.rule import Rule

RULES = (
    Rule(
        id="shared-identity",
        severity="error",
        title="Two agents or apps run as one identity",
        why="Each can do everything that any of them needs, and no log says which of them did it.",
        mend="Give each app its own identity (system-assigned is enough) and grant each only what it needs; publish "
        "agents of Foundry that share their project's identity.",
        help="Counts every app or other resource that a user-assigned identity is attached to, unless the platform "
        "alone uses it there, to pull images (`lifecycle: None`); every service account that its federated "
        "credentials trust; and the unpublished agents of a project of Foundry.",
    ),
    Rule(
        id="shared-pull-identity",
        severity="note",
        title="Several apps pull images with one identity",
        why="Whoever may attach that identity to an app can pull every image that it may pull.",
        mend="Give each app an identity of its own for pulling.",
        help="Code in the containers cannot use such an identity, so this is no more than a note.",
    ),
    Rule(
        id="wide-grant",
        severity="warning",
        title="A grant is wider than its use",
        why="What is not needed is still there for whoever takes the agent over, and what is added later below that "
        "scope is included without anybody deciding it.",
        mend="Assign the role at the resource itself, or a role that allows no more than the declared verbs.",
        help="A role of an agent at a management group, subscription or resource group; at an account of which one "
        "thing is used; a role with operations that no declared verb brings; or no condition where paths are declared.",
    ),
    Rule(
        id="privileged-role",
        severity="error",
        title="An agent holds a privileged role",
        why="The role leads beyond the resource: to keys, to other identities, to what others run, or to everything.",
        mend="Replace it with a data role that fits the verb; `role` with a `because` takes only roles without such "
        "ways out.",
        help="Judged by the operations that the role allows, never by its name. Conditions of the role are left aside.",
    ),
    Rule(
        id="role-granting-role",
        severity="error",
        title="An agent may grant roles",
        why="Who may assign roles, or write role definitions, can give itself everything else.",
        mend="Remove the assignment; roles are granted by the deployment, not by agents.",
        help="Any role that allows writing role assignments or role definitions, of Azure or of Cosmos DB, or to "
        "elevate access.",
    ),
    Rule(
        id="orphaned-assignment",
        severity="warning",
        title="A role is assigned to a principal that is gone",
        why="It is a grant that nobody can explain; where the identity only lives elsewhere, somebody unknown has it.",
        mend="Delete the assignment. If the principal lives elsewhere, grant it there, or say in the program who.",
        help="The principal is only seen in assignments. A source that is no live Azure cannot tell whether it was "
        "deleted or belongs to another place.",
    ),
    Rule(
        id="unknown-principal",
        severity="warning",
        title="A role is assigned to somebody unknown",
        why="Nothing in the source says who it is, so nobody can say whether the access is meant.",
        mend="Find out whose id it is (`az ad sp show --id …`), then delete the assignment or declare it.",
        help="The principal of the assignment occurs nowhere else in the source.",
    ),
    Rule(
        id="unknown-role",
        severity="warning",
        title="A role is assigned that nobody knows",
        why="What it allows is not counted in any answer: it may be nothing, or everything.",
        mend="Use a built-in role, or define the role in the same program so that it can be read.",
        help="The role is neither in the catalogue of built-in roles nor defined in the source.",
    ),
    Rule(
        id="duplicate-grant",
        severity="warning",
        title="The same role is assigned twice",
        why="Azure refuses the second, and where both exist, removing one takes nothing away.",
        mend="Delete one of the two.",
        help="Same principal, role, scope and condition.",
    ),
    Rule(
        id="redundant-grant",
        severity="note",
        title="A grant adds nothing to another one",
        why="Removing it looks like taking access away, and takes nothing away.",
        mend="Delete it, or the wider one if that is the mistake.",
        help="Another assignment of the same principal, at the same scope or above and without a condition of its "
        "own, allows all the operations that this one does.",
    ),
    Rule(
        id="condition-that-restricts-nothing",
        severity="error",
        title="A condition restricts nothing that matters",
        why="Azure lets every operation pass that a condition does not name: the data can be read, written or deleted "
        "as if there were no condition.",
        mend="Name the operations on the data itself in the condition, `!(ActionMatches{'…/blobs/read'}) OR …`, or "
        "remove it and choose a narrower role or scope.",
        help="All data operations of the role on the data itself (read, write, delete, send, receive) pass on every "
        "resource and for every request; restricting tags or lifetimes alone does not count.",
    ),
)
