"""The board of transfers drawn: how far each is in each stage, and whose move is awaited."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from firstdose.figures import cells, gantt, theme
from firstdose.figures import matrix as matrices
from firstdose.reference import transfer_stages
from firstdose.rules.readiness import MARKS
from firstdose.rules.transfer import SIDES, kind_name
from firstdose.words import N_, _, ngettext

MOST_ROWS = 40  # transfers drawn; those beyond stand in the table
#: Names of stages for the heads of narrow columns; the bar breaks the line.
_SHORT = {
    "TT1": N_("Initi-|ation"),
    "TT2": N_("Plan-|ning"),
    "TT3": N_("Pro-|cess"),
    "TT4": N_("Meth-|ods"),
    "TT5": N_("Facility|materials"),
    "TT6": N_("Qualifi-|cation"),
    "TT7": N_("Close|out"),
}
_WAITS = {
    "sending": N_("Waits for|sending"),
    "receiving": N_("Waits for|receiving"),
    "third party": N_("Waits for|third party"),
}
_WORDS = {"closed": N_("all accepted"), "late": N_("late or failed")}
#: The sending side wears the first colour and the receiving side the second, as in the plan.
_ROLES = {"sending": "primary", "receiving": "second", "third party": "secondary"}
Row = dict[Any, Any]


def board(transfers: pd.DataFrame, stages: pd.DataFrame, waiting: pd.DataFrame) -> go.Figure:
    """Draw one row per transfer: the mark and the deliverables accepted in each stage, who is waited for.

    Takes ``queries.transfer.transfers``, ``rules.transfer.stages`` and ``waiting``. Unit: deliverables
    (count). All seven stages are shown; the third party only where it is waited for.
    """
    if transfers.empty:
        return theme.empty(_("No transfer fits the filters."))
    there = {(row["transfer_id"], row["stage_code"]): row for row in cells.rows(stages)}
    held = {(row["transfer_id"], row["side"]): row for row in cells.rows(waiting)}
    sides = [side for side in SIDES if side != "third party" or side in set(waiting["side"])]
    names = {stage.code: stage.label for stage in transfer_stages()}
    drawn: list[matrices.Cell] = []
    labels = []
    for row in cells.rows(transfers.head(MOST_ROWS)):
        name = theme.show_text(gantt.shorten(named(row), 36))
        labels.append(name)
        drawn += [_stage(there.get((row["transfer_id"], code)), name, said) for code, said in names.items()]
        drawn += [_side(held.get((row["transfer_id"], side)), name, side, row) for side in sides]
    heads = [stage_word(code, "<br>") for code in names]
    heads += [_(_WAITS[side]).replace("|", "<br>") for side in sides]
    words = {mark: _(word) for mark, word in _WORDS.items()}
    return matrices.matrix(labels, heads, drawn, MARKS[::-1], words)


def hidden(transfers: pd.DataFrame) -> str:
    """How many transfers are not drawn; empty when all are."""
    more = len(transfers) - MOST_ROWS
    if more <= 0:
        return ""
    return ngettext(
        "{n} more transfer stands in the tables.", "{n} more transfers stand in the tables.", more
    ).format(n=more)


def stage_word(code: str, between: str = " ") -> str:
    """A stage in a word or two; a broken line is joined, or broken by ``between``."""
    word = _(_SHORT.get(code, ""))
    return (
        word.replace("|", between) if between != " " else word.replace("-|", "").replace("|", " ")
    ) or code


def named(row: Mapping[Any, Any]) -> str:
    """A transfer by its program and what moves; one of the platform by what moves alone."""
    return f"{cells.text(row['program_id'])} {cells.named(dict(row), 'subject')}".strip()


def _stage(cell: Row | None, name: str, stage: str) -> matrices.Cell:
    head = f"<b>{name}</b><br>{theme.show_text(stage)}"
    if cell is None:
        return matrices.nothing(f"{head}<br>" + _("nothing to deliver"))
    mark = cell["mark"]
    word = _(_WORDS[mark]) if mark in _WORDS else theme.word(mark)
    said = [head, f"{theme.symbol(mark)} {word}", _("{closed} of {total} accepted").format(**cell)]
    if cell["late"]:
        said.append(ngettext("{n} late or failed", "{n} late or failed", cell["late"]).format(n=cell["late"]))
    if not pd.isna(cell["oldest"]):
        said.append(_("oldest status since {days} days").format(days=int(cell["oldest"])))
    leads = cells.opens(transfer=cell["transfer_id"], part=cell["stage_code"], show="all")
    return matrices.counted(mark, f"{cell['closed']}/{cell['total']}", "<br>".join(said), leads)


def _side(cell: Row | None, name: str, side: str, row: Row) -> matrices.Cell:
    unit = cells.named(row, f"{side}_name") if side != "third party" else _("third party")
    head = f"<b>{name}</b><br>" + _("waits for {unit}").format(unit=theme.show_text(unit))
    if cell is None:
        return matrices.nothing(f"{head}<br>" + _("nothing"))
    aged: str = "" if pd.isna(cell["oldest"]) else " · " + _("{days} d").format(days=int(cell["oldest"]))
    count = int(cell["count"])
    told = ngettext("{n} deliverable", "{n} deliverables", count).format(n=count) + aged
    leads = cells.opens(transfer=cell["transfer_id"], part=side, show="open")
    return matrices.Cell(_ROLES[side], f"{count}{aged}", f"{head}<br>{told}", leads)


def kind(row: Mapping[Any, Any]) -> str:
    """What sort of thing a transfer moves."""
    return kind_name(str(row["kind"]))
