"""Tests that direct dependencies are pinned, explained and locked, and that the lock is complete with hashes."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
RENEW = "run `make lock`"
PYTHON = "Programming Language :: Python :: "

SYSTEMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
)


@dataclass(frozen=True)
class Locked:
    """One package in the lock file."""

    requirement: Requirement
    options: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (pin,) = self.requirement.specifier
        assert pin.operator == "=="
        return pin.version


def lines(text: str) -> list[str]:
    """Return the lines of a requirements file as pip joins them, without comments."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    return [line for line in joined.splitlines() if line.strip()]


def locked(text: str) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    for line in lines(text):
        if line.startswith("--"):
            continue
        requirement, *options = re.split(r"\s+(?=--)", line.strip())
        one = Locked(Requirement(requirement), tuple(options))
        assert one.name not in found, f"{one.name} is locked twice"
        found[one.name] = one
    return found


def without_hashes(text: str) -> list[str]:
    return [
        name
        for name, one in locked(text).items()
        if not one.options or not all(HASH.fullmatch(option) for option in one.options)
    ]


def supported_pythons() -> list[str]:
    return [one.removeprefix(PYTHON) for one in PROJECT["project"]["classifiers"] if one.startswith(PYTHON)]


def environments() -> list[dict[str, str]]:
    """Return the environment marker values of every supported Python version and operating system."""
    here = {key: str(value) for key, value in default_environment().items()}
    return [
        {**here, **system, "python_version": python, "python_full_version": f"{python}.0"}
        for python in supported_pythons()
        for system in SYSTEMS
    ]


def applies(marker: Marker | None, environment: dict[str, str], extra: str = "") -> bool:
    return marker is None or marker.evaluate({**environment, "extra": extra})


def direct() -> list[Requirement]:
    entries = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    return [Requirement(entry) for entry in entries]


def required(name: str, extras: frozenset[str], environment: dict[str, str]) -> Iterator[Requirement]:
    """Return the requirements of an installed package with the given extras in an environment."""
    for line in requires(name) or ():
        requirement = Requirement(line)
        if any(applies(requirement.marker, environment, extra) for extra in ("", *extras)):
            yield requirement


def missing_and_reached(lock: dict[str, Locked], environment: dict[str, str]) -> tuple[set[str], set[str]]:
    """Return the requirements that the lock misses in an environment, and all packages that are needed there."""
    missing, reached = set[str](), set[tuple[str, frozenset[str]]]()
    ahead = [(requirement, "pyproject.toml") for requirement in direct()]
    while ahead:
        requirement, by = ahead.pop()
        one = lock.get(canonicalize_name(requirement.name))
        if one is None or not applies(one.requirement.marker, environment):
            missing.add(f"{requirement}, required by {by}")
            continue
        if not requirement.specifier.contains(one.version, prereleases=True):
            missing.add(f"{requirement}, required by {by}; locked is {one.version}")
        node = (one.name, frozenset(requirement.extras))
        if node in reached:
            continue
        reached.add(node)
        try:
            ahead += [(each, one.name) for each in required(one.name, node[1], environment)]
        except PackageNotFoundError:
            # A package of another operating system is not installed here, so its metadata cannot be read.
            assert not applies(one.requirement.marker, {k: str(v) for k, v in default_environment().items()}), one.name
    return missing, {name for name, _ in reached}


def packages_of_the_table() -> list[str]:
    """Return the package names in the first column of the README's table of packages."""
    _, _, rest = README.partition("| package | for |\n| --- | --- |\n")
    rows = rest.partition("\n\n")[0].splitlines()
    return [name.strip() for row in rows for name in row.split("|")[1].split(",")]


def test_lock_file_parser_of_the_tests_reads_versions_and_finds_missing_hashes() -> None:
    hashed = f"a==1 ; os_name == 'nt' \\\n    --hash=sha256:{'0' * 64}\n    # via b\n"
    text = f"# by a tool\n--only-binary :all:\n\n{hashed}b==2\n"

    assert [(one.name, one.version) for one in locked(text).values()] == [("a", "1"), ("b", "2")]
    assert without_hashes(text) == ["b"]


@pytest.mark.parametrize("requirement", direct(), ids=lambda requirement: requirement.name)
def test_direct_dependencies_are_pinned_to_the_locked_versions(requirement: Requirement) -> None:
    (pin,) = requirement.specifier

    assert pin.operator == "=="
    assert locked(LOCK)[canonicalize_name(requirement.name)].version == pin.version, RENEW


def test_readme_package_table_lists_exactly_the_direct_dependencies() -> None:
    assert sorted(packages_of_the_table()) == sorted(requirement.name for requirement in direct())


def test_every_optional_package_is_pinned_to_the_version_that_the_tests_use() -> None:
    optional = [each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra]

    assert optional
    assert set(optional) <= set(PROJECT["dependency-groups"]["dev"])


def test_every_direct_dependency_has_a_comment_with_its_reason_in_pyproject() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    explained = re.findall(r'^  "([A-Za-z0-9-]+)==[^"]+",\s+# \S', text, re.MULTILINE)

    assert sorted(explained) == sorted(requirement.name for requirement in direct())


def test_every_locked_package_has_hashes() -> None:
    assert locked(LOCK)
    assert without_hashes(LOCK) == []


def test_lock_file_allows_only_wheels_except_for_yattag_and_contains_no_url() -> None:
    """Pip forgets a `--no-binary` option that precedes `--only-binary :all:`, so the order of the options counts."""
    options = [line for line in lines(LOCK) if line.startswith("-")]

    assert options == ["--only-binary :all:", "--no-binary yattag"]
    assert "://" not in LOCK
    assert not re.search(r" @ |^-[a-z]\b", LOCK, re.MULTILINE)


@pytest.mark.parametrize(
    "environment", environments(), ids=lambda one: f"{one['python_version']}-{one['sys_platform']}"
)
def test_lock_file_contains_every_transitive_requirement_for_each_supported_python_and_system(
    environment: dict[str, str],
) -> None:
    missing, _ = missing_and_reached(locked(LOCK), environment)

    assert missing == set(), RENEW


def test_lock_file_contains_no_package_that_nothing_requires() -> None:
    lock = locked(LOCK)
    reached = {name for environment in environments() for name in missing_and_reached(lock, environment)[1]}

    assert set(lock) == reached, RENEW


def test_lock_file_check_reports_a_transitive_dependency_that_is_not_locked() -> None:
    lock = locked(LOCK)
    del lock["msal"]

    assert any("required by azure-identity" in one for one in missing_and_reached(lock, environments()[0])[0])


def test_oldest_python_classifier_equals_requires_python() -> None:
    assert PROJECT["project"]["requires-python"] == f">={supported_pythons()[0]}"


def test_makefile_installs_requirements_txt_only_with_require_hashes() -> None:
    recipe = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    installed = [line for line in recipe.splitlines() if "pip install" in line and "requirements.txt" in line]

    assert installed
    assert all("--require-hashes" in line for line in installed)
