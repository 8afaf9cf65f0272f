"""Azure OpenAI models by version: SKUs, regions and retirement dates, from a dated table of Microsoft's documents.

Owns the table in `data/models.json`, which `manifest.reduce_model_docs` writes, and no rule of a network. A model or a
version that is not in the table is not an error: new ones appear after its date. Nothing here reads the clock.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

__all__ = ["DATA", "NOTICE", "SKUS", "Availability", "ModelTable", "ModelVersion", "Stage", "model_table", "read_table"]

DATA = Path(__file__).parent / "data" / "models.json"
SKUS = ("Standard", "GlobalStandard", "DataZoneStandard")
"""SKUs of model deployments that the table has."""
NOTICE = timedelta(days=90)
"""Time before the retirement of a model at which warnings begin."""

Stage = Literal["current", "retiring", "deprecated", "retired"]
"""Stage of a model version on one day; Azure refuses new deployments of deprecated and retired ones."""
Availability = Literal["available", "unavailable", "unknown"]
"""Answer of the table for a model version, a SKU and a region; unknown if the table has no row for the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """Version of an Azure OpenAI model in the table: lifecycle, retirement date, replacement, and regions by SKU."""

    model: str
    version: str
    lifecycle: str
    """Lifecycle on the table's date: `GA`, `Preview`, `Legacy`, `Deprecated` or `Retired`; empty if unknown."""
    retires: date | None
    replacement: str
    regions: Mapping[str, tuple[str, ...]]
    """Regions by SKU; empty for a version without any row about regions."""

    def stage(self, today: date) -> Stage:
        """Return the stage of the model version on a day.

        An existing customer may go on to deploy a deprecated version, and a new one may not ("Microsoft Foundry Models
        lifecycle and support policy", Microsoft Learn, 2026-10-05); the error of Azure is that it "cannot be used
        for new deployments" (Azure/azure-dev#7900, 2026-04). A version whose date has passed is retired, even if the
        document still calls it otherwise (same page).
        """
        if self.lifecycle == "Retired" or (self.retires is not None and self.retires <= today):
            return "retired"
        if self.lifecycle == "Deprecated":
            return "deprecated"
        return "retiring" if self.retires is not None and self.retires - NOTICE <= today else "current"

    def availability(self, sku: str, region: str) -> Availability:
        """Return the table's answer for a SKU of the model version in a region."""
        if not self.regions or sku not in SKUS:
            return "unknown"
        return "available" if region in self.regions.get(sku, ()) else "unavailable"

    def skus_in(self, region: str) -> tuple[str, ...]:
        """Return the SKUs of the model version that a region has."""
        return tuple(sku for sku in SKUS if region in self.regions.get(sku, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTable:
    """Table of Azure OpenAI models with its date, and the repository and commit of the documents it is reduced from."""

    date: date
    source: str
    commit: str
    areas: Mapping[str, tuple[str, ...]]
    """Regions by area of the world, such as `Europe`."""
    versions: Mapping[tuple[str, str], ModelVersion]

    def nearest(self, region: str, others: Iterable[str]) -> tuple[str, ...]:
        """Return those of the other regions that are in the same area of the world as a region; all, if none is."""
        own = next((regions for regions in self.areas.values() if region in regions), ())
        every = tuple(others)
        return tuple(one for one in every if one in own) or every

    def find(self, model: str, version: str) -> ModelVersion | None:
        """Return a model version without regard to case; a row without a version is about every version."""
        name = model.lower()
        return self.versions.get((name, version.lower())) or self.versions.get((name, ""))


def read_table(path: Path) -> ModelTable:
    """Read a table of models from a JSON file that `manifest.reduce_model_docs` wrote."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    models: dict[str, dict[str, dict[str, Any]]] = content["models"]
    found = (_version(model, version, row) for model, rows in models.items() for version, row in rows.items())
    return ModelTable(
        date=date.fromisoformat(content["date"]),
        source=content["source"],
        commit=content["commit"],
        areas={area: tuple(listed.split()) for area, listed in content["areas"].items()},
        versions={(one.model.lower(), one.version.lower()): one for one in found},
    )


def _version(model: str, version: str, row: Mapping[str, Any]) -> ModelVersion:
    retires: str = row.get("retires", "")
    regions: dict[str, str] = row.get("regions", {})
    return ModelVersion(
        model=model,
        version=version,
        lifecycle=row.get("lifecycle", ""),
        retires=date.fromisoformat(retires) if retires else None,
        replacement=row.get("replacement", ""),
        regions={sku: tuple(listed.split()) for sku, listed in regions.items()},
    )


@cache
def model_table() -> ModelTable:
    """Return the table of models that the package has."""
    return read_table(DATA)
