"""The room where the screen is drawn: every page is made of the functions named here.

What one page alone needs (``desk``, ``history``, ``comparison``, ``effects``) it imports itself, so that the
first page after a start does not wait for it.
"""

from firstdose.ui.address import compared, known, open_view, page_choice, page_text, reading
from firstdose.ui.begin import begin
from firstdose.ui.card import Chart, Table, draw
from firstdose.ui.files import table_files
from firstdose.ui.header import grid, kpi_row, note, page_header, prose, row
from firstdose.ui.menu import navigation
from firstdose.ui.remember import remembered
from firstdose.ui.store import changes_between, lake
from firstdose.ui.trouble import show_error
from firstdose.ui.who import admitted

__all__ = [
    "Chart",
    "Table",
    "admitted",
    "begin",
    "changes_between",
    "compared",
    "draw",
    "grid",
    "known",
    "kpi_row",
    "lake",
    "navigation",
    "note",
    "open_view",
    "page_choice",
    "page_header",
    "page_text",
    "prose",
    "reading",
    "remembered",
    "row",
    "show_error",
    "table_files",
]
