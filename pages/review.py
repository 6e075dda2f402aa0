"""Gate review: is this gate passed, on what evidence, and what did the body decide?"""

from firstdose import ui
from firstdose.queries import review
from firstdose.rules import review as rules
from firstdose.rules.overview import Headline
from firstdose.ui import decision, gate
from firstdose.ui.card import Card
from firstdose.words import _

view, session = ui.reading()
held = review.subject(session, view)
ui.page_header(held, session, _("Is this gate passed, on what evidence, and what was decided?"))
base = gate.base(held, session)
offered = review.programs(session, view)
with ui.row():
    ui.page_choice(held, "of", _("Program"), offered, many=True)
    ui.page_choice(held, "where", _("Jurisdiction"), {name: name for name in ("JP", "US", "EU")})
    ui.page_choice(held, "blocks", _("Milestone"), {name: _(word) for name, word in rules.MILESTONES.items()})
if not held.program:
    ui.note(_("The program of this link is not among those that the filters let through: nothing is shown."))


def figures() -> list[Headline]:
    """Six figures of the gate."""
    return list(gate.headlines(held, session))


def cards() -> tuple[Card, ...]:
    """What a review asks, in its order."""
    return gate.cards(held, session, base)


ui.kpi_row(ui.remembered(figures, held, session))
ui.draw(*ui.remembered(cards, held, session, base))
decision.past_links(review.decisions(session, held), held.key("where"))
decision.record(held, session)
