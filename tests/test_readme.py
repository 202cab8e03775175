"""What the README and the guides tell is true: settings, commands, columns and links."""

import re
from pathlib import Path

import pytest

import cli
import settings
from data.imports import sessions, topology, users

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def texts() -> str:
    return "\n".join(document.read_text() for document in DOCUMENTS if document.exists())


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text()


@pytest.mark.parametrize(("name", "default"), settings.DEFAULTS.items())
def test_every_setting_stands_there_with_its_default(readme: str, name: str, default: str) -> None:
    (row,) = [line for line in readme.splitlines() if line.startswith(f"| `{name}`")]
    assert not default or f"`{default}`" in row


def test_no_other_setting_is_told() -> None:
    assert set(re.findall(r"PORTAL_[A-Z_]+\b", texts())) <= set(settings.DEFAULTS)


def test_every_make_target_exists(readme: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", texts(), re.MULTILINE)) <= targets
    assert [name for name in ("run", "demo", "test", "bench") if f"make {name}" not in readme] == []


def test_every_command_is_understood() -> None:
    commands = re.findall(r"(?:^|`)(?:\.venv/bin/)?python app\.py([^#`\n]*)", texts(), re.MULTILINE)
    assert commands
    for command in commands:
        cli.understand(command.split())


@pytest.mark.parametrize("columns", [topology.COLUMNS, users.COLUMNS, sessions.COLUMNS])
def test_every_column_of_an_import_is_told(columns: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    required, optional = columns
    assert [name for name in required + optional if f"`{name}`" not in texts()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target
