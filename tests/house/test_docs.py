"""The documentation is true: what it names exists, and what exists is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from backend.api.app import create_api
from backend.cli import app as command_line
from backend.config import Settings
from models.events import EventType

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CALL = re.compile(r"`(GET|PUT|POST|PATCH|DELETE) (/[^`?\s]*)")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_setting_is_documented_with_its_variable() -> None:
    text = read("docs/settings.md")
    for field, info in Settings.model_fields.items():
        variable = info.validation_alias or f"PICKWATCH_{field.upper()}"
        assert f"| `{variable}` | `{field}` |" in text, f"{field} ({variable}) is missing in docs/settings.md"


def test_no_documented_setting_is_gone() -> None:
    documented = re.findall(r"^\| `\w+` \| `(\w+)` \|", read("docs/settings.md"), re.MULTILINE)
    assert documented
    assert set(documented) == set(Settings.model_fields)


@pytest.mark.parametrize("event", EventType)
def test_every_event_is_documented(event: EventType) -> None:
    assert f"`{event.value}`" in read("docs/events.md")


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for part, inner in command.commands.items():
            yield from commands(inner, f"{path} {part}")
    else:
        yield path, command


def all_commands() -> dict[str, Any]:
    return dict(commands(typer.main.get_command(command_line), "pickwatch"))


def test_every_command_and_option_is_documented() -> None:
    sections = re.split(r"^## ", read("docs/cli.md"), flags=re.MULTILINE)
    for command, object_ in all_commands().items():
        section = next((text for text in sections if text.startswith(f"`{command}")), None)
        assert section, f"docs/cli.md has no section for {command}"
        for parameter in object_.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in section, f"docs/cli.md: {command} lacks {option}"


def test_documented_commands_exist() -> None:
    known = all_commands()
    groups = {" ".join(command.split()[:2]) for command in known}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for words in re.findall(r"(?:^|[`/])pickwatch ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE):
            first = f"pickwatch {words.split()[0]}"
            assert first in known or first in groups, f"{name(document)} tells of {first}, which there is not"


def calls() -> set[tuple[str, str]]:
    def nothing() -> Any:
        raise AssertionError("building the OpenAPI document must not touch a context")

    paths = create_api(nothing).openapi()["paths"]
    return {(method.upper(), path.removeprefix("/api/v1")) for path, item in paths.items() for method in item}


def documented_calls() -> set[tuple[str, str]]:
    return set(CALL.findall(read("docs/api.md")))


def test_every_documented_call_exists() -> None:
    assert documented_calls()
    assert documented_calls() - calls() == set()


def test_every_call_is_documented() -> None:
    assert calls() - documented_calls() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        if re.match(r"(https?|mailto):", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        assert file.exists(), f"{name(document)} links to {target}"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{name(document)} links to {target}"


def anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_readme_says_where_things_are() -> None:
    section = read("README.md").split("## Where is what")[1].split("\n## ")[0]
    paths = re.findall(r"\]\(([^)]+)\)", section)
    assert len(paths) >= 8
    for path in paths:
        assert (ROOT / path).exists(), f"README.md: {path}"


def test_make_targets_named_in_the_documentation_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for document in DOCUMENTS:
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE):
            assert target in targets, f"{name(document)}: make {target}"


def test_the_architecture_names_modules_that_exist() -> None:
    for path in re.findall(r"`((?:backend|dashboard|alerts|models)/[\w/]+\.py)", read("docs/architecture.md")):
        assert (ROOT / path).exists(), f"docs/architecture.md: {path}"


def test_modules_named_in_docstrings_and_comments_exist() -> None:
    """A path in backquotes leads a reader on: beside the module that names it, from the root, or at a path's end."""
    modules = [
        path for folder in ("alerts", "backend", "dashboard", "models") for path in (ROOT / folder).rglob("*.py")
    ]
    known = {name(path) for path in [*modules, *(ROOT / "tests").rglob("*.py"), *ROOT.glob("*.py")]}
    lost = [
        f"{name(path)}: {found}"
        for path in modules
        for found in re.findall(r"`([\w/]+\.py)`", path.read_text())
        if not any(one == found or one.endswith(f"/{found}") for one in known)
    ]
    assert lost == []
