"""Tests that the network at the root of the repository is valid and can be deployed.

This is the only test that reads those files (see `tests/user_files.py`), and nothing in it depends on what they say.
"""

from pathlib import Path

from jsonschema import Draft202012Validator

from localazure.deployment.project import Project
from localazure.run import run
from manifest.schema import environment_schema, network_schema
from manifest.stack_file import stack_names
from manifest.yaml_document import read_document


def test_shipped_network_is_valid_and_deploys_to_local_azure_in_every_stack(shipped_sample: Path) -> None:
    project = Project.at(shipped_sample)
    schemas = {"network.yaml": network_schema()}
    schemas |= {f"Pulumi.{stack}.yaml": environment_schema(project.name) for stack in stack_names(shipped_sample)}

    for name, schema in schemas.items():
        errors = Draft202012Validator(schema).iter_errors(read_document(shipped_sample, name).data)
        assert [f"{name}: {error.message}" for error in errors] == []
    assert stack_names(shipped_sample)
    for stack in stack_names(shipped_sample):
        result = run(project.run, project=project.name, stack=stack, config=project.config(stack))
        assert [failure.message for failure in result.failures] == [], stack
