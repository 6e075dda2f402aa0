"""A gate review in the app: what it shows, and a decision recorded for ever."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from firstdose.audit import Chain
from firstdose.errors import PublishError
from firstdose.lake import Drafts, Lake, prepare
from firstdose.lake.prepare import publish
from firstdose.rules import readiness_history
from firstdose.ui import decision, take
from tests.app.test_pages import ROOT, opened, said
from tests.unit.test_lake import partner
from tests.unit.test_lake import publish as publish_rows
from tests.unit.test_review import ITEM, PROGRAM

GATE = {"of": "NCC-01", "where": "JP", "blocks": "filing"}


@pytest.fixture
def lake(demo_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A copy of the demo that the app publishes to; its past is told in two versions alone."""
    monkeypatch.setattr(readiness_history, "MOST_VERSIONS", 2)
    place = shutil.copytree(demo_lake, tmp_path / "lake")
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(place))
    return Lake.open(place)


def review(language: str = "en", **params: Any) -> AppTest:
    app = opened("review", language)
    for name, value in (GATE | params).items():
        app.query_params[name] = value
    return app.run()


def shown(app: AppTest) -> list[str]:
    """Every card and figure of the page as HTML, without the age of the data."""
    return [element.proto.body for element in app.get("html")]


def write(
    app: AppTest, outcome: str = "conditional go", condition: str = "A fourth run", on: date | None = None
) -> AppTest:
    """Fill the form and press the button."""
    app.session_state["review-form"] = True
    app.run()
    app.get("button_group")
    app.session_state["review-outcome"] = outcome
    app.run()
    app.text_input(key="review-body").set_value("Joint steering committee")
    app.text_input(key="review-who").set_value("Aiko")
    if on:
        app.date_input(key="review-day").set_value(on)
    app.text_area(key="review-rationale").set_value("The third run was within specification")
    if outcome == "conditional go" and condition:
        app.text_input(key="review-condition-0").set_value(condition)
        app.selectbox(key="review-owner-0").set_value("FORGE")
        app.date_input(key="review-due-0").set_value(date(2026, 12, 24))
    return app.button(key="action-review-record").click().run()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_review_shows_criteria_changes_and_past_decisions(demo_store: Path, language: str) -> None:
    app = review(language)
    assert not app.exception
    body = "\n".join(shown(app))
    assert {"en": "18 of 25", "ja": "18"}[language] in body
    assert "D-04" in body
    assert Lake.open(demo_store).newest() == 12


def test_changes_are_counted_from_the_version_the_last_review_looked_at(demo_store: Path) -> None:
    assert "v9 of" in "\n".join(shown(review()))
    earlier = review(version=str(9))
    assert "v5 of" in "\n".join(shown(earlier)), "the review held on version 9 compared with version 5"
    assert Lake.open(demo_store).newest() == 12


def test_a_conditional_go_is_recorded_bound_to_the_version_looked_at(lake: Lake) -> None:
    before = review()
    app = write(before)
    assert not app.exception
    assert "Recorded in version 13" in app.success[0].value
    session = lake.session(13)
    row = session.cursor().execute("select * from decisions where decided_on = '2026-11-20'").df().iloc[0]
    assert (row["outcome"], row["data_version"], row["decided_by"]) == (
        "conditional go",
        12,
        "Joint steering committee",
    )
    action = (
        session.cursor().execute("select * from actions where decision_id = ?", [row["decision_id"]]).df()
    )
    assert action[["kind", "owner_partner", "title"]].to_numpy().tolist() == [
        ["condition", "FORGE", "A fourth run"]
    ]
    changes = lake.changes(12, 13)
    assert {table for table, one in changes.items() if one.added or one.changed or one.removed} == {
        "decisions",
        "actions",
    }
    assert lake.version(13).by == "Aiko"
    assert [event["action"] for event in Chain(lake.place.audit).events()][-1] == "publish"
    assert "A fourth run" in "\n".join(shown(app))


def test_the_link_of_a_decision_shows_the_same_numbers_for_ever(lake: Lake) -> None:
    before = shown(review(version="12", as_of="2026-11-20"))
    app = write(review())
    assert lake.newest() == 13
    link = app.code[0].value if app.code else ""
    assert "version=12" in link
    assert "as_of=2026-11-20" in link
    assert shown(review(version="12", as_of="2026-11-20"))[:-1] == before[:-1]


def test_a_decision_that_lacks_something_is_refused_in_words(lake: Lake) -> None:
    app = write(review(), condition="")
    assert "at least one condition" in app.error[0].value
    assert lake.newest() == 12
    app.text_area(key="review-rationale").set_value("").run()
    app.button(key="action-review-record").click().run()
    assert "rationale" in app.error[0].value
    assert lake.newest() == 12
    assert not list(Drafts(lake.place).folder.glob("*/draft.json")), "no draft is left behind"


def test_a_decision_taken_after_the_report_day_makes_no_data_older(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision, "today", lambda: date(2027, 1, 15))
    app = write(review(), outcome="go", on=date(2027, 1, 15))
    assert "Recorded in version 13" in app.success[0].value
    assert lake.version(13).as_of == lake.version(12).as_of == date(2026, 11, 20)
    told = lake.session(13).cursor().execute("select max(decided_on) from decisions").fetchall()
    assert told == [(date(2027, 1, 15),)]


def test_no_decision_is_recorded_before_its_day(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "today", lambda: date(2026, 11, 24))
    app = write(review(), outcome="go", on=date(2026, 11, 25))
    assert "24 Nov 2026 at the latest" in app.error[0].value
    assert lake.newest() == 12


def test_nothing_is_recorded_when_somebody_published_meanwhile(lake: Lake) -> None:
    app = write(review(), condition="")
    assert "at least one condition" in app.error[0].value
    assert not write(review(), outcome="go").exception
    assert lake.newest() == 13
    app.session_state["review-outcome"] = "hold"
    app.button(key="action-review-record").click().run()
    assert lake.newest() == 13, "the reader had version 12 on the screen"
    assert "Version 13 was published while you looked at version 12" in app.warning[0].value
    app.button(key="action-review-record").click().run()
    held = lake.session(14).cursor().execute("select data_version from decisions where outcome = 'hold'").df()
    assert held["data_version"].max() == 13, "looked at again, and recorded truthfully"


def test_a_decision_on_a_pinned_version_is_bound_to_it(lake: Lake) -> None:
    app = write(review(version="11"), outcome="no go")
    assert not app.exception
    held = (
        lake.session(13).cursor().execute("select data_version from decisions where outcome = 'no go'").df()
    )
    assert 11 in held["data_version"].tolist()


def test_with_four_eyes_the_decision_waits_for_a_second_person(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_FOUR_EYES", "1")
    app = write(review(), outcome="go")
    assert not app.exception
    assert "second person" in app.success[0].value
    assert lake.newest() == 12
    (draft,) = Drafts(lake.place).submitted()
    assert [file.table for file in draft.files] == ["decisions"]
    assert draft.scope.mode == "merge"
    drafts = Drafts(lake.place)
    with pytest.raises(PublishError, match="Nobody approves"):
        publish(lake, drafts, draft, prepare(lake, drafts, draft), approved_by=draft.by.upper())
    publish(lake, drafts, draft, prepare(lake, drafts, draft), approved_by="Kenji")
    assert lake.version(13).approved_by == "Kenji"


def test_no_decision_is_taken_through_a_filter(demo_store: Path) -> None:
    assert "whole gate" in said(review(partner="FORGE"))
    assert Lake.open(demo_store).newest() == 12
    assert (ROOT / "pages" / "review.py").is_file()


@pytest.mark.parametrize(
    ("link", "why"),
    [
        pytest.param({"of": "NCC-02", "where": "US"}, "has no gate items in US", id="not planned there"),
        pytest.param({"where": "CH"}, "jurisdiction or milestone that does not exist", id="no jurisdiction"),
        pytest.param({"blocks": "-"}, "jurisdiction or milestone that does not exist", id="no milestone"),
    ],
)
def test_no_decision_is_taken_on_a_gate_that_the_review_never_shows(
    demo_store: Path, link: dict[str, str], why: str
) -> None:
    assert Lake.open(demo_store).newest() == 12
    app = review(**link)
    assert not app.exception
    (refused,) = [box.value for box in app.info if why in box.value]
    assert "above" in refused, "says what to do"
    assert not [box for box in app.expander if box.label == "Write the decision"]


def test_a_gate_of_a_planned_jurisdiction_with_items_takes_a_decision(demo_store: Path) -> None:
    assert Lake.open(demo_store).newest() == 12
    for where in ("JP", "US"):
        app = review(where=where, blocks="first dose")
        assert [box for box in app.expander if box.label == "Write the decision"], where


def test_the_history_of_a_review_goes_back_so_far_and_says_what_it_leaves_out(
    demo_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Lake.open(demo_store).newest() == 12
    assert "older data version" not in "".join(shown(review()))
    monkeypatch.setattr(readiness_history, "MOST_VERSIONS", 3)
    (areas,) = [card for card in shown(review(version="11")) if "table-review-areas" in card]
    assert "From data version 9 to the one shown" in areas
    assert "8 older data versions are left out." in "".join(shown(review(version="11")))


def test_a_review_of_a_version_without_gate_items_tells_no_forecast_of_an_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    lake = Lake.open(tmp_path / "lake")
    opened_item = ITEM | {"owner_partner": "A", "status": "in progress"}
    for items in ([opened_item], [opened_item | {"program_id": "P2"}]):
        publish_rows(
            lake,
            tmp_path,
            partners=[partner("A")],
            programs=[PROGRAM, PROGRAM | {"program_id": "P2"}],
            readiness_items=items,
        )
    foots = {}
    for version in ("1", "2"):
        app = review(version=version, of="P1")
        assert not app.exception
        card = app.session_state["drawn"]["chart-review-history"]
        foots[version] = card.foot
    assert "open gate item" in foots["1"]
    assert foots["2"] == "No gate item fits the filters."
    assert card.data[["version", "closed", "total"]].to_numpy().tolist() == [[1, 0, 1], [2, 0, 0]]
    assert (
        "No gate item fits the filters."
        in review(version="1", of="P2").session_state["drawn"]["chart-review-history"].foot
    )


#: What of the filters by area, partner and period each card of a review leaves aside.
LEFT_ASIDE = {
    "table-review-criteria": "",
    "table-review-chain": "area or partner or period",
    "chart-review-history": "area or partner or period",
    "table-review-areas": "area or partner or period",
    "table-review-changes": "period",
    "table-review-evidence": "",
    "table-review-risks": "area or period",
    "table-review-actions": "area or period",
    "table-review-elsewhere": "partner or period",
    "table-review-decisions": "area or partner or period",
}

#: The same of the figures on top, by the last part of their key.
FIGURES_LEAVE_ASIDE = {
    "criteria": "",
    "late": "",
    "evidence": "",
    "risks": "area or period",
    "promises": "area or period",
    "elsewhere": "partner or period",
}


def test_every_figure_of_a_review_says_which_filters_it_does_not_follow(demo_store: Path) -> None:
    assert Lake.open(demo_store).newest() == 12
    app = review(area="Clinical", partner="FORGE", since="2026-01-01")
    (figures,) = [body for body in shown(app) if 'class="fd-kpis"' in body]
    said = {one.key: one.why for one in app.session_state["headlines"]}
    assert set(said) == {f"kpi-review-{name}" for name in FIGURES_LEAVE_ASIDE}
    for name, aside in FIGURES_LEAVE_ASIDE.items():
        assert said[f"kpi-review-{name}"].endswith(f"not filtered by {aside}" if aside else ""), name
        assert ("not filtered" in said[f"kpi-review-{name}"]) is bool(aside), name
    assert figures.count("not filtered by") == 3
    assert "A code counts once" in said["kpi-review-elsewhere"], "beside the rule behind it"
    assert "not filtered" not in "".join(one.why for one in review().session_state["headlines"])


def test_every_card_of_a_review_says_which_filters_it_does_not_follow(demo_store: Path) -> None:
    assert Lake.open(demo_store).newest() == 12
    app = review(area="Clinical", partner="FORGE", since="2026-01-01")
    assert not app.exception
    cards = app.session_state["drawn"]
    assert set(cards) == set(LEFT_ASIDE)
    taken = {block.key: block.how for block in take.artefact_of(app.session_state, "Aiko", "").blocks}
    for key, aside in LEFT_ASIDE.items():
        words = f" · not filtered by {aside} · v12" if aside else "· illustrative data · v12"
        (head,) = [body for body in shown(app) if cards[key].title in body and "fd-head" in body]
        assert words in head, key
        assert ("not filtered" in head) is bool(aside), key
        assert ("not filtered" in taken[key]) is bool(aside), key
    drawn = cards["chart-review-history"]
    assert "not filtered by area or partner or period" in drawn.words, "whoever cannot see it hears so too"
    assert "not filtered by area or partner or period" in drawn.stamp["sentence"], "and a saved picture"
    assert "not filtered" not in "".join(shown(review()))
