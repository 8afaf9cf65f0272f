"""The names of two modules in one folder differ by more than a plural, a prefix or a suffix."""

from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("access", "agent_network", "cli", "components", "localazure", "manifest", "policies", "release", "safe_text")
NAMED_AFTER_AZURE = ("key_vault", "service_bus")
"""Beginnings of module names that are names of Azure services; the kinds of resource are named after them."""
IN_STATE = "foundry_identity"
"""The module that deployed stacks load the dynamic provider from; it keeps its name."""


def folders() -> dict[Path, list[str]]:
    """Return the names of the modules of each folder of the product, without packages' own files."""
    found: dict[Path, list[str]] = defaultdict(list)
    for name in PRODUCT:
        for path in sorted((ROOT / name).rglob("*.py")):
            if not path.stem.startswith("__") and path.stem != IN_STATE:
                found[path.parent.relative_to(ROOT)].append(path.stem)
    return found


def words(name: str) -> list[str]:
    """Return the words of a module name in the singular; the name of an Azure service is one word."""
    for service in NAMED_AFTER_AZURE:
        if name.startswith(f"{service}_"):
            return [name]
    return [word.rstrip("s") for word in name.split("_")]


def alike(names: list[str]) -> list[str]:
    """Return the pairs and groups of names that a reader could confuse."""
    found: list[str] = []
    for pair in combinations(names, 2):
        short, long = sorted(map(words, pair), key=len)
        if short in (long[: len(short)], long[-len(short) :]):
            found.append(" and ".join(pair))
    firsts = Counter(split[0] for split in map(words, names) if len(split) > 1)
    return [*found, *(f"{count} modules named {first}_…" for first, count in firsts.items() if count > 2)]


@pytest.mark.parametrize(
    "names",
    [
        ["state", "states"],
        ["world", "world_file"],
        ["errors", "pydantic_errors"],
        ["arm_schema", "arm_types", "arm_world"],
    ],
)
def test_module_name_check_reports_names_that_differ_by_a_plural_prefix_or_suffix(names: list[str]) -> None:
    assert alike(names)


def test_module_name_check_accepts_names_with_different_words() -> None:
    assert alike(["schema", "storage", "storing", "role_changes", "role_definitions"]) == []


def test_no_product_folder_has_two_modules_with_similar_names() -> None:
    assert {str(folder): found for folder, names in folders().items() if (found := alike(names))} == {}
