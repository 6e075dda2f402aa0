"""Changes: what changed between two data versions, and what did it do to the figures people watch?"""

from firstdose import ui
from firstdose.contracts import contracts
from firstdose.figures import changes_words as words
from firstdose.queries import changes as queries
from firstdose.rules import change_lines as rules
from firstdose.rules import changes as told
from firstdose.ui.comparison import comparison
from firstdose.ui.effects import effects
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("What changed, and what did it do to the figures?"))
chosen = comparison(view, session)
base = chosen.base
if chosen.remark:
    ui.note(chosen.remark)


def cards() -> tuple[ui.Table, ui.Table]:
    """The figures people watch before and after; every change in words."""
    labels = {name: one.label for name, one in contracts().items()}
    changed = ui.changes_between(base, session)
    placed = queries.placed(changed, session, base, view)
    lines = rules.lines(changed, placed, labels)
    data = words.lines(lines)
    data.attrs = dict(placed.attrs)
    versions = _("v{before} → v{after}").format(before=base.version if base else "–", after=session.version)
    watched = words.effect_rows(effects(base or session, session, view))
    return (
        ui.Table(
            key="table-changes-figures",
            data=watched,
            title=_("The figures people watch, before and after"),
            how=_("{versions}; each version on its own report day").format(versions=versions),
            columns=words.effect_columns(),
            height=268,
        ),
        ui.Table(
            key="table-changes-lines",
            data=data,
            title=_("What changed, by program and area"),
            how=_("{versions}; the biggest first; rows without words of their own are counted").format(
                versions=versions
            ),
            columns=words.line_columns(),
            height=720,
            most=words.MOST_LINES,
            grouped=("program", "area"),
            foot=" ".join(filter(None, (words.hidden(lines), told.counted(changed, labels)))),
        ),
    )


ui.draw(*ui.remembered(cards, view, session, base))
