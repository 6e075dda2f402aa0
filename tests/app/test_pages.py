"""A link opens what its sender saw; that every page opens in both languages, ``test_share`` sees."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from firstdose.ui.menu import PAGES
from firstdose.words import use_language

ROOT = Path(__file__).resolve().parents[2]
#: An address that says all is how the canonical one begins; AppTest keeps query values as lists.
pytestmark = pytest.mark.usefixtures("demo_store")


def opened(area: str = "overview", language: str = "en", **params: Any) -> AppTest:
    """The app on one page after its first run, as a reader of that language sees it.

    The page is named before that run, which works while its file is named as its address is; going there from
    the overview would draw the overview first.
    """
    use_language(language)  # AppTest formats the options of a widget in the thread of the test
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["language"] = language
    for name, value in params.items():
        app.query_params[name] = value
    return app.run() if area == "overview" else app.switch_page(f"pages/{area}.py").run()


def address(app: AppTest, key: str) -> list[str]:
    """The values of one key of the address; AppTest gives a single one bare."""
    values = app.query_params[key]
    return [values] if isinstance(values, str) else list(values)


def said(app: AppTest) -> str:
    """Every text on the page, titles, markdown, captions and warnings, in one string."""
    kinds = (app.title, app.markdown, app.caption, app.warning, app.info, app.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_every_file_in_pages_stands_in_the_menu() -> None:
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == set(PAGES)


def test_a_link_to_one_program_shows_that_program_in_every_sentence() -> None:
    app = opened(program="HUB-04")
    assert "1 of 12 programs" in said(app).replace("\\", "")
    assert not app.multiselect, "a list costs every change of the page, opened or not"
    app.session_state["open-program"] = True
    app.run()
    assert app.multiselect(key="filter-program").value == ["HUB-04"]


def test_a_filter_stays_when_the_page_changes() -> None:
    app = opened()
    app.pills(key="filter-jurisdiction").set_value(["JP"]).run()
    app.switch_page("pages/readiness.py").run()
    assert app.pills(key="filter-jurisdiction").value == ["JP"]
    assert address(app, "jurisdiction") == ["JP"]


def test_an_unknown_program_shows_nothing_and_is_named() -> None:
    app = opened(program="NOPE")
    assert "0 of 12 programs" in said(app).replace("\\", "")
    assert "NOPE" in said(app)
    assert address(app, "program") == ["-"]


def test_an_unknown_version_offers_the_newest_and_shows_no_figure() -> None:
    app = opened(version="9999")
    assert "9999" in app.error[0].value
    assert not app.title
    app.button(key="action-data-newest").click().run()
    assert not app.error
    assert len(app.title) == 1


def test_a_pinned_link_says_so_and_goes_live_on_request() -> None:
    app = opened(version="1")
    assert address(app, "version") == ["1"]
    assert any("Pinned" in element.value for element in app.info)
    app.button(key="action-data-live").click().run()
    assert address(app, "version") == ["live"]


def test_the_address_is_canonical_and_language_stays_out_of_it() -> None:
    app = opened(language="ja")
    assert set(app.query_params) == {
        *("v", "program", "group", "partner", "jurisdiction", "area"),
        *("since", "until", "version", "as_of", "base", "chart"),
    }
    assert address(app, "program") == ["*"]


def test_one_chart_alone_hides_the_others() -> None:
    app = opened("pipeline", chart="chart-pipeline-funnel")
    assert not app.exception
