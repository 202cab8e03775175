"""Every text a user sees goes through gettext, and the catalogue finds it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parents[2]
WEB = ("components", "pages")
FILES = sorted(path for folder in WEB for path in (ROOT / folder).rglob("*.py"))

COMPONENTS = ("html", "dcc", "dbc", "dag")
SAID = ("children", "title", "label", "placeholder", "alt", "aria-label", "text", "content")
"""Arguments of a component that a user reads or hears."""

AS_IT_IS = {"Charge Portal", "kW", "kWh", "ctrl", "-----BEGIN CERTIFICATE-----"}
"""Names, units and formats, which are the same in every language."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_of_a_component_goes_through_gettext(path: Path) -> None:
    said = [text for text in _literals(ast.parse(path.read_text(encoding="utf-8"))) if _is_text(text)]
    assert said == []


@pytest.mark.parametrize("path", sorted((ROOT / "components/templates").glob("*.html")), ids=lambda path: path.name)
def test_every_text_of_a_template_goes_through_gettext(path: Path) -> None:
    markup = re.sub(r"{{.*?}}|{%.*?%}|<!.*?>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    said = re.findall(r">([^<]+)<", markup) + re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', markup)
    assert [text.strip() for text in said if _is_text(text.strip(" -\n"))] == []


def test_the_catalogue_finds_the_texts_of_code_and_templates() -> None:
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found = {
        message if isinstance(message, str) else message[0]
        for folder in WEB
        for _file, _line, message, *_rest in extract_from_dir(ROOT / folder, methods, keywords=keywords)
    }
    assert {"Dashboard", "Charging", "Start session", "Log in", "%(num)d site"} <= found


def _is_text(text: str) -> bool:
    return text.strip() not in AS_IT_IS and re.search(r"[^\W\d_]{2}", text) is not None


def _literals(tree: ast.AST) -> Iterator[str]:
    """Give the literals that stand where a component is told what to say."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is_component(call.func):
            for value in call.args[:1]:
                yield from _strings(value)
            for keyword in call.keywords:
                if keyword.arg in SAID:
                    yield from _strings(keyword.value)
                elif keyword.arg is None and isinstance(keyword.value, ast.Dict):  # **{"aria-label": ...}
                    named = zip(keyword.value.keys, keyword.value.values, strict=True)
                    for key, value in named:
                        if isinstance(key, ast.Constant) and key.value in SAID:
                            yield from _strings(value)


def _is_component(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") in COMPONENTS


def _strings(value: ast.expr) -> Iterator[str]:
    """Give the literals of an expression, but not what stands in its calls: those are asked for by themselves."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr | ast.List | ast.Tuple):
        for part in value.values if isinstance(value, ast.JoinedStr) else value.elts:
            yield from _strings(part)
    elif isinstance(value, ast.IfExp):
        yield from _strings(value.body)
        yield from _strings(value.orelse)
    elif isinstance(value, ast.BinOp):
        yield from _strings(value.left)
        yield from _strings(value.right)
