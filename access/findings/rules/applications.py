"""Texts of the finding rules about Entra applications with which agents act for users.

The rules of `OF_ANY_PROGRAM` need no network.yaml: they judge the applications of agents, and every application that
trusts a managed identity and uses APIs as a user.
"""

from access.findings.finding import Rule

__all__ = ["OF_ANY_PROGRAM", "RULES"]

OF_ANY_PROGRAM = (
    Rule(
        id="secret-on-application",
        severity="error",
        title="An application that acts for users has a password or a certificate",
        why="Anyone who has the secret signs in as the application from anywhere, and gets tokens of every user whose "
        "token reaches it. The application needs no secret: it trusts an identity of its agent.",
        fix="Delete the password or the certificate, and find out who has used it in the sign-in logs of the service "
        "principal. An app management policy keeps new ones from being added.",
        help="Counts passwords and certificates of the application and of its service principal, also expired ones.",
    ),
    Rule(
        id="foreign-application-credential",
        severity="error",
        title="An application that acts for users trusts something else than its agent",
        why="Entra ID stores every value of a federated credential. A wrong one either lets somebody else sign in as "
        "the application, or lets nobody sign in.",
        fix="Leave one federated credential, whose issuer is that of the tenant, whose subject is the principal id of "
        "the identity in lower case, and whose only audience is that of the cloud, without blanks.",
        help="Counts federated credentials for any identity or service account but the agent's own; an issuer, a "
        "subject or an audience that differs in letters or blanks; several audiences; credentials whose values are "
        "not known before deployment; and another application that trusts the same identity.",
    ),
    Rule(
        id="credential-identity-with-role",
        severity="error",
        title="The identity that an application trusts has a role",
        why="The identity is for signing in as the application alone. Code that gets its tokens has the role as well, "
        "and network.yaml does not show that.",
        fix="Remove the role assignment, or assign the role to the agent's own identity.",
        help="Counts roles at any scope, also inherited from a parent scope or through a known group, roles of Cosmos "
        "DB and access policies, roles of Entra ID, app roles of APIs, and the same of the service principal itself.",
    ),
    Rule(
        id="credential-identity-elsewhere",
        severity="error",
        title="Other code can use the identity that an application trusts",
        why="Anyone who gets a token of the identity signs in as the application, and acts for its users.",
        fix="Attach the identity to the agent's app alone, with `lifecycle: Main`.",
        help="Counts every other resource with the identity, and in a Container App each lifecycle but `Main`: `All` "
        "gives the tokens to init containers as well, and with `None` the agent gets none.",
    ),
    Rule(
        id="everybody-may-use-agent",
        severity="error",
        title="Every user of the tenant may use an agent that acts for users",
        why="Consent cannot be limited to a group. Without required assignment, the agent acts for everybody whose "
        "token a client sends, and every application of the tenant gets tokens for it.",
        fix="Set `appRoleAssignmentRequired` of the service principal to true, and assign the groups or users.",
        help="Entra's default is that no assignment is required, so that a missing setting counts.",
    ),
    Rule(
        id="risky-application-setting",
        severity="error",
        title="An application that acts for users allows more than that",
        why="The application signs nobody in: a client does. Each such setting is a way for tokens to leave, or for "
        "callers of another tenant or with another form of token to enter.",
        fix="Keep `signInAudience: AzureADMyOrg` and `requestedAccessTokenVersion: 2`, remove redirect addresses, and "
        "turn the implicit flow and public clients off.",
        help="Counts accounts of other tenants, tokens of version 1 (the default of an application), redirect "
        "addresses of every platform, the implicit flow and public clients.",
    ),
    Rule(
        id="identity-without-owner",
        severity="warning",
        title="Nobody owns an application or an identity of the network",
        why="Nobody is responsible for it: whether it is still needed, and what to do after an incident.",
        fix="List people in `owners` of the setting `entra` of the stack's file. Delete a managed identity that "
        "nothing uses.",
        help="Counts Entra applications of agents and their service principals, and user-assigned identities in the "
        "network's resource groups that no resource has and no federated credential lets anybody use. A managed "
        "identity belongs to the agent or resource that has it. `agent-network access identities` lists every identity "
        "with its owners.",
    ),
)
RULES = (
    *OF_ANY_PROGRAM,
    Rule(
        id="undeclared-user-access",
        severity="error",
        title="An agent may do more for users than network.yaml declares",
        why="The agent, and anyone who takes it over, reaches more of its users' data than was agreed, or acts for "
        "other people or clients.",
        fix="Remove the permission, consent, client or assignment that the finding names, or declare it under "
        "`acts_for_users`.",
        help="Counts permissions that the application requires or has consent to, consent of all users where each user "
        "should consent, clients that are pre-authorized or known, assigned users, groups and applications, and "
        "permissions without any user. Consent that one user has given to a declared permission does not count.",
    ),
    Rule(
        id="undeclared-owner",
        severity="error",
        title="Somebody undeclared owns an application of the network",
        why="An owner can add a password or a federated credential, and so act for the agent's users.",
        fix="Remove the owner, or list the owner in `owners` of the setting `entra` of the stack's file.",
        help="Counts owners of the application and of its service principal. Entra makes the creator an owner of an "
        "application that is created without any.",
    ),
)
