"""A world of its own for each test, and an Azure over it."""

import pytest

from localazure.arm.world import World
from localazure.azure import LocalAzure


@pytest.fixture
def azure() -> LocalAzure:
    return LocalAzure(World())
