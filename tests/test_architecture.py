"""The house's walls: who may import whom, how large things may be, which names do not exist."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 500
LONGEST_FUNCTION = 80
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "callbacks"}
ENTRY_POINTS = {"app", "cli", "supervisor", "web"}
LAYERS = {"data", "csms", "components", "pages", "simulator"}

# Part → the parts of the portal it may import; app.py, cli.py, supervisor.py and web.py may import all of them.
MAY_IMPORT = {
    "data": {"data"},
    "components": {"data", "components", "settings"},
    "pages": {"data", "components"},
    "csms": {"data", "csms", "settings"},
    "simulator": {"data", "simulator"},
    "settings": {"data"},
}
# Library → the only parts that may import it.
AT_HOME_IN = {
    "duckdb": {"data"},
    "pyarrow.flight": {"data"},
    "openpyxl": {"data"},
    "argon2": {"data"},
    "ocpp": {"csms"},
    "websockets": {"csms", "simulator"},
    "zeep": {"csms"},
    "dash": {"app", "pages", "components"},
    "flask": {"app", "pages", "components"},
    "gunicorn": {"web"},
}


def sources() -> list[Path]:
    parts = [ROOT / f"{name}.py" for name in (*sorted(ENTRY_POINTS), "settings")]
    return parts + sorted(file for layer in sorted(LAYERS) for file in (ROOT / layer).rglob("*.py"))


def part_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(file: Path) -> Iterator[str]:
    """Yield the full name of each module, and of each name taken from one."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: a relative import hides the direction"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_imports_go_one_way() -> None:
    strangers = {}
    for file in sources():
        own = {name.split(".")[0] for name in imports_of(file)} & (LAYERS | ENTRY_POINTS | {"settings"})
        if part_of(file) not in ENTRY_POINTS and own - MAY_IMPORT[part_of(file)]:
            strangers[str(file)] = own - MAY_IMPORT[part_of(file)]
    assert strangers == {}


def test_no_page_imports_a_page() -> None:
    for file in sources():
        if part_of(file) == "pages":
            own_folder = ".".join(file.relative_to(ROOT).with_suffix("").parts[:2])
            others = [
                name for name in imports_of(file) if name.startswith("pages.") and not name.startswith(own_folder)
            ]
            assert not others, file


def test_libraries_stay_at_home() -> None:
    abroad = [
        (str(file), name)
        for file in sources()
        for name in imports_of(file)
        for library, homes in AT_HOME_IN.items()
        if f"{name}.".startswith(f"{library}.") and part_of(file) not in homes
    ]
    assert abroad == []


def test_only_settings_reads_the_environment() -> None:
    """The entry points may hand `os.environ` to `from_env`, and do nothing else with it."""
    for file in sources():
        tree = ast.parse(file.read_text())
        handed = {
            argument
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "from_env"
            for argument in call.args
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                assert node in handed, f"{file}:{node.lineno} reads the environment"


def test_files_and_functions_stay_small() -> None:
    for file in sources():
        text = file.read_text()
        assert len(text.splitlines()) <= LONGEST_FILE, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{file}: {node.name}"


def test_no_module_is_a_drawer_for_anything() -> None:
    names = {part.removesuffix(".py") for file in sources() for part in file.relative_to(ROOT).parts}
    assert names & FORBIDDEN_NAMES == set()


def test_every_module_says_what_it_is() -> None:
    texts = {file: file.read_text() for file in sources()}
    assert [file for file, text in texts.items() if text.strip() and not ast.get_docstring(ast.parse(text))] == []


def test_nothing_is_left_to_do() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XXX")
    assert [file for file in sources() if any(word in file.read_text() for word in words)] == []
