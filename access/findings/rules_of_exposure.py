"""The kinds of findings about doors that need no role, and about what runs."""

from access.findings.rule import Rule

RULES = (
    Rule(
        id="credential-in-plain-sight",
        severity="error",
        title="A credential stands in plain sight",
        why="Who can read the app, the stack or its history has it; it opens the service past all roles, and no log "
        "says who used it.",
        mend="Revoke it, since it is known by now. Then use the agent's identity; what has no identity belongs into "
        "a key vault, referred to by `keyVaultUrl`.",
        help="Texts that have the form of a key, token, connection string or signature, anywhere in a resource's "
        "properties, the stack's configuration or its outputs; secrets that an app stores by value; and variables "
        "whose name says key, secret or password and whose value looks like one. The value is never shown.",
    ),
    Rule(
        id="local-auth-on",
        severity="error",
        title="Keys open the resource",
        why="Who has a key can do everything there, whatever roles say; roles are not all the access there is.",
        mend="Turn keys off: `disableLocalAuth: true`, for storage `allowSharedKeyAccess: false`, for a registry "
        "`adminUserEnabled: false`, for a vault `enableRbacAuthorization: true`, for a cluster "
        "`disableLocalAccounts: true`.",
        help="Said of the account, not of each thing in it. Where Azure has keys on unless told otherwise, silence "
        "counts as on.",
    ),
    Rule(
        id="public-access",
        severity="error",
        title="Anybody can reach it",
        why="No identity is asked for, or nothing stands before the question: whoever knows the address reads the "
        "data, calls the app or tries the cluster's door.",
        mend="Set `publicAccess` to `None` and `allowBlobPublicAccess` to false, `anonymousPullEnabled` to false, and "
        "give external ingress a list of addresses that may call; make a cluster private, or give it "
        "`authorizedIPRanges`.",
        help="Public blob containers, accounts that allow them, registries with anonymous pull, apps with external "
        "ingress and clusters whose API has no list that keeps anybody out. Network rules of accounts are not looked "
        "at.",
    ),
    Rule(
        id="mutable-image-tag",
        severity="warning",
        title="Production runs an image whose tag moves",
        why="What runs can change with the next restart without a deployment, and nobody can say what ran yesterday.",
        mend="Set `image_tag` to a version or a commit, or refer to the image by its digest.",
        help="In production only: no tag, `latest`, or a tag without any digit, such as a branch's name.",
    ),
    Rule(
        id="unread",
        severity="warning",
        title="Something could not be judged",
        why="Whatever it gives is missing in every answer here.",
        mend="Do what the sentence says: deploy first, define it in the program, or look at it by hand.",
        help="What the reader of the source or the judgement of conditions had to leave out.",
    ),
)
