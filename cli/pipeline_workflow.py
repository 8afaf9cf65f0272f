"""Writes the workflow of a release pipeline into a project, for the stacks that the pipeline deploys one after another.

The templates are whole workflows for the stacks dev and prod. A workflow for other stacks has their jobs: those of dev
for a stack that is deployed without an approval, and those of prod for one that waits for an approval.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from cli.errors import CommandError
from cli.output import write_file
from manifest.errors import ManifestError
from manifest.loading import NETWORK_FILE, load
from manifest.stack_file import config_getter
from safe_text.yaml_loading import load_yaml

__all__ = ["TEMPLATES", "stack_names", "write_workflow"]

TEMPLATES = {
    "github": (Path(__file__).parent / "templates/github-release.yml", ".github/workflows/release.yml"),
    "azure-pipelines": (Path(__file__).parent / "templates/azure-pipelines.yml", "azure-pipelines.yml"),
}
"""Platform → template, and file of a project. The platforms look for their files in the root of a repository."""

_STACK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""Name of a stack ("Stacks", pulumi.com/docs, 2026: letters, digits, `-`, `_` and `.`), of which `-x` is an option."""
_MOST_STACKS = 20
_DIRECT, _APPROVED = "dev", "prod"
_JOB = {
    "github": re.compile(r"^  (?=[\w-]+:$)", re.MULTILINE),
    "azure-pipelines": re.compile(r"^  (?=- stage: )", re.MULTILINE),
}
_SENTENCE = "a pull request is planned, the main branch is deployed to dev and, after an approval, to prod."


def stack_names(text: str) -> tuple[str, ...]:
    """Return the stacks in a comma-separated list.

    Raises:
        CommandError: a name is missing, occurs twice, or is not the name of a stack.
    """
    names = tuple(each.strip() for each in text.split(","))
    problems = [
        f"--stacks: {each!r} is not the name of a stack; allowed are up to 100 letters, digits, '-', '_' and '.', with"
        " a letter or a digit in front"
        for each in names
        if not _STACK.fullmatch(each)
    ]
    problems += [f"--stacks: {each!r} is given twice" for each in sorted(set(names)) if names.count(each) > 1]
    if len(names) > _MOST_STACKS:
        problems.append(f"--stacks: has {len(names)} stacks; at most {_MOST_STACKS} are deployed one after another")
    if problems:
        raise CommandError("\n".join(problems))
    return names


def write_workflow(root: Path, platform: str, stacks: Sequence[str] = (_DIRECT, _APPROVED)) -> Path:
    """Write the workflow for a platform into a project, and return the file.

    Args:
        root: folder of the project.
        platform: name of the platform.
        stacks: stacks in the order in which they are deployed. Pull requests are planned for the last one.

    Raises:
        CommandError: the file exists already, cannot be written, or two stacks would have the same name of a job.
        ManifestError: with every mistake in the project's files.
    """
    template, name = TEMPLATES[platform]
    path = root / name
    if path.exists():
        raise CommandError(f"{path}: the file exists already; compare it with {template}, or remove it")
    text = _workflow(template.read_text(encoding="utf-8"), platform, stacks, lambda each: _waits(root, stacks, each))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, text)
    return path


def _waits(root: Path, stacks: Sequence[str], stack: str) -> bool:
    """Return True if a stack's setting requires approvals; before there are settings, those of the last stack do."""
    if not (root / NETWORK_FILE).is_file() or not (root / f"Pulumi.{stack}.yaml").is_file():
        return stack == stacks[-1]
    getter = config_getter(root, stack)
    try:
        _network, environment = load(stack, getter, root=root, role_refusal_reason=lambda _role, _kind: None)
    except ManifestError as error:
        raise CommandError(f"{stack}: its setting for approvals cannot be read\n{error}") from None
    return environment.release_approval.when != "never"


def _workflow(template: str, platform: str, stacks: Sequence[str], waits: Callable[[str], bool]) -> str:
    """Return a workflow with the jobs of each stack."""
    head, *blocks = _JOB[platform].split(template)
    if platform == "github":
        at = next(index for index, each in enumerate(blocks) if each.startswith("fork:"))
        head, blocks = head + "".join(f"  {each}" for each in blocks[:at]), blocks[at:]
    *of_pull_requests, direct, plan, apply = blocks
    last, parts, before = stacks[-1], list[str](), ""
    ids = _ids(stacks, platform)
    for stack in stacks:
        if waits(stack):
            found = [_renamed(each, _APPROVED, stack, ids[stack], platform) for each in (plan, apply)]
        else:
            found = [_renamed(direct, _DIRECT, stack, ids[stack], platform)]
        found[0] = _after(found[0], before, direct, platform)
        parts += found
        before = ids[stack]
    first = [_renamed(each, _APPROVED, last, ids[last], platform) for each in of_pull_requests]
    if list(stacks) != [_DIRECT, _APPROVED]:
        head = head.replace(
            _SENTENCE,
            f"a pull request is planned, the main branch goes to {', then '.join(stacks)}.".replace(
                "', then '", ", then "
            ),
        )
    return head + "".join(f"  {each.rstrip()}\n\n" for each in (*first, *parts)).rstrip() + "\n"


def _renamed(block: str, old: str, new: str, identifier: str, platform: str) -> str:
    """Return the text of a job with another stack; a name that YAML would read as a number is quoted."""
    if platform == "github":
        block = re.sub(rf"(?m)^(plan-)?{old}:$", lambda found: f"{found[1] or ''}{identifier}:", block)
        block = re.sub(rf"\bplan-{old}\b(?=[.]outputs|$)", f"plan-{identifier}", block, flags=re.MULTILINE)
    else:
        block = re.sub(rf"\bplan_{old}\b", f"plan_{identifier}", block)
        block = re.sub(rf"(?m)^(- stage: ){old}$", rf"\g<1>{identifier}", block)
    block = re.sub(rf"(?<![\w.-]){old}(?![\w.])|(?<=release-){old}\b", new, block) if old != new else block
    quoted = new if load_yaml(new) == new else f'"{new}"'
    return re.sub(rf"(?m)^(\s*environment: ){re.escape(new)}$", lambda found: f"{found[1]}{quoted}", block)


def _after(block: str, before: str, direct: str, platform: str) -> str:
    """Return the text of the first job of a stack, which follows the job of the stack before.

    The first job of all has the condition of the template's first one, and runs for the main branch alone. The others
    are skipped with it.
    """
    key, condition = ("needs", "if") if platform == "github" else ("dependsOn", "condition")
    block = re.sub(rf"(?m)^    (?:{key}|{condition}): .*\n", "", block)
    start = [f"    {key}: {before}"]
    if not before:
        none = [] if platform == "github" else [f"    {key}: []"]  # else a stage follows the one above it
        start = [*none, *(line for line in direct.splitlines() if line.startswith(f"    {condition}: "))]
    first, name, *rest = block.splitlines()
    return "\n".join([first, name, *start, *rest])


def _ids(stacks: Sequence[str], platform: str) -> dict[str, str]:
    """Return the name of the job of each stack; a job may have no dot in it, and a stage of Azure no dash."""
    allowed = r"[^A-Za-z0-9_-]" if platform == "github" else r"[^A-Za-z0-9_]"
    separator = "-" if platform == "github" else "_"
    ids = {each: re.sub(allowed, separator, each) for each in stacks}
    ids = {each: name if name[0].isalpha() else f"stack{separator}{name}" for each, name in ids.items()}
    names = [*ids.values(), *(f"plan{separator}{name}" for name in ids.values())]
    taken = {"fork", "comment", f"plan{separator}pull{separator}request", "pull_request"}
    repeated = sorted({each for each in names if names.count(each) > 1 or each.lower() in taken})
    if repeated:
        raise CommandError(f"--stacks: the job {repeated[0]!r} would be there twice; choose other names of stacks")
    return ids
