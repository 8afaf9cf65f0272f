"""Sign-in of a command that uses a stack on Azure from within a job of a pipeline."""

import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from access.readers.http_client import signed_in
from manifest.loading import load
from manifest.stack_file import config_getter, read_project, stack_config
from release.errors import ReleaseError
from release.sign_in.pipeline import PipelineSignIn, is_pipeline, pipeline_sign_in
from safe_text.display import visible

__all__ = ["check_sign_in", "engine_sign_in", "print_line", "subscription_of"]

_MANAGEMENT = "https://management.azure.com/.default"


@contextmanager
def engine_sign_in(root: Path, stack: str) -> Generator[Mapping[str, str]]:
    """Sign in to Azure in a job of a pipeline, and yield the engine's additional environment variables.

    Nothing happens outside of a pipeline. In one, the stack's settings name the cloud.

    Raises:
        ManifestError: with every mistake in the project's files.
        ReleaseError: the pipeline gives no token, or a variable is missing or contradicts the sign-in.
    """
    if not is_pipeline(os.environ):
        yield {}
        return
    _network, environment = load(
        stack, config_getter(root, stack), root=root, role_refusal_reason=lambda _role, _kind: None
    )
    signing_in = pipeline_sign_in(
        os.environ, cloud=environment.cloud, subscription=subscription_of(root, stack), report=print_line
    )
    with signing_in as pipeline:
        check_sign_in(pipeline)
        yield {} if pipeline is None else pipeline.engine_environment


def check_sign_in(pipeline: PipelineSignIn | None) -> None:
    """Get a token for Azure Resource Manager, as the pipeline's identity or as the account of this machine.

    Raises:
        ReleaseError: there is no token; with the reason.
    """
    if pipeline is not None:
        pipeline.check()
    from azure.core.exceptions import AzureError  # noqa: PLC0415 (importing costs)

    try:
        signed_in().get_token(_MANAGEMENT)
    except AzureError as error:
        if pipeline is not None:
            raise pipeline.refusal(error.message) from None
        reason = " ".join(str(error.message).split())[:300]
        raise ReleaseError(f"nobody is signed in to Azure: {reason}") from None


def subscription_of(root: Path, stack: str) -> str:
    """Return the subscription in the file of a stack; empty if the file names none."""
    return stack_config(root, stack, read_project(root)).get("azure-native:subscriptionId", "")


def print_line(line: str) -> None:
    """Print a line about progress to standard error: standard output has the result, with --json as one document."""
    sys.stderr.write(f"{visible(line)}\n")
    sys.stderr.flush()
