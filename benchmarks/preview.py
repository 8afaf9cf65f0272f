"""Measures time and memory of a local preview, compared with the same resources registered without components.

Prints, for networks of 10, 100 and 1,000 agents with three grants each, time and peak memory of both, their ratio, and
how the time for one agent grows. Every measurement is a process of its own; network and flat take turns, and the
fastest of each is reported. `--check` compares what the two register and measures nothing.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import flat
from localazure.deployment.project import Project
from localazure.output.role_assignments import role_assignments
from localazure.run import RunResult, run

SIZES = (10, 100, 1000)
ROUNDS = {10: 3, 100: 3, 1000: 1}
MEBIBYTE = 1024
"""Number of KiB in a MiB; Linux reports memory in KiB."""

STACK_FILE = """\
config:
  agent-network:location: westeurope
  agent-network:resource_group: bench-rg
  agent-network:suffix: b1
  agent-network:image_tag: "1.0"
  agent-network:production: false
"""

RESOURCES = """\
name: bench
registry: { name: benchimages }
resources:
  uploads: { kind: blob-container, account: benchinput }
  models:
    kind: model-account
    account: bench-openai
    deployments: [{ name: small, model: gpt-5.6-luna, version: "2026-07-09" }]
  jobs: { kind: service-bus-queue, namespace: bench-events }
agents:
"""


def network_run(root: Path, count: int) -> Callable[[], RunResult]:
    """Return a function that previews a project on disk, including the reading of its files."""
    main = Path(__file__).parents[1] / "__main__.py"
    (root / "Pulumi.yaml").write_text(f"name: agent-network\nruntime: python\nmain: {main}\n")
    (root / "Pulumi.dev.yaml").write_text(STACK_FILE)
    agents = (
        f"  agent-{n}:\n    image: agent\n    access: {{ uploads: read, models: use, jobs: send }}\n"
        for n in range(count)
    )
    (root / "network.yaml").write_text(RESOURCES + "".join(agents))

    def preview() -> RunResult:
        project = Project.at(root)
        return run(project.run, project=project.name, stack="dev", config=project.config("dev"))

    return preview


def flat_run(_root: Path, count: int) -> Callable[[], RunResult]:
    """Return a function that previews the baseline program without components."""
    return lambda: run(lambda: flat.program(count), project="agent-network", stack="dev", config={})


RUNS = {"network": network_run, "flat": flat_run}


def previewed(what: str, count: int) -> tuple[RunResult, float]:
    """Preview the network or the baseline, and return the seconds without preparation."""
    with TemporaryDirectory() as folder:
        preview = RUNS[what](Path(folder), count)
        began = time.perf_counter()
        result = preview()
        granted = role_assignments(result.world, result.records)
        took = time.perf_counter() - began
    if not result.ok or len(granted) != 4 * count:
        sys.exit(f"{what}, {count} agents: {[failure.message for failure in result.failures]}, {len(granted)} grants")
    return result, took


def measured(what: str, count: int) -> dict[str, float]:
    """Measure the seconds and MiB of one preview in a separate process."""
    done = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, __file__, "--one", what, str(count)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def registered(result: RunResult) -> Counter[str]:
    """Return the types and inputs of all resources sent to Azure, in no order."""
    return Counter(
        json.dumps([step.record.type, step.inputs], sort_keys=True) for step in result.steps if step.record.custom
    )


def check(count: int) -> None:
    """Stop if the network and the baseline do not register the same resources."""
    network, flat_ = (registered(previewed(what, count)[0]) for what in RUNS)
    if network != flat_:
        sys.exit("\n".join(["not the same:", *(network - flat_), "---", *(flat_ - network)]))
    print(f"both register the same {network.total()} resources for {count} agents")


def compare() -> None:
    """Print the comparison of both previews as a table."""
    print(f"{'agents':>6}  {'network':>16}  {'flat':>16}  {'time':>6}  {'memory':>6}  {'ms per agent':>12}")
    for count in SIZES:
        best: dict[str, Any] = {}
        for _ in range(ROUNDS[count]):
            for what in RUNS:
                one = measured(what, count)
                best[what] = {key: min(value, best.get(what, one)[key]) for key, value in one.items()}
        network, flat_ = best["network"], best["flat"]
        cells = (f"{one['seconds']:7.2f} s {one['mebibytes']:4.0f} M" for one in (network, flat_))
        ratios = (network[key] / flat_[key] for key in ("seconds", "mebibytes"))
        print(
            f"{count:>6}  {'  '.join(f'{cell:>16}' for cell in cells)}"
            f"  {'  '.join(f'{ratio:5.2f}x' for ratio in ratios)}  {1000 * network['seconds'] / count:>12.2f}"
        )


def main() -> None:
    """Run the benchmark of the local preview with the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare what the two register")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _, seconds = previewed(options.one[0], int(options.one[1]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
        json.dump({"seconds": seconds, "mebibytes": peak}, sys.stdout)
        return
    check(10)
    if not options.check:
        compare()


if __name__ == "__main__":
    main()
