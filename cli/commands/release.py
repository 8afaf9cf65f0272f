"""Commands `agent-network release …`, with which a pipeline plans, approves and applies a deployment."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.help_text import examples
from cli.options import Json, Stack
from cli.output import print_text
from cli.project_root import find_root

_EXAMPLES = examples(
    "agent-network release foundry reconcile --stack prod",
    "agent-network release foundry reconcile --stack prod --apply",
)
_PLAN = "agent-network release plan --stack prod"
_APPROVE = "agent-network release approve --stack prod --evidence .release/prod"
_SIGN = "agent-network release approve --stack prod --digest SHA256"
_APPLY = "agent-network release apply --stack prod --evidence .release/prod"
_STEPS = examples(_PLAN, _APPROVE, _APPLY)


class Platform(StrEnum):
    """Platforms that a release pipeline can run on."""

    GITHUB = "github"
    AZURE_PIPELINES = "azure-pipelines"


Evidence = Annotated[Path, typer.Option("--evidence", metavar="DIR", help="Folder that `release plan` wrote.")]
Digest = Annotated[
    str | None,
    typer.Option("--digest", metavar="SHA256", help="Digest that the evidence must have, as the plan reported it."),
]

app = typer.Typer(
    name="release",
    help="Plans, approves and applies a deployment.",
    epilog=_STEPS,
    no_args_is_help=True,
    rich_markup_mode=None,
)
foundry = typer.Typer(
    name="foundry",
    help="Moves role assignments to Foundry agents' current identities.",
    epilog=_EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(foundry, name="foundry")


@app.command(epilog=examples(_PLAN))
def plan(
    *,
    stack: Stack = "dev",
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="DIR", help="Folder to write to; by default, .release/<stack>."),
    ] = None,
    pipeline: Annotated[
        bool,
        typer.Option(
            "--pipeline", help="Give the digest to the later jobs of this run; if access grows, the exit code is 0."
        ),
    ] = False,
    as_json: Json = False,
) -> int:
    """Write the evidence of a planned deployment.

    It has what changes, who gains access, and from which inputs.

    The exit code is 0 if nobody gains access, 3 if somebody does or something can no longer be judged, and 1 if the
    proof fails, a finding is an error, a mandatory policy is violated, or Azure has access that nobody declared.
    """
    from cli.release_steps import run_plan  # noqa: PLC0415 (imports Pulumi's SDK and Azure's)

    return run_plan(find_root(), stack, evidence, as_json=as_json, in_pipeline=pipeline)


@app.command(epilog=examples(_APPROVE, f"{_SIGN} --download", f"{_SIGN} --key approver.pem"))
def approve(
    *,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="DIR", help="Folder of the evidence; by default, .release/<stack>."),
    ] = None,
    stack: Stack = "dev",
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Private key, as PEM, of a registered approver: signs an approval."),
    ] = None,
    digest: Digest = None,
    download: Annotated[
        bool, typer.Option("--download", help="Only download the evidence with this --digest, to read it first.")
    ] = False,
) -> int:
    """Record the approval of a plan.

    It comes from the platform's records, or from a signature with a registered key.

    With --key, the signed approval goes to the container 'approvals' of the state's storage account, where `apply`
    finds it; evidence that is not here is downloaded from there by its --digest. The exit code is 1 if the plan needs
    an approval and has none that is valid.
    """
    from cli.release_steps import run_approve, run_sign  # noqa: PLC0415 (as above)

    if download and key is not None:
        raise CommandError("--download and --key are given; download first, read the evidence, and sign it then")
    if download or key is not None:
        return run_sign(find_root(), stack, evidence, key, digest)
    return run_approve(find_root(), stack, evidence, digest)


@app.command(epilog=examples(_APPLY))
def apply(*, evidence: Evidence, stack: Stack = "dev", digest: Digest = None, as_json: Json = False) -> int:
    """Deploy exactly what was planned and approved.

    Refuses, with exit code 2, if the commit, a file, a tool, the state or the preview is not that of the evidence, or
    if the approval is missing. The exit code is 1 if the deployment stopped, or Azure has not exactly the approved
    access afterwards.
    """
    from cli.release_steps import run_apply  # noqa: PLC0415 (as above)

    return run_apply(find_root(), stack, evidence, digest=digest, as_json=as_json)


@app.command(epilog=examples("agent-network release comment --evidence .release/prod"))
def comment(*, evidence: Evidence, digest: Digest = None) -> int:
    """Comment on the pull request with a plan's summary.

    The pull request is the one that the pipeline runs for. A later plan of the same stack replaces the comment.
    """
    from cli.release_steps import run_comment  # noqa: PLC0415 (as above)

    return run_comment(evidence, digest)


@app.command(
    epilog=examples(
        "agent-network release workflow github", "agent-network release workflow github --stacks dev,staging,prod"
    )
)
def workflow(
    platform: Annotated[Platform, typer.Argument(help="Platform that runs the workflow.")],
    *,
    stacks: Annotated[
        str, typer.Option("--stacks", metavar="NAMES", help="Stacks in the order of their deployment.")
    ] = "dev,prod",
) -> int:
    """Write the workflow of a release pipeline.

    It plans each pull request for the last stack, and deploys the main branch to one stack after another. A stack waits
    for an approval if its setting `approval` requires one; without stack files, the last one waits. A file that exists
    already is not replaced.
    """
    from cli.pipeline_workflow import stack_names, write_workflow  # noqa: PLC0415 (only this command needs it)

    print_text(str(write_workflow(find_root(), platform, stack_names(stacks))))
    return ExitCode.OK


@foundry.callback()
def _foundry() -> None:  # a group of one command stays a group
    """Move role assignments to the current identities of Foundry agents."""


@foundry.command(
    epilog=_EXAMPLES,
)
def reconcile(  # noqa: PLR0913 (an option each)
    *,
    stack: Stack = "dev",
    apply_changes: Annotated[
        bool,
        typer.Option(
            "--apply",
            help="Apply the plan in Azure and in the stack's state; without this option, only print the plan.",
        ),
    ] = False,
    pin_versions: Annotated[
        bool,
        typer.Option(
            "--pin-versions", help="Also let each agent's endpoint serve only the version that network.yaml declares."
        ),
    ] = False,
    as_json: Json = False,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", help="File that `pulumi stack export` wrote, in place of the stack itself."
        ),
    ] = None,
    local: Annotated[
        bool, typer.Option("--local", help="Reconcile the stack that `agent-network up` deployed to local Azure.")
    ] = False,
) -> int:
    """Move role assignments to Foundry agents' current identities.

    Compares the current identities of a stack's Foundry agents with the principals of their role assignments, and moves
    the assignments of replaced identities. With --pin-versions, also sets which version each agent's endpoint serves.
    The exit code is 3 if --apply would change something.
    """
    from cli.reconcile import reconcile as run  # noqa: PLC0415 (imports Azure's SDK)

    return run(
        find_root(),
        stack,
        apply_changes=apply_changes,
        as_json=as_json,
        export=export,
        local=local,
        pin_versions=pin_versions,
    )
