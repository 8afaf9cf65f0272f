"""Texts of the finding rules that compare the graph with network.yaml."""

from access.findings.finding import Rule

RULES = (
    Rule(
        id="undeclared-access",
        severity="error",
        title="An identity of the network has undeclared access",
        why="network.yaml misleads its readers: more is possible than was agreed.",
        fix="Remove the assignment that the sentence names or, if the access is intended, declare it.",
        help="Counts everything that roles and keys effectively allow. All operations of a declared verb's role are "
        "declared.",
    ),
    Rule(
        id="stranger",
        severity="warning",
        title="A principal that is not an agent has access",
        why="The network's file does not declare it, so nobody reviews it there.",
        fix="Remove the assignment, or accept it for a while with an exception and its reason.",
        help="A principal that exists and is not an agent, host or people of the network, with any access to a "
        "declared resource.",
    ),
    Rule(
        id="separation-of-duties",
        severity="error",
        title="One agent holds both sides of a separation",
        why="A task that should need two agents needs only one: an attacker who takes it over passes the check.",
        fix="Take one side from the agent, or move that work to another agent.",
        help="Counts access that roles and keys effectively allow, not declared access: an agent that may write a "
        "container can read it, too. Conditional access counts as held.",
    ),
    Rule(
        id="over-budget",
        severity="error",
        title="An agent can do more harm than its budget allows",
        why="The budget is the loss that was agreed if the agent is taken over.",
        fix="Remove access from the agent, split the agent in two, or have the budget raised by the "
        "person who agreed to it.",
        help="Counts everything that the agent can effectively reach; the report's `blast` lists it.",
    ),
    Rule(
        id="unused-resource",
        severity="warning",
        title="A declared resource is not used",
        why="An unused resource costs money, can be attacked, and looks as if it were needed.",
        fix="Remove it from network.yaml, or declare access to it.",
        help="No agent effectively has any access to the resource.",
    ),
    Rule(
        id="escape-hatch-role",
        severity="note",
        title="An access names a role instead of a verb",
        why="The role may allow more than a verb would, and Azure may change what it allows.",
        fix="Use a verb where one exists; otherwise leave it, with its reason.",
        help="Every access with `role` and `because`; it is listed so that reviewers see it.",
    ),
    Rule(
        id="allowed-shared-identity",
        severity="note",
        title="Agents run as one identity, as the environment allows",
        why="Each can do everything that any of them needs, and no log shows which of them did it.",
        fix="Publish them, so that each has its own; until then keep nothing here that any of them must not see.",
        help="Unpublished agents of a Foundry project, where the stack's configuration sets `shared_identity: "
        "allowed`.",
    ),
    Rule(
        id="waiting-access",
        severity="note",
        title="An access waits for an agent that cannot be called yet",
        why="It is granted in the same run that publishes the agent; until then callers get an error.",
        fix="Publish the agent in this environment, or leave it: the declaration is right.",
        help="A `use` of a Foundry agent that has no endpoint of its own here: one that is not published and has no "
        "identity from its creation.",
    ),
    Rule(
        id="expired-exception",
        severity="warning",
        title="An exception has expired",
        why="A finding that was accepted for a while still exists, or the exception is left over.",
        fix="Fix the finding and remove the exception, or set a new expiry date.",
        help="It no longer covers anything. An exception counts up to and including its last day.",
    ),
    Rule(
        id="unused-exception",
        severity="warning",
        title="An exception matches nothing",
        why="It would silently cover the finding if that came back.",
        fix="Remove the exception, or correct its `on`.",
        help="No finding of that kind is about the name in `on`.",
    ),
    Rule(
        id="unknown-finding",
        severity="error",
        title="An exception names a finding that does not exist",
        why="An exception with an unknown finding id covers no finding.",
        fix="Use one of the ids of this list.",
        help="Ids are compared as they are written.",
    ),
)
