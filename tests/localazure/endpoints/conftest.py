"""Fixture that serves the sample tenant to one test."""

from collections.abc import Generator

import pytest

from tests.localazure.endpoints.sample_tenant import SampleTenant, sample_tenant


@pytest.fixture
def tenant() -> Generator[SampleTenant]:
    with sample_tenant() as found:
        yield found
