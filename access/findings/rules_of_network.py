"""The kinds of findings that compare what is with what the network says of itself."""

from access.findings.rule import Rule

RULES = (
    Rule(
        id="undeclared-access",
        severity="error",
        title="Somebody of the network can do what it does not declare",
        why="Who reads network.yaml is misled: more can be done than was agreed.",
        mend="Remove the assignment that the sentence names or, if the access is meant, declare it.",
        help="By what roles and keys allow in effect. Operations that a declared verb's role brings are declared.",
    ),
    Rule(
        id="stranger",
        severity="warning",
        title="Somebody who is no agent has access",
        why="The network's file does not say so, and nobody reviews it there.",
        mend="Remove the assignment, or accept it for a while with an exception that says why.",
        help="A principal that exists and is no agent, host or people of the network, with any access to a declared "
        "resource.",
    ),
    Rule(
        id="separation-of-duties",
        severity="error",
        title="One agent holds both sides of a separation",
        why="What was to need two agents, one can do alone: whoever takes it over passes the check.",
        mend="Take one side from the agent, or move that work to another agent.",
        help="By what roles and keys allow in effect, not by what is declared: who may write a container can read it, "
        "too. What a condition decides counts as held.",
    ),
    Rule(
        id="over-budget",
        severity="error",
        title="An agent can do more harm than its budget allows",
        why="The budget is what was agreed to be lost if the agent is taken over.",
        mend="Take access away from the agent, split it, or have the budget raised by who agreed to it.",
        help="Counted in what the agent can reach in effect; the report's `blast` shows what was counted.",
    ),
    Rule(
        id="unused-resource",
        severity="warning",
        title="Nobody uses a declared resource",
        why="It costs money, it can be attacked, and it looks as if it mattered.",
        mend="Remove it from network.yaml, or declare who uses it.",
        help="No agent has any access to it in effect.",
    ),
    Rule(
        id="escape-hatch-role",
        severity="note",
        title="An access names a role instead of a verb",
        why="The role may allow more than a verb would, and its meaning changes with Azure.",
        mend="Use a verb where there is one; otherwise leave it, with its reason.",
        help="Every access with `role` and `because`; it is here so that it is seen in a review.",
    ),
    Rule(
        id="allowed-shared-identity",
        severity="note",
        title="Agents run as one identity, as the environment allows",
        why="Each can do everything that any of them needs, and no log says which of them did it.",
        mend="Publish them, so that each has its own; until then keep nothing here that one of them must not see.",
        help="Unpublished agents of a project of Foundry, where the stack's configuration says "
        "`shared_identity: allowed`.",
    ),
    Rule(
        id="waiting-access",
        severity="note",
        title="An access waits for an agent that cannot be called yet",
        why="It is granted in the same run that publishes the agent; until then whoever needs it gets an error.",
        mend="Publish the agent in this environment, or leave it: what is declared is right.",
        help="A `use` of an agent on Foundry that has no endpoint of its own here: one that is not published and has "
        "no identity from its creation.",
    ),
    Rule(
        id="expired-exception",
        severity="warning",
        title="An exception has expired",
        why="What was accepted for a while is still there, or the exception is left over.",
        mend="Mend the finding and remove the exception, or decide anew until when it is accepted.",
        help="It no longer excuses anything. An exception counts up to and including its last day.",
    ),
    Rule(
        id="unused-exception",
        severity="warning",
        title="An exception matches nothing",
        why="It would silently excuse the finding, should it come back.",
        mend="Remove the exception, or correct what it is on.",
        help="No finding of that kind is about what the exception names.",
    ),
    Rule(
        id="unknown-finding",
        severity="error",
        title="An exception names a finding that does not exist",
        why="It excuses nothing, whatever was meant.",
        mend="Write one of the ids of this list.",
        help="Ids are compared as they are written.",
    ),
)
