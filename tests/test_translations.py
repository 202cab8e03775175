"""Every text that a user reads has its translation, in each language that users can choose."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from data import catalogs
from data.own_settings import LANGUAGES

ROOT = Path(__file__).parents[1]
TRANSLATED = [language for language in LANGUAGES if language != "en"]
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|' + r"'((?:[^'\\\n]|\\.)*)'|`([^`]*)`")
SENTENCE = re.compile(r"[A-Z][a-z]+(?: [a-z]+)+")

PYTHON = sorted(path for folder in ("data", "csms", "components", "pages") for path in (ROOT / folder).rglob("*.py"))
TOLD = {
    "told": [0],
    "InvalidInput": [0, 2],
    "NotFound": [0],
    "AlreadyExists": [0],
    "HasChildren": [0],
    "require_site": [2],
}
"""Which arguments of a call are read by users."""
AS_IT_IS = re.compile("--map|[a-z_]+")
"""What a file's column and an option are called is the same in every language."""


@cache
def texts() -> frozenset[str]:
    """Return what `make texts` would find; of a text with a plural, its singular."""
    with (catalogs.FOLDER / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    named = re.findall(r"-k (\S+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(named)}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return frozenset(text if isinstance(text, str) else text[0] for _file, _line, text, *_rest in found)


def catalog(language: str) -> Catalog:
    with (catalogs.FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_hides_within_another(path: Path) -> None:
    """What reads the texts out of the source does not look into the parts of an f-string before Python 3.12."""
    inside = [
        call
        for text in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    ]
    asked = {call.func.id: call for call in inside if call.args and isinstance(call.args[0], ast.Constant)}
    assert {"_", "gettext", "ngettext", "lazy_gettext"}.isdisjoint(asked)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_lacks_its_translation(language: str) -> None:
    kept = catalog(language)
    missing = []
    for text in sorted(texts()):
        message = kept.get(text)
        said = message.string if message else ""
        if not (all(said) if isinstance(said, tuple) else said):
            missing.append(text)
    assert missing == [], f"fill in after `make texts`: {missing}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_values_of_its_text(language: str) -> None:
    wrong = {str(message.id): [str(error) for error in errors] for message, errors in catalog(language).check()}
    assert wrong == {}


def test_the_texts_of_every_kind_of_file_are_found() -> None:
    assert {"Dashboard", "Log in", "No network contact", "%(num)d active alarm", "Contains"} <= texts()


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_told_and_why_something_is_refused_can_be_translated(path: Path) -> None:
    wrong = []
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        said = [call.args[place] for place in TOLD.get(name, ()) if place < len(call.args)]
        said += [keyword.value for keyword in call.keywords if name == "require" and keyword.arg == "action"]
        for text in said:
            is_constant = isinstance(text, ast.Constant) and isinstance(text.value, str)
            is_known = is_constant and (text.value in texts() or AS_IT_IS.fullmatch(text.value))
            if isinstance(text, ast.JoinedStr | ast.BinOp) or (is_constant and not is_known):
                wrong.append(f"line {call.lineno}: {ast.unparse(text)}")
    assert wrong == [], "make it of N_ or told"


@pytest.mark.parametrize("script", sorted((ROOT / "assets").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_hold_no_text_of_their_own(script: Path) -> None:
    """They get their words from the page, which is in the user's language."""
    code = re.sub(r"^\s*//.*$|\s// .*$", "", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    literals = ["".join(parts) for parts in LITERAL.findall(code)]
    assert [text for text in literals if SENTENCE.search(text)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_the_name_of_a_page_in_the_browsers_tab_is_translated(path: Path) -> None:
    names = re.findall(r'dash\.register_page\(.*\bname="(.*?)"', path.read_text("utf-8"))
    assert set(names) <= texts()
    assert names
