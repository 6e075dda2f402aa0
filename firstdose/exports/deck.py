"""A page as a PowerPoint deck, 16:9: a slide for every card, its chart native and editable.

Each slide names filters, data version and report day at its foot; its notes hold the link and the query.
"""

import io
from typing import TYPE_CHECKING, Any

from firstdose.exports.deck_chart import chart
from firstdose.exports.deck_text import EDGE, HIGH, INK, PAPER, PRIMARY, QUIET, WIDE, put, run, wide
from firstdose.exports.native import Grid, Native, grid, native
from firstdose.exports.table import said
from firstdose.words import _, say_number

if TYPE_CHECKING:
    from pptx.slide import Slide

    from firstdose.exports.artefact import Artefact, Block
    from firstdose.rules.overview import Headline

_TABLE_ROWS = 13  # rows of a table on one slide, legible from the last seat; our convention
_TABLE_COLUMNS = 8
_GRID_ROWS = 24
_TITLE = 62  # characters of a title on one line
_CELL = 70  # characters of a cell on a slide
_TONES = {"good": "1F7A5C", "bad": "B3261E", "neutral": QUIET}

_PROPERTY = 255  # characters of a property of the file; a longer one is refused


def deck(artefact: "Artefact") -> bytes:
    """The deck as the bytes of a ``.pptx`` file: a first slide with the figures, then the cards."""
    from pptx import Presentation  # 0.4 s that most readers never need
    from pptx.util import Inches

    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDE), Inches(HIGH)
    told = {"title": artefact.stamp.title, "author": artefact.stamp.by, "comments": artefact.stamp.link}
    for name, text in told.items():
        if len(text) <= _PROPERTY:  # half a link would lead elsewhere; the slides say it whole
            setattr(show.core_properties, name, text)
    blank = show.slide_layouts[6]
    parts: list[tuple[Block, Native | None]] = []
    for block in artefact.blocks:
        drawn = native(block.figure) if block.figure is not None else None
        parts.append((block, drawn))
    pages = len(parts) + 1
    _first(show.slides.add_slide(blank), artefact, pages)
    for number, (block, drawn) in enumerate(parts, 2):
        slide = show.slides.add_slide(blank)
        _head(slide, block)
        cells = grid(block.figure) if block.figure is not None else None
        if cells is not None:
            _grid(slide, cells)
        elif drawn is not None:
            chart(slide, drawn)
        elif block.told.empty:
            put(slide, _("No rows."), EDGE, 2.0, WIDE - 2 * EDGE, 0.5, 16, QUIET)
        else:
            _table(slide, block)
        _foot(slide, artefact, number, pages)
        _notes(slide, artefact, block)
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def _first(slide: "Slide", artefact: "Artefact", pages: int) -> None:
    stamp = artefact.stamp
    put(slide, stamp.title, EDGE, 0.9, WIDE - 2 * EDGE, 1.1, 32, PRIMARY, bold=True)
    put(slide, stamp.sentence, EDGE, 2.0, WIDE - 2 * EDGE, 0.5, 16, QUIET)
    for at, headline in enumerate(artefact.headlines[:6]):
        _figure(slide, headline, EDGE + (at % 3) * 4.15, 2.8 + (at // 3) * 2.0)
    _foot(slide, artefact, 1, pages)
    slide.notes_slide.notes_text_frame.text = "\n".join(f"{label}: {text}" for label, text in stamp.lines())


def _figure(slide: "Slide", headline: "Headline", left: float, top: float) -> None:
    put(slide, headline.label, left, top, 3.95, 0.35, 13, QUIET)
    put(slide, headline.value, left, top + 0.32, 3.95, 0.6, 26, INK, bold=True)
    put(slide, headline.context, left, top + 0.92, 3.95, 0.35, 11, QUIET)
    put(slide, headline.change, left, top + 1.25, 3.95, 0.35, 11, _TONES.get(headline.tone, QUIET))


def _head(slide: "Slide", block: "Block") -> None:
    size = 24 if wide(block.title) <= _TITLE else 17
    put(slide, block.title, EDGE, 0.35, WIDE - 2 * EDGE, 0.6, size, PRIMARY, bold=True)
    put(slide, block.how, EDGE, 0.95, WIDE - 2 * EDGE, 0.4, 12, QUIET)


def _foot(slide: "Slide", artefact: "Artefact", number: int, pages: int) -> None:
    stamp = artefact.stamp
    told = f"{stamp.footer()} · {stamp.sentence}"
    put(slide, told[:220], EDGE, HIGH - 0.42, WIDE - 2 * EDGE - 0.8, 0.3, 9, QUIET)
    put(slide, f"{number}/{pages}", WIDE - EDGE - 0.7, HIGH - 0.42, 0.7, 0.3, 9, QUIET, right=True)


def _notes(slide: "Slide", artefact: "Artefact", block: "Block") -> None:
    lines = [block.title, block.how, block.alt, block.foot, artefact.stamp.link, block.asked]
    slide.notes_slide.notes_text_frame.text = "\n".join(line for line in lines if line)[:8000]


# ---------------------------------------------------------------- a table


def _table(slide: "Slide", block: "Block") -> None:
    from pptx.util import Inches

    shown = list(block.shown.items())[:_TABLE_COLUMNS]
    rows = block.told.head(_TABLE_ROWS)
    cells = [[label for _name, label in shown]]
    cells += [
        [_short(value) for value in row] for row in rows[[n for n, _l in shown]].itertuples(index=False)
    ]
    weights = [min(max(8, *(wide(row[at]) for row in cells)), 48) for at in range(len(shown))]
    room = WIDE - 2 * EDGE
    shape = slide.shapes.add_table(
        len(cells), len(shown), Inches(EDGE), Inches(1.45), Inches(room), Inches(0.36 * len(cells))
    )
    table = shape.table
    _plain_table(shape)
    for at, weight in enumerate(weights):
        table.columns[at].width = Inches(room * weight / sum(weights))
    for nth, row in enumerate(cells):
        table.rows[nth].height = Inches(0.36)
        for at, text in enumerate(row):
            _fill(table.cell(nth, at), text, PAPER if nth == 0 else "FFFFFF", bold=nth == 0)
    _more(slide, len(block.told) - len(rows))


def _grid(slide: "Slide", cells: Grid) -> None:
    """A matrix as a table with coloured cells, as many rows as fit."""
    from pptx.util import Inches

    rows = cells.rows[:_GRID_ROWS]
    room, head = WIDE - 2 * EDGE, 2.6
    high = min(0.42, 5.4 / (len(rows) + 1))
    shape = slide.shapes.add_table(
        len(rows) + 1, len(cells.columns) + 1, Inches(EDGE), Inches(1.45), Inches(room), Inches(high)
    )
    _plain_table(shape)
    table = shape.table
    table.columns[0].width = Inches(head)
    _fill(table.cell(0, 0), "", PAPER)
    for at, name in enumerate(cells.columns, 1):
        table.columns[at].width = Inches((room - head) / len(cells.columns))
        _fill(table.cell(0, at), name, PAPER, bold=True)
    for nth, name in enumerate(rows, 1):
        table.rows[nth].height = Inches(high)
        _fill(table.cell(nth, 0), name, "FFFFFF", bold=True)
        for at, text in enumerate(cells.texts[nth - 1], 1):
            _fill(table.cell(nth, at), text, cells.colours[nth - 1][at - 1])
    _more(slide, len(cells.rows) - len(rows))


def _fill(cell: Any, text: str, colour: str, *, bold: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    cell.margin_top = cell.margin_bottom = Pt(2)
    cell.margin_left = cell.margin_right = Pt(4)
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(colour)
    run(cell.text_frame.paragraphs[0], text, 10, INK, bold=bold)


def _plain_table(shape: Any) -> None:
    """No style of the program's own."""
    from pptx.oxml.ns import qn

    style = shape._element.graphic.graphicData.tbl.find(f"{qn('a:tblPr')}/{qn('a:tableStyleId')}")
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _more(slide: "Slide", left: int) -> None:
    """What does not fit on the slide is said."""
    if left > 0:
        told = _("{n} more rows stand in the workbook and behind the link in the notes.")
        put(slide, told.format(n=say_number(left)), EDGE, HIGH - 0.75, 9, 0.3, 10, QUIET)


def _short(cell: object) -> str:
    text = said(cell)
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
