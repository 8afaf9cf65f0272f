"""Texts of the finding rules that compare the graph with network.yaml."""

from access.findings.finding import Rule

RULES = (
    Rule(
        id="undeclared-access",
        severity="error",
        title="An identity of the network has undeclared access",
        why="network.yaml misleads its readers: the identity can do more than was agreed.",
        fix="Remove the role assignment that the finding names or, if the access is intended, declare the access.",
        help="Counts everything that roles and keys effectively allow. All operations of a declared verb's role are "
        "declared.",
    ),
    Rule(
        id="stranger",
        severity="warning",
        title="A principal outside the network has access to a declared resource",
        why="network.yaml does not declare this access, so nobody reviews it there.",
        fix="Remove the role assignment, or accept the finding for a while with an exception and its reason.",
        help="Counts a principal that exists and is not an agent, host or people of the network, with any access to a "
        "declared resource.",
    ),
    Rule(
        id="privileged-stranger",
        severity="error",
        title="A principal outside the network is privileged over its resources",
        why="It can reach every agent's data and act as every agent, and network.yaml does not show that.",
        fix="Remove the role assignment, make it eligible instead of permanent, or accept the finding for a while with "
        "an exception and its reason.",
        help="Counts a privileged role of a group, a user or an app outside the network at a scope that contains every "
        "declared resource; and, at any declared resource, a role that may assign any role, such as Owner or User "
        "Access Administrator, also of a service principal that is defined elsewhere. A role with a condition, such as "
        "the deployer's, does not count as that. The members of a group are outside the network "
        "until an agent is known to be one of them. An exception names a resource, or the object id of the principal.",
    ),
    Rule(
        id="separation-of-duties",
        severity="error",
        title="One agent has permissions that no agent may have together",
        why="A task that should need two agents needs only one: an attacker in that agent can do the whole task.",
        fix="Remove one of the permissions from the agent, or move that work to another agent.",
        help="Counts access that roles and keys effectively allow, not declared access: an agent that may write a "
        "container can read it, too. Conditional access counts as held.",
    ),
    Rule(
        id="over-budget",
        severity="error",
        title="An agent can do more harm than its budget allows",
        why="The budget limits the harm that was accepted in case an attacker takes the agent over.",
        fix="Remove access from the agent, split the agent in two, or have the budget raised by the "
        "person who agreed to it.",
        help="Counts everything that the agent can effectively reach; the report's `blast` lists it.",
    ),
    Rule(
        id="changed-property",
        severity="warning",
        title="A property in Azure differs from the program",
        why="An Azure Policy with the effect `modify`, or a person, has changed the resource after its deployment, and "
        "no preview shows it: agents may have lost their way to it, or it may be open wider than declared.",
        fix="Change the program, or exempt the resource from the policy, and deploy with `pulumi up --refresh`.",
        help="Compares, in live Azure only, the booleans, numbers and words that the program sets with those that "
        "Azure lists, such as `publicNetworkAccess`, and a firewall that the program does not set. Ids, addresses, and "
        "properties that Azure does not list are not compared. An exception names resource and property, as in "
        "`fabrikam-vault/publicNetworkAccess`.",
    ),
    Rule(
        id="unused-resource",
        severity="warning",
        title="No agent has access to a declared resource",
        why="An unused resource costs money, can be attacked, and looks as if it were needed.",
        fix="Remove the resource from network.yaml, or declare access to the resource.",
        help="Counts effective access, by roles and keys, rather than declared access. Access that waits in this "
        "environment counts, too.",
    ),
    Rule(
        id="escape-hatch-role",
        severity="note",
        title="A declared access names a role instead of a verb",
        why="The role may allow more than a verb would, and Azure may change what it allows.",
        fix="Use a verb where one exists; otherwise keep the role, with its reason.",
        help="Lists every access with `role` and `because`, so that reviewers see the role.",
    ),
    Rule(
        id="allowed-shared-identity",
        severity="note",
        title="Agents run as one identity, as the environment allows",
        why="Each of these agents can do everything that any of them needs, and no log shows which of them did it.",
        fix="Publish the agents, so that each has its own identity; until then this environment must have no data that "
        "any of them must not see.",
        help="Counts unpublished agents of a Foundry project, where the stack's configuration sets `shared_identity: "
        "allowed`.",
    ),
    Rule(
        id="waiting-access",
        severity="note",
        title="A declared access is not granted yet in this environment",
        why="The access is granted in the run that publishes the called agent, or that replaces the placeholder by the "
        "agent's image; until then requests are refused.",
        fix="Publish the called agent, or push the image and remove the agent from `placeholder_images`; or change "
        "nothing: the declaration is right.",
        help="Counts a `use` of a Foundry agent that has no endpoint of its own here: one that is not published and "
        "has no identity from its creation. Counts every access of an agent in `placeholder_images`.",
    ),
    Rule(
        id="expired-exception",
        severity="warning",
        title="An exception has expired",
        why="A finding that was accepted for a while still exists, or the exception is left over.",
        fix="Fix the finding and remove the exception, or set a new expiry date.",
        help="An expired exception covers no finding. An exception is valid up to and including its last day.",
    ),
    Rule(
        id="unused-exception",
        severity="warning",
        title="An exception matches no finding",
        why="Such an exception would silently cover the finding if the finding came back.",
        fix="Remove the exception, or correct its `on`.",
        help="No finding of that kind is about the name in `on`.",
    ),
    Rule(
        id="unknown-finding",
        severity="error",
        title="An exception names a finding that does not exist",
        why="An exception with an unknown finding id covers no finding.",
        fix="Use one of the finding ids in docs/reference/findings.md.",
        help="Finding ids are compared exactly, including case.",
    ),
    Rule(
        id="grant-without-tool",
        severity="note",
        title="A Foundry agent has access that none of its tools can use",
        why="A prompt agent uses its identity in MCP and A2A tools alone, and calls models with the identity of its "
        "project: the grant is there, and the agent can do nothing with it.",
        fix="Add a tool for the resource to `tools` of the project, or remove the access. Except the finding for a "
        "hosted agent, whose code uses the identity itself.",
        help="Counts the declared access of Foundry agents to resources of whose service no tool of the project gets a "
        "token, by *Agent identity concepts in Microsoft Foundry*, Microsoft Learn, 2026-04-13. A project that exists "
        "already is left out, since its tools are not declared here.",
    ),
    Rule(
        id="other-agent-version",
        severity="warning",
        title="A Foundry agent serves another version than network.yaml declares",
        why="Callers get instructions and tools that nobody reviewed here: with `@latest`, each new version is served "
        "at once.",
        fix="Pin the version with `agent-network release foundry reconcile --stack prod --pin-versions --apply` or in "
        "the portal, or correct `version`.",
        help="Counts, in live Azure only, agents whose endpoint has a version selector other than exactly the declared "
        "version. Azure serves the latest version by default (*Configure and share your agent*, Microsoft Learn, "
        "2026-04-14).",
    ),
)
