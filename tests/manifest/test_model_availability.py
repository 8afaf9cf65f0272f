"""Tests of the table of Azure OpenAI models: reduction from documents, stages by date, and SKUs by region."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest.model_availability import DATA, NOTICE, ModelVersion, model_table, read_table
from manifest.reduce_model_docs import main, written

MATRIX = "articles/foundry/foundry-models/includes/model-matrix/deployments-standard.md"
SCHEDULE = "articles/foundry/openai/includes/concepts-model-retirement-schedule-content.md"
RETIRED = "articles/foundry/openai/includes/concepts-retired-models-content.md"

PAGES = {
    MATRIX: """---
ms.date: 03/02/2026
---
## Global Standard

#### Availability for Azure OpenAI in Foundry Models

# [Americas](#tab/az-americas)

| **Model** | **Version** | **eastus** | **westus** |
| :--- | :--- | :---: | :---: |
| small | 2026-01-01 | ✅ | - |
| large | 1 | - | ✅ |

# [Europe](#tab/az-europe)

| **Model** | **Version** | **westeurope** |
| :--- | :--- | :---: |
| small | 2026-01-01 | ✅ |

#### Availability for other Foundry Models sold by Azure

| **Model** | **Version** | **eastus** |
| :--- | :--- | :---: |
| stranger | 1 | ✅ |

## Data Zone Standard

# [Europe](#tab/az-europe)

Not available

## Standard/Regional

# [Europe](#tab/az-europe)

| **Model** | **Version** | **westeurope** |
| :--- | :--- | :---: |
| small | 2026-01-01 | - |
""",
    SCHEDULE: """---
ms.date: 04/03/2026
---
## Foundry Models sold by Azure

### Azure OpenAI

| Model | Version | Lifecycle | Retirement date | Replacement |
|-------|---------|-----------|-----------------|-------------|
| small | 2026-01-01 | GA | 2027-06-01 | — |
| small | 2026-01-01 | GA | 2027-05-01 | — |
| old | 7 | Deprecated | — | small |

#### Fine-tuned models

| Model | Version | Training retirement date | Deployment retirement date |
|---|---|---|---|
| small | 2026-01-01 | No earlier than 2030-04-14 | 2031-10-14 |

### Cohere

| Model | Version | Lifecycle | Retirement date | Replacement |
|---|---|---|---|---|
| stranger | 1 | Retired | 2020-01-01 | — |
""",
    RETIRED: """---
ms.date: 01/03/2026
---
## Azure OpenAI

| Model | Deprecation date | Retirement date | Suggested replacement |
| --- | --- | --- | --- |
| `first`<br>`second` - 0314 |  | June 6, 2025 | `small` version: `2026-01-01` |
| `third` | July 6, 2023 | June  14, 2024 |  |
""",
}


def write_pages(root: Path, **changed: str) -> Path:
    for path, text in {**PAGES, **changed}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def version_of(retires: date | None, lifecycle: str = "GA") -> ModelVersion:
    return ModelVersion(model="m", version="1", lifecycle=lifecycle, retires=retires, replacement="", regions={})


def test_model_table_is_reduced_from_the_tables_about_azure_openai(tmp_path: Path) -> None:
    into = tmp_path / "models.json"

    assert main([str(write_pages(tmp_path)), "--commit", "abc", "--into", str(into)]) == 0

    assert json.loads(into.read_text("utf-8")) == {
        "source": "MicrosoftDocs/azure-ai-docs",
        "commit": "abc",
        "date": "2026-03-02",
        "areas": {"Americas": "eastus westus", "Europe": "westeurope"},
        "models": {
            "small": {
                "2026-01-01": {
                    "lifecycle": "GA",
                    "retires": "2027-05-01",
                    "regions": {"GlobalStandard": "eastus westeurope", "Standard": ""},
                }
            },
            "large": {"1": {"regions": {"GlobalStandard": "westus"}}},
            "old": {"7": {"lifecycle": "Deprecated", "replacement": "small"}},
            "first": {"0314": {"lifecycle": "Retired", "retires": "2025-06-06"}},
            "second": {"0314": {"lifecycle": "Retired", "retires": "2025-06-06"}},
            "third": {"": {"lifecycle": "Retired", "retires": "2024-06-14"}},
        },
    }
    assert read_table(into).find("THIRD", "any").stage(date(2024, 6, 14)) == "retired"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("page", "edit", "complaint"),
    [
        (MATRIX, ("ms.date: 03/02/2026", ""), "the page has no date"),
        (MATRIX, ("**Model**", "**Name**"), "no table of Azure OpenAI models was found"),
        (SCHEDULE, ("Lifecycle", "Phase"), "no table of Azure OpenAI models was found"),
        (SCHEDULE, ("| GA |", "| Sunset |"), "the lifecycle 'Sunset' is none of"),
        (SCHEDULE, ("2027-05-01", "soon"), "soon"),
    ],
)
def test_model_table_is_not_written_from_pages_of_another_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], page: str, edit: tuple[str, str], complaint: str
) -> None:
    into = tmp_path / "models.json"
    write_pages(tmp_path, **{page: PAGES[page].replace(*edit)})

    with pytest.raises(SystemExit):
        main([str(tmp_path), "--commit", "abc", "--into", str(into)])

    assert re.search(complaint, capsys.readouterr().err)
    assert not into.exists()


def test_model_table_reduction_names_a_missing_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--commit", "abc"])

    assert "deployments-standard.md: cannot be read" in capsys.readouterr().err


def test_shipped_model_table_has_the_form_that_the_reduction_writes() -> None:
    assert DATA.read_text("utf-8") == written(json.loads(DATA.read_text("utf-8"))), "run manifest.reduce_model_docs"


def test_readme_of_the_model_table_names_its_source_commit_and_date() -> None:
    table, readme = model_table(), (DATA.parent / "README.md").read_text("utf-8")

    assert table.source in readme
    assert f"commit {table.commit[:9]} of {table.date}" in readme


@given(retires=st.dates(date(2001, 1, 1)), days=st.integers(-400, 400))
def test_stage_of_a_model_follows_from_the_retirement_date_and_the_given_day(retires: date, days: int) -> None:
    today = retires + timedelta(days=days) if date.max - retires > timedelta(days=400) else retires
    left = retires - today

    stage = version_of(retires).stage(today)

    assert stage == ("retired" if left <= timedelta() else "retiring" if left <= NOTICE else "current")


def test_stage_of_a_model_follows_from_its_lifecycle_where_no_date_has_passed() -> None:
    today = date(2026, 11, 29)

    assert version_of(None).stage(today) == "current"
    assert version_of(None, "Retired").stage(today) == "retired"
    assert version_of(date(2030, 1, 1), "Deprecated").stage(today) == "deprecated"
    assert version_of(date(2026, 11, 29), "Deprecated").stage(today) == "retired"


def test_shipped_model_table_has_the_facts_that_the_examples_rely_on() -> None:
    table = model_table()
    old, new = table.find("gpt-4.1", "2025-04-14"), table.find("gpt-5.6-sol", "2026-07-09")

    assert old is not None
    assert new is not None
    assert old.availability("Standard", "westeurope") == "unavailable"
    assert old.availability("Standard", "swedencentral") == "available"
    assert old.stage(date(2026, 11, 29)) == "deprecated"
    assert new.skus_in("westeurope") == ("GlobalStandard", "DataZoneStandard")
    assert new.availability("ProvisionedManaged", "westeurope") == "unknown"
    assert new.stage(date(2026, 11, 29)) == "current"
    assert table.find("gpt-99", "1") is None
