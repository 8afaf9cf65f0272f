"""What Azure would answer to a request that it refuses."""

import pytest

from localazure.azure import LocalAzure
from localazure.errors import AzureError
from tests.localazure.samples import SAMPLES, with_needs


def refusal(azure: LocalAzure, token: str, **changed: object) -> AzureError:
    """How the type's sample is refused with these inputs; the test fails where it is not."""
    inputs = azure.check(token, {**with_needs(azure, token), **changed}, name="sample")
    before = azure.world.copy()
    with pytest.raises(AzureError) as refused:
        azure.create(token, inputs)
    assert azure.world == before
    return refused.value


def update_refusal(azure: LocalAzure, token: str, resource_id: str, **changed: object) -> AzureError:
    """How a change of these inputs is refused; the test fails where it is not."""
    before = azure.world.copy()
    with pytest.raises(AzureError) as refused:
        azure.update(token, resource_id, azure.check(token, {**SAMPLES[token].inputs, **changed}, name="sample"))
    assert azure.world == before
    return refused.value
