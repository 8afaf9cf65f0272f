"""Tests of the sample agent's image recipe: nothing in it moves, runs as root, or has a shell."""

import re
import tomllib
from pathlib import Path

AGENTS = Path(__file__).parents[2] / "agents"
RECIPE = (AGENTS / "ingestion" / "Dockerfile").read_text("utf-8")
LINES = [line for line in RECIPE.splitlines() if line and not line.startswith("#")]
PINS = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE | re.IGNORECASE)


def instructions(name: str) -> list[str]:
    return [line.partition(" ")[2] for line in LINES if line.split(" ")[0] == name]


def pins(path: Path) -> dict[str, str]:
    return {name.lower().replace("_", "-"): version for name, version in PINS.findall(path.read_text("utf-8"))}


def test_base_images_are_arguments_without_a_default_so_that_they_are_given_by_digest() -> None:
    assert instructions("ARG") == ["BUILD_IMAGE", "RUNTIME_IMAGE"]
    assert [each.split(" ")[0] for each in instructions("FROM")] == ["${BUILD_IMAGE}", "${RUNTIME_IMAGE}"]
    assert RECIPE.count("@sha256:") == 2
    assert ":latest" not in RECIPE


def test_container_runs_as_a_numbered_user_other_than_root_and_starts_without_a_shell() -> None:
    assert instructions("USER") == ["65532:65532"]
    assert all(each.startswith("[") for name in ("RUN", "ENTRYPOINT", "CMD") for each in instructions(name))
    assert instructions("ENTRYPOINT") == ['["python3", "-m", "ingestion_agent"]']


def test_files_of_the_image_belong_to_root_and_nothing_of_the_program_is_copied() -> None:
    copied = [each.split(" ") for each in instructions("COPY")]
    sources = [each[-2] for each in copied]

    assert sources == [
        "ingestion/requirements.txt",
        "/app",
        "runtime/agent_network_runtime",
        "ingestion/ingestion_agent",
    ]
    assert all("--chown=0:0" in each for each in copied[1:])
    for source in (each for each in sources if not each.startswith("/")):
        assert (AGENTS / source).exists()


def test_installed_packages_have_hashes_and_are_wheels() -> None:
    (run,) = instructions("RUN")
    assert '"--require-hashes"' in run
    assert '"--only-binary", ":all:"' in run
    text = (AGENTS / "ingestion" / "requirements.txt").read_text("utf-8")
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "==" in block.splitlines()[0]
        assert "--hash=sha256:" in block


def test_requirements_contain_the_packages_of_the_agent_and_of_the_library_in_the_versions_of_the_tests() -> None:
    locked = pins(AGENTS / "ingestion" / "requirements.txt")
    tested = pins(AGENTS.parent / "requirements.txt")
    direct: dict[str, str] = {}
    for folder in ("ingestion", "runtime"):
        listed = tomllib.loads((AGENTS / folder / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        direct |= {name.lower(): version for each in listed for name, version in PINS.findall(each)}

    assert direct.items() <= locked.items(), (
        "compile agents/ingestion/requirements.txt again (docs/howto/run-the-sample-agent.md)"
    )
    assert {name for name, version in locked.items() if tested.get(name, version) != version} == set()
