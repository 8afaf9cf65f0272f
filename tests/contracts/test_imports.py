"""Tests of the import rules between packages and modules, read from every import statement in the code."""

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ROOMS = ("safe_text", "manifest", "components", "access", "localazure", "policies", "release", "cli", "agent_network")

# The package that every other one may import: it imports none of them.
COMMON = "safe_text"

# Where the rules of local Azure begin; whatever they import, however far away, belongs to them.
RULES = ("localazure.services", "localazure.arm")
FRONT = ("localazure.fronts", "localazure.run")

# The layers of a room: each may import the layers that it names, and modules at the top of the room may import all.
LAYERS = {
    "access.azure": (),
    "access.model": ("access.azure",),
    "access.evaluate": ("access.azure", "access.model"),
    "access.readers": ("access.azure", "access.model"),
    "access.questions": ("access.azure", "access.model", "access.evaluate"),
    "access.findings": ("access.azure", "access.model", "access.evaluate"),
    "access.reports": ("access.azure", "access.model", "access.evaluate", "access.questions", "access.findings"),
    "localazure.arm": (),
    "localazure.services": ("localazure.arm",),
    "localazure.deployment": ("localazure.arm", "localazure.azure"),
    "localazure.fronts": (
        "localazure.arm",
        "localazure.services",
        "localazure.deployment",
        "localazure.azure",
        "localazure.ambient_credentials",
    ),
    "localazure.endpoints": ("localazure.arm", "localazure.services"),
    "localazure.output": ("localazure.arm", "localazure.deployment", "localazure.run"),
}
SHARED = ("localazure.errors", "localazure.code_sources")

# The modules of the manifest that local Azure shares: facts about names, models and stack files, and no network.
FACTS = (
    "manifest.azure_naming_rules",
    "manifest.model_availability",
    "manifest.name_rules",
    "manifest.stack_file",
)


def name_of(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {name_of(path): path for room in ROOMS for path in sorted((REPOSITORY / room).rglob("*.py"))}


def imports(name: str, text: str, *, package: bool = False) -> Iterator[str]:
    """Return every module that an import statement may name; `from a import b` gives both `a` and `a.b`."""
    here = name if package else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = here.split(".")[: len(here.split(".")) - node.level + 1] if node.level else []
            whole = ".".join([*above, *([node.module] if node.module else [])])
            yield whole
            yield from (f"{whole}.{alias.name}" for alias in node.names)


@cache
def imported(name: str) -> frozenset[str]:
    path = modules()[name]
    return frozenset(imports(name, path.read_text(encoding="utf-8"), package=path.stem == "__init__"))


def within(name: str, *places: str) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def pulumis(name: str) -> bool:
    return name.partition(".")[0].partition("_")[0] == "pulumi"


def of(*rooms: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [name for name in modules() if within(name, *rooms)])


def rooms_of(names: AbstractSet[str]) -> set[str]:
    return {room for room in ROOMS if any(within(name, room) for name in names)}


def test_import_check_finds_modules_in_every_form_of_import_statement() -> None:
    text = "import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g\ndef late():\n    from h import i\n"

    assert set(imports("x.y.z", text)) == {"a.b", "c", "c.d", "x.y", "x.y.e", "x.f", "x.f.g", "h", "h.i"}


@pytest.mark.parametrize("room", ROOMS)
def test_every_top_level_package_has_modules(room: str) -> None:
    assert any(within(name, room) for name in modules())


@of("manifest", "access")
def test_manifest_and_access_import_neither_pulumi_nor_other_packages_of_the_project(name: str) -> None:
    found = imported(name)

    assert not {one for one in found if pulumis(one)}
    assert rooms_of(found) <= {name.partition(".")[0], COMMON}


@of(COMMON)
def test_common_package_imports_neither_pulumi_nor_other_packages_of_the_project(name: str) -> None:
    assert rooms_of(imported(name)) <= {COMMON}
    assert not {one for one in imported(name) if pulumis(one)}


@of(*LAYERS)
def test_access_and_localazure_modules_import_only_their_own_and_allowed_layers(name: str) -> None:
    (layer,) = (layer for layer in LAYERS if within(name, layer))
    room = layer.partition(".")[0]
    below = (layer, *LAYERS[layer], *SHARED)
    modules_of_room = {one for one in imported(name) if within(one, room) and one in modules()} - {room}

    assert {one for one in modules_of_room if not within(one, *below)} == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_every_architecture_layer_has_modules(layer: str) -> None:
    assert any(within(name, layer) for name in modules())


def arrows(name: str) -> AbstractSet[str]:
    """Return the project's modules that a module imports; `from package import module` gives the module only."""
    found = imported(name) & set(modules())
    return {one for one in found if not any(other.startswith(f"{one}.") for other in found)} - {name}


def test_modules_have_no_circular_imports() -> None:
    list(TopologicalSorter({name: arrows(name) for name in modules()}).static_order())


@of("components")
def test_components_import_only_azure_facts_from_access_and_nothing_from_localazure(name: str) -> None:
    found = imported(name)

    # `from access import …` names the room itself, and is refused with the rest.
    assert not {one for one in found if within(one, "access") and not within(one, "access.azure")} - {"access"}
    assert not {one for one in found if within(one, "localazure")}


@of("components")
def test_only_the_network_component_imports_manifest(name: str) -> None:
    assert within(name, "components.network") or "manifest" not in rooms_of(imported(name))


@of("localazure")
def test_localazure_imports_only_access_and_the_naming_and_stack_file_modules_of_manifest(name: str) -> None:
    found = imported(name)

    # `from manifest import …` names the room itself, and is refused with the rest.
    assert rooms_of(found) <= {"localazure", "access", "manifest", COMMON}
    assert not {one for one in found if within(one, "manifest") and not within(one, *FACTS)} - {"manifest"}


@of("policies")
def test_policies_import_only_access_and_pulumi_policy(name: str) -> None:
    found = imported(name)

    assert rooms_of(found) <= {"policies", "access", COMMON}
    assert {one.partition(".")[0] for one in found if pulumis(one)} <= {"pulumi_policy"}


@of("release")
def test_release_imports_only_access_components_policies_and_localazure(name: str) -> None:
    assert rooms_of(imported(name)) <= {"release", "access", "components", "policies", "localazure", COMMON}


@of(*(room for room in ROOMS if room != "cli"))
def test_only_the_entry_point_imports_the_cli(name: str) -> None:
    assert name == "agent_network.__main__" or "cli" not in rooms_of(imported(name))


def test_entry_point_imports_only_the_cli() -> None:
    assert rooms_of(imported("agent_network.__main__")) == {"cli"}


@of("manifest", "components", "access", "localazure", "policies")
def test_only_cli_and_release_import_release(name: str) -> None:
    assert not {one for one in imported(name) if within(one, "release")}


@of(*RULES)
def test_azure_rules_in_localazure_import_neither_front_ends_nor_pulumi(name: str) -> None:
    reached, ahead = set[str](), {name}
    while ahead:
        reached |= ahead
        ahead = {one for each in ahead if each in modules() for one in imported(each)} - reached

    assert not {one for one in reached if within(one, *FRONT) or pulumis(one)}


@pytest.mark.parametrize("place", [*RULES, *FRONT])
def test_modules_named_in_the_import_rules_exist(place: str) -> None:
    assert place in modules()


def test_pulumi_program_module_imports_exactly_access_components_and_manifest() -> None:
    program = REPOSITORY / "agent_network" / "program.py"
    found = set(imports("agent_network.program", program.read_text(encoding="utf-8")))

    assert rooms_of(found) - {COMMON} == {"access", "components", "manifest"}
