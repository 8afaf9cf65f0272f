"""Functions that return the error of a refused request to local Azure."""

import pytest

from localazure.azure import LocalAzure
from localazure.errors import AzureError
from tests.localazure.samples import SAMPLES, with_needs


def refusal(azure: LocalAzure, token: str, **changed: object) -> AzureError:
    """Return the error of creating a resource type's sample with changed inputs; fail the test if it is accepted."""
    inputs = azure.check(token, {**with_needs(azure, token), **changed}, name="sample")
    before = azure.world.copy()
    with pytest.raises(AzureError) as refused:
        azure.create(token, inputs)
    assert azure.world == before
    return refused.value


def update_refusal(azure: LocalAzure, token: str, resource_id: str, **changed: object) -> AzureError:
    """Return the error of updating a resource with changed inputs; fail the test if it is accepted."""
    before = azure.world.copy()
    with pytest.raises(AzureError) as refused:
        azure.update(token, resource_id, azure.check(token, {**SAMPLES[token].inputs, **changed}, name="sample"))
    assert azure.world == before
    return refused.value
