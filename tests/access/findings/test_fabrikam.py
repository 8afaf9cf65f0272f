"""Tests of the findings of the Fabrikam network."""

from datetime import date

import pytest

from access.findings import check
from tests.access import fabrikam


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_fabrikam_network_has_no_finding_of_severity_error_or_warning(stack: str) -> None:
    found = check(fabrikam.graph(stack), fabrikam.declared(stack), today=date(2026, 1, 1))

    assert [each.what for each in found if each.rule.severity != "note"] == []
