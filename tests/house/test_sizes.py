"""Small files and small functions, so that a newcomer can read any of them in one go."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MODULE_LINES = 300
FUNCTION_LINES = 40

#: Exceptions, each with its reason.
LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

SOURCES = [
    path
    for folder in ("models", "alerts", "backend", "dashboard", "bench", "tests", ".ci")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "versions" not in path.parts  # migrations are generated
]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_modules_and_functions_are_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    faults = []
    lines = text.count("\n")
    if lines > MODULE_LINES and name(path) not in LONG_MODULES:
        faults.append(f"{lines} lines, more than {MODULE_LINES}: split it by what its parts are for")
    if text.strip() and not ast.get_docstring(tree):
        faults.append("no docstring that says what is here and what is not")
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES and f"{name(path)}:{node.name}" not in LONG_FUNCTIONS:
            faults.append(f"{node.name} has {length} lines, more than {FUNCTION_LINES}")
    assert not faults, f"{name(path)}: " + "; ".join(faults)


def test_exceptions_are_still_needed() -> None:
    known = {name(path): path.read_text(encoding="utf-8") for path in SOURCES}
    for module in LONG_MODULES:
        assert known.get(module, "").count("\n") > MODULE_LINES, f"{module} needs no exception any more"
    for function in LONG_FUNCTIONS:
        module, _, called = function.partition(":")
        nodes = [n for n in ast.walk(ast.parse(known.get(module, ""))) if getattr(n, "name", None) == called]
        lengths = [node.end_lineno - node.lineno + 1 for node in nodes]  # type: ignore[attr-defined]
        assert any(length > FUNCTION_LINES for length in lengths), f"{function} needs no exception any more"
