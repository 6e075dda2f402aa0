"""A page is taken away as it was seen; every control of a page is part of its link."""

import io
import json
import zipfile
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from click.testing import CliRunner
from pptx import Presentation
from streamlit.testing.v1 import AppTest

from firstdose.cli import main
from firstdose.exports.artefact import Artefact
from firstdose.exports.report import read
from firstdose.lake import Lake, saved_views
from firstdose.page_keys import PAGE_KEYS
from firstdose.ui import take
from firstdose.ui.menu import PAGES
from firstdose.view import to_params
from firstdose.words import use_language
from tests.app.test_pages import opened

pytestmark = pytest.mark.usefixtures("demo_store")

#: Controls whose key in the link is another than their own.
NAMED = {"filter-compared": "base"}
#: Controls that change nothing of what a link opens: acts, forms of the desk, what is opened, the language.
OWN = (
    "filter-language",
    "action-",
    "desk-",
    "csv-",
    "parquet-",
    "share-",
    "review-",
    "open-",
    "data-",
    "language",
    "whatif-",
    "history-",
)


def whole(app: AppTest) -> None:
    """A page that opened without an error, under one title."""
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1


@cache
def taken(area: str) -> tuple[AppTest, Artefact]:
    """A page of two programs as a Japanese reader sees it, and what is taken away of it; opened once."""
    app = opened(area, "ja", program=["NCC-01", "HUB-08"])
    whole(app)
    use_language("ja")
    return app, take.artefact_of(app.session_state, "Kim Tester", "http://dash.example")


@pytest.mark.parametrize("area", PAGES)
def test_every_page_is_taken_away_in_every_kind_with_where_it_comes_from(area: str) -> None:
    _app, made = taken(area)
    use_language("ja")
    book = openpyxl.load_workbook(io.BytesIO(take.KINDS["xlsx"].write(made)))
    assert len(book.sheetnames) == len(made.blocks) + 1
    about = {str(row[0].value): str(row[1].value) for row in book.worksheets[0].iter_rows(max_row=20)}
    assert about["リンク"] == made.stamp.link
    show = Presentation(io.BytesIO(take.KINDS["pptx"].write(made)))
    assert len(show.slides) == len(made.blocks) + 1
    for number, slide in enumerate(show.slides, 1):
        words = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert f"{number}/{len(show.slides)}" in words
        assert any(f"v{made.stamp.version}" in text for text in words)
        assert made.stamp.link in slide.notes_slide.notes_text_frame.text
    report = take.KINDS["html"].write(made)
    assert len(report) < 8_000_000
    assert [card["key"] for card in read(report)["cards"]] == [block.key for block in made.blocks]
    with zipfile.ZipFile(io.BytesIO(take.KINDS["csv"].write(made))) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["data_version"] == made.stamp.version
        assert len(archive.namelist()) == len(made.blocks) + 1


@pytest.mark.parametrize("area", PAGES)
def test_the_pinned_link_of_a_page_opens_the_same_rows_in_the_other_language(area: str) -> None:
    app, made = taken(area)
    params = parse_qs(urlsplit(made.stamp.link).query, keep_blank_values=True)
    again = opened(area)
    for name, values in params.items():
        again.query_params[name] = values
    again.run()
    whole(again)
    assert not again.session_state["view"].refused
    assert list(again.session_state["drawn"]) == list(app.session_state["drawn"])
    for key, card in app.session_state["drawn"].items():
        other = again.session_state["drawn"][key].data
        assert len(other) == len(card.data), key
        for column in card.data.select_dtypes("number"):
            assert other[column].equals(card.data[column]), f"{key}: {column}"


@pytest.mark.parametrize("area", PAGES)
def test_every_control_of_a_page_is_part_of_its_link(area: str) -> None:
    app, _made = taken(area)
    known = set(to_params(app.session_state["view"])) | set(PAGE_KEYS.get(area, {})) | {"period", "day"}
    controls = [
        *app.pills, *app.selectbox, *app.multiselect, *app.text_input, *app.date_input, *app.number_input,
        *app.checkbox, *app.toggle, *app.radio, *app.slider, *app.text_area, *app.button_group,
    ]  # fmt: skip
    loose = [
        one.key
        for one in controls
        if not str(one.key).startswith(OWN)
        and NAMED.get(str(one.key), str(one.key).removeprefix("filter-")) not in known
    ]
    assert loose == []


def test_a_report_from_the_command_line_verifies_and_a_changed_one_does_not(tmp_path: Path) -> None:
    file, run = tmp_path / "pipeline.html", CliRunner()
    command = ["export", "pipeline", "--format", "html", "--by", "Kim", "--to", str(file)]
    done = run.invoke(main, [*command, "--set", "program=HUB-04", "--set", "program=NOPE"])
    assert done.exit_code == 0, done.output
    assert "NOPE" in done.output
    assert Lake.shared().newest() == 12
    held = run.invoke(main, ["verify", str(file)])
    assert held.exit_code == 0, held.output
    file.write_bytes(file.read_bytes().replace(b"Programs that reached", b"Programs which reached"))
    altered = run.invoke(main, ["verify", str(file)])
    assert altered.exit_code == 1
    assert "altered" in altered.output
    assert run.invoke(main, command).exit_code == 1, "a file that is there is not written over"


def test_a_report_of_the_data_page_verifies_though_the_audit_chain_goes_on(tmp_path: Path) -> None:
    file, run = tmp_path / "data.html", CliRunner()
    run.invoke(main, ["export", "data", "--format", "html", "--by", "Kim", "--to", str(file)])
    held = run.invoke(main, ["verify", str(file), "--format", "json"])
    assert held.exit_code == 0, held.output
    assert json.loads(held.output.splitlines()[-1])["not_compared"] == 2


def test_an_export_names_its_person_or_is_refused() -> None:
    refused = CliRunner().invoke(main, ["export", "pipeline", "--to", "nowhere.pptx"])
    assert refused.exit_code == 1
    assert "Say who you are" in refused.output


def test_a_link_is_told_in_words_with_what_it_would_drop() -> None:
    run = CliRunner()
    told = run.invoke(main, ["link", "https://dash/pipeline?program=HUB-04&program=NOPE&version=3&x=1"])
    assert told.exit_code == 0, told.output
    assert "pinned to version 3" in told.output
    assert "“NOPE” is not a known program" in told.output
    assert "“x” is not a part of a link" in told.output
    lost = run.invoke(main, ["link", "/pipeline?version=99"])
    assert lost.exit_code == 1
    assert "The newest is 12" in lost.output


def test_the_link_of_a_saved_view_is_told_until_it_is_retired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake.shared()
    made = saved_views.save(
        lake,
        name="Board",
        note="",
        page="pipeline",
        link="/pipeline?v=1&program=HUB-04",
        owner="me",
        shared=False,
        by="Kim",
    )
    told = CliRunner().invoke(main, ["link", f"https://dash{made.address}"])
    assert "1 of 12 programs" in told.output
    saved_views.retire(lake, made, "Lee", "no longer needed")
    gone = CliRunner().invoke(main, ["link", made.address])
    assert "retired by Lee" in gone.output
