"""Catalogs of translated texts: `.po` files are kept, the `.mo` files that gettext reads are made of them."""

import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent.parent / "translations"


def compile_changed(folder: Path = FOLDER) -> None:
    """Compile each catalog that is newer than its `.mo`; a fresh clone has none."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns:
            _compile(source, compiled)


@cache
def translations() -> Mapping[str, tuple[str, ...]]:
    """Return every text without a plural, in English, and what it is in each other language."""
    found: dict[str, tuple[str, ...]] = {}
    for source in sorted(FOLDER.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalog = read_po(file)
        for message in catalog:
            if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
                found[message.id] = (*found.get(message.id, ()), message.string)
    return found


def _compile(source: Path, compiled: Path) -> None:
    """Put the compiled catalog in place whole: the web and the central system may both be at it."""
    with source.open("rb") as file:
        catalog = read_po(file)
    with tempfile.NamedTemporaryFile(dir=compiled.parent, suffix=".tmp", delete=False) as made:
        write_mo(made, catalog)
    os.chmod(made.name, 0o644)
    os.replace(made.name, compiled)
