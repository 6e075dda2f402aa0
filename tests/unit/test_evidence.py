"""The evidence names tests that exist, and says of none that it was shown when it was not."""

import ast
from pathlib import Path

from tests.evidence.__main__ import ROOT, ended, listed, of, page, verdict

TOLD = listed()


def functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_requirement_names_tests_that_exist() -> None:
    lost = []
    for one in TOLD["requirement"]:
        assert one["tests"], one["id"]
        for test in one["tests"]:
            file, _sep, name = test.partition("::")
            known = functions(ROOT / file) if (ROOT / file).is_file() else set()
            if not known or (name and name not in known):
                lost.append(f"{one['id']}: {test}")
    assert lost == []


def test_ids_are_given_once_and_the_words_promise_nothing() -> None:
    ids = [one["id"] for one in TOLD["requirement"]]
    assert len(ids) == len(set(ids))
    words = " ".join(one["said"] for one in (*TOLD["requirement"], *TOLD["limit"])).lower()
    assert not [word for word in ("compliant", "certified", "validated", "gmp record") if word in words]


def test_a_requirement_is_shown_only_when_every_test_of_it_passed(tmp_path: Path) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.unit.test_a" name="test_x[1]"/>'
        '<testcase classname="tests.unit.test_a" name="test_x[2]"><failure/></testcase>'
        '<testcase classname="tests.unit.test_a" name="test_y"/>'
        '<testcase classname="tests.unit.test_b" name="test_z"><skipped/></testcase></testsuite></testsuites>'
    )
    ends = ended(report)
    file = "tests/unit/test_a.py"
    assert of([f"{file}::test_x"], ends) == [(f"{file}::test_x", "failed")]
    assert verdict(of([f"{file}::test_y"], ends)) == "shown"
    for tests in ([file], ["tests/unit/test_b.py"], ["tests/unit/test_gone.py"], [f"{file}::test_gone"]):
        assert verdict(of(tests, ends)) == "not shown"


def test_the_page_says_what_was_not_shown() -> None:
    written = page(TOLD, {}, [("Commit", "<abc>")], "<doctor>")
    assert written.count("✕ not shown") == len(TOLD["requirement"])
    assert "&lt;abc&gt;" in written
    assert "&lt;doctor&gt;" in written
