"""Catalogs: compiled when they changed, and translations that say the same as their texts."""

import os
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from babel.support import Translations

from data import catalogs

PO_FILES = sorted(catalogs.FOLDER.glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def test_a_fresh_clone_reads_swedish(tmp_path: Path) -> None:
    _clone(tmp_path)
    catalogs.compile_changed(tmp_path)
    swedish = Translations.load(tmp_path, ["sv"])
    assert swedish.ugettext("Log in") == "Logga in"
    assert swedish.ungettext("%(num)d site", "%(num)d sites", 2) == "%(num)d anläggningar"


def test_a_changed_catalog_is_compiled_again(tmp_path: Path) -> None:
    source = _clone(tmp_path)
    catalogs.compile_changed(tmp_path)
    source.write_text(source.read_text(encoding="utf-8").replace('"Logga in"', '"In"'), encoding="utf-8")
    later = source.with_suffix(".mo").stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later, later))
    catalogs.compile_changed(tmp_path)
    assert Translations.load(tmp_path, ["sv"]).ugettext("Log in") == "In"


@pytest.mark.parametrize("path", PO_FILES, ids=lambda path: path.parts[-3])
def test_translations_have_the_placeholders_of_their_texts_and_are_not_fuzzy(path: Path) -> None:
    with path.open("rb") as file:
        catalog = read_po(file)
    wrong = []
    for message in catalog:
        texts = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        expected = set(PLACEHOLDER.findall(texts[-1]))
        if message.id and (message.fuzzy or any(one and set(PLACEHOLDER.findall(one)) != expected for one in said)):
            wrong.append(message.id)
    assert wrong == []


def _clone(folder: Path) -> Path:
    kept = folder / "sv/LC_MESSAGES/messages.po"
    kept.parent.mkdir(parents=True)
    shutil.copy(catalogs.FOLDER / "sv/LC_MESSAGES/messages.po", kept)
    return kept
