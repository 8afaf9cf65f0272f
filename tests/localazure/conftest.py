"""A world of its own for each test, and an Azure over it."""

import pytest

from localazure.azure import LocalAzure
from localazure.world import World


@pytest.fixture
def azure() -> LocalAzure:
    return LocalAzure(World())
