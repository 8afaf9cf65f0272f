"""Texts of the finding rules about access without a role (keys, public endpoints), about images and revisions."""

from access.findings.finding import Rule

RULES = (
    Rule(
        id="credential-in-plain-sight",
        severity="error",
        title="A credential is in plain text",
        why="Anyone who can read the app, the stack or its history has the credential. It opens the service "
        "regardless of all roles, and no log shows who used it.",
        fix="Revoke the credential, since it must be considered known. Then use the agent's identity. A secret for a "
        "service without identities belongs in a key vault, referred to by `keyVaultUrl`.",
        help="Texts in the form of a key, token, connection string, login or signature, anywhere in the properties of "
        "a resource of Azure or of another provider, the stack's configuration or its outputs and those of stacks that "
        "it refers to, encoded or not; passwords in commands and in password files; secrets that an app stores by "
        "value; and variables whose name ends with a word like password, key or token and whose value looks like one. "
        "Keys of data (`PARTITION_KEY`), public keys, digests and ids do not count. The value is never shown. An "
        "exception names one property: `on: report/template.containers[report].env[SETTING]`.",
    ),
    Rule(
        id="local-auth-on",
        severity="error",
        title="Access keys open the resource without a role",
        why="A holder of a key can do everything in the resource: roles do not show all access.",
        fix="Turn access keys off: `disableLocalAuth: true`, for storage `allowSharedKeyAccess: false`, for a registry "
        "`adminUserEnabled: false`, for a vault `enableRbacAuthorization: true`, for a cluster `disableLocalAccounts: "
        "true`.",
        help="The finding is reported for the account, not for each resource in it. Where Azure enables keys by "
        "default, a missing setting counts as enabled.",
    ),
    Rule(
        id="public-access",
        severity="error",
        title="Anybody can reach the resource over the network",
        why="No identity is required, or no network rule protects the endpoint: anyone who knows the address can read "
        "the data, call the app or reach the cluster's API.",
        fix="Set `publicAccess` to `None` and `allowBlobPublicAccess` to false, `anonymousPullEnabled` to false, and "
        "give external ingress a list of addresses that may call; make a cluster private, or give it "
        "`authorizedIPRanges`; leave a Foundry agent the authorization scheme `AzureRbac` alone.",
        help="Counts public blob containers, accounts that allow them, registries with anonymous pull, apps with "
        "external ingress, clusters whose API has no list that excludes anybody, and endpoints of Foundry agents with "
        "any authorization scheme but `AzureRbac`, formerly `Entra`: `AgentBlueprint`, `BotServiceRbac`, "
        "`BotServiceTenant` and unknown ones, which live Azure shows. Network rules of accounts are not checked.",
    ),
    Rule(
        id="unauthenticated-ingress",
        severity="error",
        title="An app has ingress, and nothing outside its code requires a token",
        why="Everyone who can connect may call the app and have it work with its identity: with internal ingress every "
        "app of its environment, with external ingress every listed address.",
        fix="Set `callable: true` for calls by other agents, `acts_for_users` for calls by users, or "
        "`platform_authentication: true` for an agent without the runtime library. In another program, add a "
        "`ContainerAppsAuthConfig`. Where callers need no token, write why: `ingress: { …, unauthenticated: { because: "
        "… } }`.",
        help="The code in a container is not inspected. Counts each Container App with ingress, and each agent of "
        "network.yaml, with none of: `callable`, `acts_for_users`, a reason in `unauthenticated`, and an "
        "authentication config that admits callers of one Entra tenant alone. Such a config is named `current` and "
        "belongs to the app itself, is turned on, answers `Return401`, `Return403` or `RedirectToLoginPage` to callers "
        "without a token, leaves out no path, has no other identity provider, names the tenant in `openIdIssuer` and "
        "its own application in `clientId`, has no audience of another service, and lists the applications, principals "
        "or groups that it admits, or belongs to an application with assignment required. TCP ingress and further "
        "ports lead past it. What is missing counts as open.",
    ),
    Rule(
        id="mutable-image-tag",
        severity="warning",
        title="Production runs an image with a mutable tag",
        why="The next restart can run another image without a deployment, and nobody can determine which image ran "
        "yesterday.",
        fix="Set `image_tag` to a version or a commit, or refer to the image by its digest.",
        help="Counts, in production only: no tag, `latest`, or a tag without any digit, such as the name of a branch.",
    ),
    Rule(
        id="unready-revision",
        severity="error",
        title="The latest revision of a Container App is not ready",
        why="The deployment reported success, but an earlier image and configuration serve, or nothing does.",
        fix="Read the reason with `az containerapp revision list` and `az containerapp logs show --type system`. Often "
        "the image is not in the registry, its role for pulling has no effect yet, or a probe fails. Correct it, and "
        "deploy again.",
        help="Compares `latestRevisionName` with `latestReadyRevisionName` of each app in live Azure or local Azure. A "
        "revision that was created minutes ago may still become ready.",
    ),
    Rule(
        id="unread",
        severity="warning",
        title="A part of the source could not be evaluated",
        why="The access that this part may give is missing in every result.",
        fix="Do what the finding suggests: deploy first, define the part in the program, or check the access by hand.",
        help="Counts parts of the source that could not be parsed, and conditions that could not be evaluated.",
    ),
    Rule(
        id="not-seen-here",
        severity="note",
        title="Local Azure has not seen resources that exist already",
        why="Their settings, such as keys and public access, and the roles that others hold there are not judged here.",
        fix="Run the check on live Azure, with `--of live` and `--subscription`.",
        help="One finding for all resources that the program refers to and does not create (`existing: true`), in a "
        "run on local Azure. The access that the program grants there is judged like any other.",
    ),
)
