"""An empty store says what to do first, and shows one's own data once it is published."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from firstdose.cli import main
from firstdose.cli.contracts import template
from firstdose.words import use_language
from tests.unit.test_intake_check import PARTNERS, PROGRAMS, TASKS_HEADER, task

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    return tmp_path


@pytest.mark.parametrize(("language", "said"), [("en", "Nothing is published yet"), ("ja", "まだ何も")])
def test_an_empty_store_says_what_to_do_first(place: Path, language: str, said: str) -> None:
    use_language(language)
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["language"] = language
    app.run()
    assert not app.exception
    assert said in app.title[0].value
    assert any("firstdose check" in code.value for code in app.code)


def test_a_folder_filled_from_the_templates_becomes_the_dashboard(place: Path) -> None:
    folder = place / "mine"
    assert CliRunner().invoke(template, [str(folder)]).exit_code == 0
    tasks = TASKS_HEADER + task("T1", kind="milestone", anchor="first dose", forecast_finish="2027-01-15")
    for name, text in (("partners", PARTNERS), ("programs", PROGRAMS), ("tasks", tasks)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    who = ["--by", "Lead", "--why", "first own data", "--complete", "--as-of", "2026-11-20"]
    ran = CliRunner().invoke(main, ["publish", str(folder), *who])
    assert ran.exit_code == 0, ran.output
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["language"] = "en"
    app.run()
    assert not app.exception
    words = "\n".join(str(element.value) for element in app.markdown).replace("\\", "")
    words += "\n".join(element.proto.body for element in app.get("html"))
    assert "the only program" in words
    assert "15 Jan 2027" in words
    assert "illustrative" not in words
    for area in (
        "pipeline",
        "readiness",
        "review",
        "timeline",
        "transfer",
        "manufacturing",
        "comparability",
        "supply",
        "data",
        "reference",
    ):
        app.switch_page(f"pages/{area}.py").run()
        assert not app.exception, area
