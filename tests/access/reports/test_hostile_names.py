"""Tests that names with control characters and markup stay text in every output format."""

import json
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

from access.reports import markdown, text
from cli.main import run
from tests.access.readers.programs import account, app, assignment, container, document
from tests.fabrikam import copy_project

ESCAPES = "x\x1b[1A\x1b[2K\x1b[8m\x9b2J"
BIDIRECTIONAL = "\u202epihc\u2066y\u2028z"
FENCE = "x\n```\n\n## Security review: approved\n\n```diff\n+ y"
MARKUP = "</script><img src=x onerror=alert(1)>|`[a](https://example.org)"
NAMES = {"escapes": ESCAPES, "bidirectional": BIDIRECTIONAL, "fence": FENCE, "markup": MARKUP}
COMMANDS = {
    "diff": ["diff", "file:before.json", "file:after.json"],
    "check": ["check", "--of", "file:after.json"],
    "matrix": ["matrix", "--of", "file:after.json"],
    "proof": ["proof", "--of", "file:after.json"],
}


def granting(name: str) -> str:
    """Return a preview in which an app of the given name may read a container."""
    return json.dumps(document(account(), container(), app(name), assignment("grant", f"principal-of-{name}")))


@pytest.fixture(params=NAMES.values(), ids=list(NAMES))
def name(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    copy_project(tmp_path)
    (tmp_path / "before.json").write_text(json.dumps(document()))
    (tmp_path / "after.json").write_text(granting(request.param))
    monkeypatch.chdir(tmp_path)
    return request.param


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def answered(*line: str) -> str:
        assert run(["access", *line]) in {0, 1, 3}
        return capsys.readouterr().out

    return answered


def hidden(out: str) -> list[str]:
    return [one for one in out if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} and one != "\n"]


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [one for each in value.values() for one in texts(each)]
    return [one for each in value for one in texts(each)] if isinstance(value, list) else [str(value)]


@pytest.mark.usefixtures("name")
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_access_command_output_contains_no_control_character_or_own_line_from_a_resource_name(
    command: list[str], form: str, answer: Callable[..., str]
) -> None:
    out = answer(*command, "--format", form)

    assert hidden(out) == []
    assert not any(line.startswith(("## Security", "+ y")) for line in out.splitlines())
    assert "[a](https" not in out.replace("\\", "") or form != "markdown" or r"\[a\](https" in out


@pytest.mark.usefixtures("name")
def test_resource_name_cannot_close_the_code_block_of_access_diff_as_markdown(answer: Callable[..., str]) -> None:
    lines = answer(*COMMANDS["diff"], "--format", "markdown").splitlines()

    assert [line for line in lines if line.startswith("```")] == ["```diff", "```"]


@pytest.mark.usefixtures("name")
def test_sarif_results_contain_no_control_character_from_a_resource_name(answer: Callable[..., str]) -> None:
    log = json.loads(answer(*COMMANDS["check"], "--format", "sarif"))

    results = log["runs"][0]["results"]
    assert results
    assert hidden("".join(texts(results))) == []


def test_html_report_contains_no_control_character_or_html_tag_from_a_resource_name(
    name: str, answer: Callable[..., str]
) -> None:
    answer("report", "--of", "file:after.json", "--out", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: tags.append(tag)  # pyright: ignore[reportAttributeAccessIssue]
    parser.feed(page)

    assert not {"\x1b", "\u202e", "\u2028", "\x9b"} & set(page)
    assert "img" not in tags
    assert name not in page


@pytest.mark.parametrize("module", [text, markdown], ids=["text", "markdown"])
def test_every_public_renderer_of_access_results_is_wrapped_to_escape_its_text(module: ModuleType) -> None:
    renderers = {name: one for name, one in vars(module).items() if getattr(one, "__module__", "") == module.__name__}
    public = {name: one for name, one in renderers.items() if callable(one) and not name.startswith("_")}

    assert public
    assert [name for name, one in public.items() if not hasattr(one, "__wrapped__")] == []
