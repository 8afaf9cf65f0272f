"""Commands `agent-network access …`, which report who can do what before anything is deployed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import refresh_roles
from cli.help_text import examples
from cli.options import (
    SOURCES,
    FindingsForm,
    FindingsFormat,
    Format,
    GrantsForm,
    GrantsFormat,
    ResourceGroup,
    Source,
    SourceFormat,
    Stack,
    Subscription,
    not_empty,
)

if TYPE_CHECKING:
    from cli.question_runner import Question

app = typer.Typer(
    name="access",
    help="Reports who can do what, before anything is deployed.",
    epilog=examples("agent-network access matrix", "agent-network access why report code-uploads read"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("refresh-roles", epilog=refresh_roles.EXAMPLES)(refresh_roles.refresh_roles)

Agent = Annotated[
    str,
    typer.Argument(
        metavar="AGENT", help="Agent of the network, or name or id of an identity in Azure.", callback=not_empty
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="HTML file to write; by default report/STACK.html.")
]
DiffWith = Annotated[
    str | None,
    typer.Option("--diff", metavar="SOURCE", help=f"Source to compare the access with: {SOURCES}.", callback=not_empty),
]


WithoutManifest = Annotated[
    bool,
    typer.Option(
        "--without-manifest",
        help="Judge any Azure program, in the file that --of names, as the policy pack does: no project is needed.",
    ),
]


@app.command(epilog=examples("agent-network access matrix", "agent-network access matrix --of live --subscription ID"))
def matrix(  # noqa: PLR0913 (an option each)
    *,
    stack: Stack = "dev",
    of: Source = ".",
    operations: Annotated[
        bool, typer.Option("--operations", help="Print the exact Azure operations in place of verbs.")
    ] = False,
    form: SourceFormat = Format.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Print the verbs that each agent has on each resource.

    Each cell has the verbs that the agent may use on the resource.
    """
    return _question(stack, of, form, subscription, resource_group).matrix(operations=operations)


@app.command(
    epilog=examples("agent-network access identities", "agent-network access identities --of live --subscription ID")
)
def identities(
    *,
    stack: Stack = "dev",
    of: Source = ".",
    form: SourceFormat = Format.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """List every identity of the network with its owners.

    A managed identity belongs to its agent or host; applications have owners in Entra ID.
    """
    return _question(stack, of, form, subscription, resource_group).identities()


@app.command(
    epilog=examples(
        "agent-network access why report code-uploads read",
        "agent-network access why analysis models Microsoft.CognitiveServices/accounts/listKeys/action",
    )
)
def why(  # noqa: PLR0913 (an option each)
    agent: Agent,
    resource: Annotated[
        str,
        typer.Argument(
            metavar="RESOURCE", help="Resource of the network, or an Azure resource id.", callback=not_empty
        ),
    ],
    operation: Annotated[
        str, typer.Argument(metavar="OPERATION", help="Verb such as `read`, or an Azure operation.", callback=not_empty)
    ],
    *,
    stack: Stack = "dev",
    of: Source = ".",
    form: SourceFormat = Format.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Explain why an agent may or may not perform an operation.

    Exit code 0 if allowed, 1 if denied, 3 if perhaps.
    """
    return _question(stack, of, form, subscription, resource_group).why(agent, resource, operation)


@app.command(
    epilog=examples("agent-network access diff main", "agent-network access diff git:origin/main --format markdown")
)
def diff(  # noqa: PLR0913 (an option each)
    before: Annotated[
        str, typer.Argument(metavar="BEFORE", help=f"Source of the earlier access: {SOURCES}.", callback=not_empty)
    ],
    after: Annotated[
        str,
        typer.Argument(
            metavar="AFTER",
            help="Source of the later access, written as BEFORE; by default the working tree.",
            callback=not_empty,
        ),
    ] = ".",
    *,
    stack: Stack = "dev",
    form: SourceFormat = Format.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Print the access that changes between two sources.

    Exit code 3 if anybody gains access.
    """
    return _question(stack, after, form, subscription, resource_group).diff(before)


@app.command(
    epilog=examples("agent-network access proof --stack prod", "agent-network access proof --of live --subscription ID")
)
def proof(
    *,
    stack: Stack = "dev",
    of: Source = ".",
    form: SourceFormat = Format.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Prove that exactly the declared access is granted.

    Exit code 1 if it is not.
    """
    return _question(stack, of, form, subscription, resource_group).proof()


@app.command(
    epilog=examples(
        "agent-network access grants --of live --subscription ID --format kql",
        "agent-network access grants --of export.json --format json",
    )
)
def grants(
    *,
    stack: Stack = "dev",
    of: Source = ".",
    form: GrantsForm = GrantsFormat.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Print each role assignment with its line of network.yaml.

    Azure's logs name the ids of role assignments. A preview has no ids yet.
    """
    return _question(stack, of, form, subscription, resource_group).grants()


@app.command("blast-radius", epilog=examples("agent-network access blast-radius analysis"))
def blast_radius(  # noqa: PLR0913 (an option each)
    agent: Annotated[
        str | None,
        typer.Argument(
            metavar="[AGENT]", help="Agent whose blast radius is printed; by default, every agent.", callback=not_empty
        ),
    ] = None,
    *,
    stack: Stack = "dev",
    of: Source = ".",
    form: SourceFormat = Format.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Print everything that an attacker in an agent can access.

    Exit code 1 if an agent is over its budget.
    """
    return _question(stack, of, form, subscription, resource_group).blast_radius(agent)


@app.command(
    epilog=examples("agent-network access check", "agent-network access check --of export.json --without-manifest")
)
def check(  # noqa: PLR0913 (an option each)
    *,
    stack: Stack = "dev",
    of: Source = ".",
    form: FindingsForm = FindingsFormat.TEXT,
    without_manifest: WithoutManifest = False,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Print findings about access; an error ends with code 1."""
    if without_manifest:
        return _question(stack, of, form, subscription, resource_group).check_of_program()
    return _question(stack, of, form, subscription, resource_group).check()


@app.command(epilog=examples("agent-network access report --diff main --out access.html"))
def report(  # noqa: PLR0913 (an option each)
    *,
    stack: Stack = "dev",
    of: Source = ".",
    out: Out = None,
    diff_with: DiffWith = None,
    form: SourceFormat = Format.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Write the report on access as an HTML file."""
    return _question(stack, of, form, subscription, resource_group).report(out, diff_with)


@app.command(epilog=examples("agent-network access review --of .localazure/dev.preview.json"))
def review(  # noqa: PLR0913 (an option each)
    *,
    stack: Stack = "dev",
    of: Source = ".",
    out: Out = None,
    diff_with: DiffWith = None,
    form: FindingsForm = FindingsFormat.TEXT,
    subscription: Subscription = None,
    resource_group: ResourceGroup = None,
) -> int:
    """Print proof and findings, and write the HTML report.

    The usual end of a preview; exit code 1 if the proof fails or a finding is an error.
    """
    return _question(stack, of, form, subscription, resource_group).review(out, diff_with)


def _question(stack: str, source: str, form: str, subscription: str | None, resource_group: str | None) -> "Question":
    """Return the runner of an access command, from the options for source and output format."""
    from cli.question_runner import Question  # noqa: PLC0415 (a tenth of a second that help does without)

    return Question(stack, source, form, subscription, resource_group)
