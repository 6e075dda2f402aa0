"""The room where the screen is drawn: every page is made of the functions named here."""

from firstdose.ui.address import compared, known, open_view, page_choice, page_text, reading
from firstdose.ui.begin import begin
from firstdose.ui.card import Chart, Table, draw
from firstdose.ui.comparison import comparison
from firstdose.ui.desk import desk
from firstdose.ui.effects import effects
from firstdose.ui.files import table_files
from firstdose.ui.header import grid, kpi_row, note, page_header, prose, row
from firstdose.ui.history import audit_chain, history
from firstdose.ui.menu import navigation
from firstdose.ui.remember import remembered
from firstdose.ui.store import changes_between, lake
from firstdose.ui.trouble import show_error

__all__ = [
    "Chart",
    "Table",
    "audit_chain",
    "begin",
    "changes_between",
    "compared",
    "comparison",
    "desk",
    "draw",
    "effects",
    "grid",
    "history",
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
