"""The house stands as drawn: who may import whom, where Streamlit may be, how SQL is kept."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "firstdose"
QUERIES = PACKAGE / "queries"
SQL_FILES = sorted(QUERIES.rglob("*.sql"))
SQL_WORDS = re.compile(
    r"\b(select\b.+\bfrom|insert\s+into|delete\s+from|update\s+\S+\s+set|create\s+(or\s+replace\s+)?(table|view))\b",
    re.IGNORECASE | re.DOTALL,
)
# Expected are 60, 300 and 60 lines; past these a file is split by what it knows.
LONGEST_QUERY = 130
LONGEST_ROOM = 360
LONGEST_PAGE = 80

#: Where SQL text may be put together, and why: identifiers come from our own contracts and are quoted there.
COMPOSES_SQL = ("firstdose/intake/", "firstdose/lake/", "firstdose/contracts/")


def python_files(*parts: str) -> Iterator[Path]:
    for part in parts:
        yield from sorted((ROOT / part).rglob("*.py")) if (ROOT / part).is_dir() else [ROOT / part]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The outermost names a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_imports_point_downwards_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]


def test_streamlit_stands_only_where_the_screen_is_drawn() -> None:
    doors = ("firstdose/doors.py", "firstdose/signin.py", "firstdose/uploads.py")  # what stands before it
    allowed = ("firstdose/ui/", "firstdose/server.py", *doors, "pages/", "app.py")
    using = {
        name(path) for path in python_files("firstdose", "pages", "app.py") if "streamlit" in imported(path)
    }
    assert {path for path in using if not path.startswith(allowed)} == set()


def test_nothing_imports_a_page() -> None:
    assert [
        name(path) for path in python_files("firstdose", "pages", "app.py") if "pages" in imported(path)
    ] == []


def test_no_error_is_caught_wholesale() -> None:
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("firstdose", "pages", "app.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
        )
    ]
    assert wrong == []


def test_no_sql_is_built_outside_the_rooms_that_know_the_contracts() -> None:
    """An f-string that reads like SQL, or SQL text put together with ``+``, ``%`` or ``.format``."""
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in python_files("firstdose", "pages", "app.py")
        if not name(path).startswith(COMPOSES_SQL)
        for node in ast.walk(tree(path))
        if _builds_sql(node)
    ]
    assert wrong == []


def _builds_sql(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        return bool(SQL_WORDS.search(text))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(_is_sql(side) for side in (node.left, node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _is_sql(node.func.value)
    return False


def _is_sql(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(SQL_WORDS.search(node.value))
    )


def test_there_are_questions_to_look_at() -> None:
    assert SQL_FILES


@pytest.mark.parametrize("path", SQL_FILES, ids=name)
def test_a_question_names_its_grain_and_its_parameters_first(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("-- grain: one row"), lines[0]
    assert lines[1].startswith("-- params: "), lines[1]
    assert len(lines) <= LONGEST_QUERY


@pytest.mark.parametrize("path", SQL_FILES, ids=name)
def test_a_question_is_one_statement_whose_values_are_bound_and_declared(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    statements = duckdb.connect(":memory:").extract_statements(text)
    assert len(statements) == 1
    declared = set(re.findall(r"\$(\w+)", text.splitlines()[1]))
    assert statements[0].named_parameters == declared, "the params line names what the statement binds"


@pytest.mark.parametrize("path", SQL_FILES, ids=name)
def test_a_question_has_a_function_of_its_name_and_shows_its_columns(path: Path) -> None:
    area = import_module(f"firstdose.queries.{path.parent.name}")
    assert callable(getattr(area, path.stem, None)), f"queries/{path.parent.name}.py has no {path.stem}()"
    body = "\n".join(line.split("--")[0] for line in path.read_text(encoding="utf-8").splitlines())
    assert not re.search(
        r"\bselect\s+\*\s*$", body.split("\nfrom ")[-2] if "\nfrom " in body else "", re.IGNORECASE
    )


def test_rooms_stay_small() -> None:
    long = {
        name(path): lines
        for path in python_files("firstdose", "pages", "app.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (LONGEST_PAGE if name(path).startswith("pages/") else LONGEST_ROOM)
    }
    assert long == {}


def test_no_room_is_named_by_nothing() -> None:
    vague = {"utils", "util", "common", "helpers", "helper", "misc", "services", "service"}
    assert {name(path) for path in python_files("firstdose", "pages", "tests") if path.stem in vague} == set()


#: Who may open the lake past the rules of access, and why.
PAST_ACCESS = {
    "firstdose/lake/store.py": "it is the door",
    "firstdose/server.py": "health, the first versions and the newest number, none of which shows a row",
    "firstdose/short.py": "an id leads to an address; the page behind it asks",
    "firstdose/asking.py": "the one place for requests: it asks",
    "firstdose/partner.py": "partner links are what it asks",
    "firstdose/sign_in_audit.py": "it writes into the audit chain and reads nothing",
    "firstdose/ui/store.py": "the one place of the screen: it asks",
    "firstdose/ui/access.py": "where the rules lie, and refusals are told",
}


def test_nothing_opens_the_lake_past_the_rules_of_access() -> None:
    opening = {
        name(path)
        for path in python_files("firstdose", "pages", "app.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Lake"
        and (node.attr == "shared" or (node.attr == "open" and not name(path).startswith("firstdose/cli/")))
    }
    assert opening == set(PAST_ACCESS) - {"firstdose/lake/store.py"}


def test_no_rule_of_a_wide_screen_looks_into_what_an_element_has() -> None:
    style = (PACKAGE / "ui" / "style.css").read_text(encoding="utf-8")
    told = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    rules = re.sub(r"@media[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", told)
    assert "fd-table" in rules
    assert ":has(" not in rules
