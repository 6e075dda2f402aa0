"""What is taken away is what was seen: native charts, safe cells, a report that knows when it was altered."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import plotly.graph_objects as go
import pyarrow.parquet as pq
import pytest
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE

from firstdose.audit import Chain
from firstdose.errors import FirstdoseError
from firstdose.exports import reason
from firstdose.exports.artefact import Artefact, Block, Stamp
from firstdose.exports.deck import deck
from firstdose.exports.native import grid, native
from firstdose.exports.report import read, report
from firstdose.exports.table import to_csv, to_parquet
from firstdose.exports.workbook import workbook
from firstdose.lake import Author, Lake
from firstdose.rules.overview import Headline
from firstdose.ui import take
from firstdose.ui.stamp import write_rows
from firstdose.who import Who
from tests.unit.test_lake import ME

STAMP = Stamp(
    page="pipeline",
    title="Where?",
    sentence="all 12 programs",
    version=7,
    version_name=None,
    as_of=date(2026, 11, 23),
    published_at=datetime(2026, 11, 23, tzinfo=UTC),
    age="today",
    link="http://dash.example/pipeline?v=1&version=7",
    by="Kim",
    at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    language="en",
    chain="ab" * 32,
)
HOSTILE = '=HYPERLINK("http://evil")</script><img src=x onerror=alert(1)>'


def block(frame: pd.DataFrame, figure: go.Figure | None = None, title: str = "A card") -> Block:
    return Block("chart-a", title, "how", "foot", frame, {}, figure, alt="words")


def artefact(*blocks: Block) -> Artefact:
    return Artefact(STAMP, (Headline("k", "Active", "10", "of 12"),), blocks)


def named_bars(**more: object) -> go.Figure:
    ticks = {"tickvals": [0, 1], "ticktext": ["<b>one</b>", "two"]}
    return go.Figure([{"type": "bar", "orientation": "h", "y": [0, 1], **more}], {"yaxis": ticks})


def test_bars_keep_their_names_values_and_colours() -> None:
    drawn = native(named_bars(x=[3, 5], marker={"color": ["#112233", "rgba(0,0,0,0.5)"]}))
    assert drawn is not None
    assert drawn.kind == "bar"
    assert drawn.categories == ["one", "two"]
    assert drawn.series[0].y == [3.0, 5.0]
    assert drawn.series[0].colours == ["112233", "808080"]
    assert drawn.least == 0.0


def test_a_gantt_becomes_stacked_bars_whose_first_part_is_not_painted() -> None:
    figure = named_bars(base=["2026-01-01", "2026-03-01"], x=[86_400_000 * 10, 86_400_000 * 5])
    figure.layout.xaxis.type = "date"
    drawn = native(figure)
    assert drawn is not None
    assert drawn.stacked
    assert drawn.days == "x"
    held, seen = drawn.series
    assert not held.painted
    assert held.y == [46023.0, 46082.0], "days as a spreadsheet counts them"
    assert seen.y == [10.0, 5.0]


def test_of_bars_that_overlap_in_a_row_the_one_drawn_first_stays_and_shades_are_no_bars() -> None:
    ticks = {"tickvals": [0, 20], "ticktext": ["one", "two"]}
    figure = go.Figure(
        [
            {"type": "bar", "orientation": "h", "y": [0], "base": [0], "x": [9], "width": [90]},
            {"type": "bar", "orientation": "h", "y": [3], "base": [2], "x": [4], "width": 5},
            {"type": "bar", "orientation": "h", "y": [-2], "base": [3], "x": [4], "width": 5},
            {"type": "bar", "orientation": "h", "y": [20], "base": [1], "x": [1], "width": 5},
        ],
        {"yaxis": ticks},
    )
    drawn = native(figure)
    assert drawn is not None
    assert drawn.categories == ["one", "two"]
    assert [one.y for one in drawn.series] == [[2.0, 1.0], [4.0, 1.0]]


def test_rows_without_names_are_no_bar_chart() -> None:
    assert native(go.Figure([{"type": "bar", "orientation": "h", "y": [0.2, 1.2], "x": [1, 2]}])) is None


def test_a_matrix_is_a_grid_of_words_and_colours_and_no_chart() -> None:
    figure = go.Figure(
        [
            {"type": "bar", "x": [0, 1, 0, 1], "base": [-0.4, -0.4, 0.6, 0.6], "y": [0.8] * 4,
             "marker": {"color": ["#111111", "#222222", "#333333", "#444444"]}},
            {"type": "scatter", "mode": "text", "x": [0, 1, 0, 1], "y": [0, 0, 1, 1],
             "text": ["a", "b", "c", "<b>d</b>"]},
        ],
        {
            "xaxis": {"tickvals": [0, 1], "ticktext": ["left", "right"]},
            "yaxis": {"tickvals": [0, 1], "ticktext": ["up", "down"]},
        },
    )  # fmt: skip
    cells = grid(figure)
    assert cells is not None
    assert (cells.rows, cells.columns) == (["up", "down"], ["left", "right"])
    assert cells.texts == [["a", "b"], ["c", "d"]]
    assert cells.colours == [["111111", "222222"], ["333333", "444444"]]
    assert native(figure) is None


def test_a_line_over_days_is_a_scatter_of_day_numbers() -> None:
    figure = go.Figure(
        [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "closed",
                "x": ["2026-01-01", "2026-01-02"],
                "y": [1, 2],
            }
        ],
        {"xaxis": {"type": "date"}, "yaxis": {"range": [5, 0]}},
    )
    drawn = native(figure)
    assert drawn is not None
    assert (drawn.kind, drawn.days, drawn.upside_down) == ("scatter", "x", True)
    assert drawn.series[0].x == [46023.0, 46024.0]
    assert drawn.series[0].line


def test_a_page_with_a_long_link_is_taken_away_as_workbook_and_as_deck() -> None:
    """Excel takes 255 characters of a property: a page with many filters has a longer link."""
    link = "http://dash.example/comparability?v=1" + "&program=HUB-04" * 20
    made = workbook(replace(artefact(), stamp=replace(STAMP, link=link)))
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert link in [cell.value for row in book.worksheets[0] for cell in row]
    assert book.properties.description is None
    assert book.properties.creator == "Kim"
    shown = Presentation(io.BytesIO(deck(replace(artefact(), stamp=replace(STAMP, link=link)))))
    assert link not in shown.core_properties.comments
    assert shown.core_properties.author == "Kim"


def test_a_workbook_runs_no_cell_and_draws_its_own_chart() -> None:
    frame = pd.DataFrame(
        {"what": [HOSTILE, None], "when": [pd.Timestamp("2026-01-02"), pd.NaT], "n": [1.5, None]}
    )
    made = workbook(
        artefact(block(frame, named_bars(x=[3, 5]), title="a/b: [c]"), block(frame, title="A/B: [c]"))
    )
    book = openpyxl.load_workbook(io.BytesIO(made))
    sheet = book.worksheets[1]
    assert len(book.sheetnames) == 3
    cells = [cell.value for cell in sheet[6]][:3]
    assert cells == [HOSTILE, datetime(2026, 1, 2), 1.5]  # noqa: DTZ001
    assert sheet["A6"].data_type == "s", "text, not a formula"
    assert len(sheet._charts) == 1
    about = "\n".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value)
    for said in (STAMP.link, "Kim", "v7", block(frame).digest):
        assert said in about


def test_a_deck_has_native_charts_notes_and_page_numbers() -> None:
    frame = pd.DataFrame({"what": [HOSTILE] * 40})
    made = deck(artefact(block(frame, named_bars(x=[3, 5])), block(frame), block(frame.head(0))))
    show = Presentation(io.BytesIO(made))
    chart = next(shape.chart for shape in show.slides[1].shapes if shape.has_chart)
    assert chart.chart_type == XL_CHART_TYPE.BAR_CLUSTERED
    assert list(chart.plots[0].categories) == ["one", "two"]
    assert STAMP.link in show.slides[1].notes_slide.notes_text_frame.text
    words = [shape.text_frame.text for shape in show.slides[2].shapes if shape.has_text_frame]
    assert "3/4" in words
    assert any("27 more rows" in text for text in words)
    assert any("No rows" in shape.text_frame.text for shape in show.slides[3].shapes if shape.has_text_frame)


def test_a_report_says_what_it_holds_and_runs_nothing_of_it() -> None:
    frame = pd.DataFrame({"what": [HOSTILE]})
    made = report(artefact(block(frame, named_bars(x=[3, 5]), title=HOSTILE)), "/* plotly </script> */")
    text = made.decode()
    assert "</script><img" not in text
    assert text.count("</script>") == text.count("<script")
    told = read(made)
    assert told["data_version"] == 7
    assert told["cards"][0]["sha256"] == block(frame).digest


@pytest.mark.parametrize(
    ("old", "new"), [(b"Where?", b"Where!"), (b'"data_version": 7', b'"data_version": 8'), (b">10<", b">11<")]
)
def test_a_report_that_was_altered_says_so(old: bytes, new: bytes) -> None:
    made = report(artefact(block(pd.DataFrame({"what": ["x"]}))), "")
    assert old in made
    with pytest.raises(FirstdoseError, match="altered"):
        read(made.replace(old, new))


def test_another_file_is_no_report() -> None:
    with pytest.raises(FirstdoseError, match="no report"):
        read(b"<html></html>")


def test_parquet_keeps_types_and_takes_mixed_columns_as_words() -> None:
    frame = pd.DataFrame({"day": [date(2026, 1, 2)], "n": [2], "mixed": pd.Series([1], dtype=object)})
    frame = pd.concat([frame, pd.DataFrame({"day": [None], "n": [3], "mixed": ["two"]})])
    back = pd.read_parquet(io.BytesIO(to_parquet(frame)))
    assert back["n"].tolist() == [2, 3]
    assert back["mixed"].tolist() == ["1", "two"]


def test_the_rows_of_one_card_say_where_they_come_from_and_leave_a_line_in_the_audit_chain(
    tmp_path: Path,
) -> None:
    lake, told = Lake.open(tmp_path / "lake"), pd.DataFrame({"what": ["x"], "n": [1]})
    stamp = artefact(block(told)).stamp
    packed = write_rows(lake, told, "Where it stands", stamp, "pipeline-stages-v7.parquet", ME)
    said = json.loads(pq.read_schema(io.BytesIO(packed)).metadata[b"firstdose"])
    assert said["Card"] == "Where it stands"
    assert (said["Filters"], said["Link"], said["Exported by"]) == (stamp.sentence, stamp.link, stamp.by)
    assert write_rows(lake, told, "", stamp, "pipeline-stages-v7.csv", ME) == to_csv(told)
    lines = list(Chain(lake.place.audit).events())
    assert [line["object_id"] for line in lines] == ["pipeline-stages-v7.parquet", "pipeline-stages-v7.csv"]
    assert lines[0]["file_sha256"] == hashlib.sha256(packed).hexdigest()
    assert lines[0]["link"] == stamp.link


def test_where_a_reason_is_asked_for_nothing_leaves_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, told = Lake.open(tmp_path / "lake"), pd.DataFrame({"what": ["x"]})
    stamp = artefact(block(told)).stamp
    reason.judge("")
    monkeypatch.setenv(reason.SETTING, "1")
    for short in ("", "because", "理由"):
        assert reason.lacks(short)
        with pytest.raises(FirstdoseError, match="why this is taken away"):
            write_rows(lake, told, "", replace(stamp, why=short), "a.csv", ME)
    assert not list(Chain(lake.place.audit).events())
    said = replace(stamp, why="for the steering committee")
    assert write_rows(lake, told, "", said, "a.csv", ME) == to_csv(told)
    assert ("Reason", "for the steering committee") in said.lines()
    assert reason.told("pipeline", said.why) == "Export of pipeline: for the steering committee"


GUEST = Who(f"link:{'5ec2e7' + 'ab' * 13}", "Kenji", "link")


def unpacked(content: bytes) -> bytes:
    """A file with whatever is packed in it."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return content + b"".join(unpacked(packed.read(name)) for name in packed.namelist())


@pytest.mark.parametrize("kind", take.KINDS)
def test_no_file_that_a_guest_takes_away_holds_the_id_that_opens_the_link(kind: str) -> None:
    stamp = replace(STAMP, by=GUEST.shown)
    made = Artefact(stamp, (), (block(pd.DataFrame({"a": [1]})),))
    told = unpacked(take.KINDS[kind].write(made))
    assert GUEST.id.removeprefix("link:").encode() not in told
    assert b"Kenji (link:5ec2e7)" in told


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_rows_a_guest_takes_away_do_not_hold_it_and_the_audit_chain_does(
    tmp_path: Path, ending: str
) -> None:
    lake, secret = Lake.open(tmp_path / "lake"), GUEST.id.removeprefix("link:")
    stamp = replace(STAMP, by=GUEST.shown)
    by = Author.of(GUEST, "pipeline", date.min)
    content = write_rows(lake, pd.DataFrame({"a": [1]}), "A card", stamp, f"rows.{ending}", by)
    assert secret.encode() not in content
    line = Chain(lake.place.audit).whole()[-1]
    assert (line["actor_id"], line["actor_name"]) == (GUEST.id, "Kenji (link:5ec2e7)")


def test_of_a_link_without_a_name_no_more_is_shown_either() -> None:
    assert replace(GUEST, name="").shown == "link:5ec2e7"
    assert Who("link:", "", "link").shown == "link:"
