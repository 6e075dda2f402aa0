"""Reference: which words, requirements, figures and sources does everything rest on?"""

from firstdose import ui
from firstdose.queries import reference as queries
from firstdose.rules import method
from firstdose.rules import reference as rules
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Which words, requirements and sources does everything rest on?"))
with ui.row():
    view = ui.page_choice(view, "section", _("Section"), rules.section_names(), many=True)
    view = ui.page_text(view, "q", _("Search: every word must occur"))
    view = ui.page_choice(view, "confidence", _("How sure"), rules.confidence_names(), many=True)

section = view.key("section", "words")
for name in rules.SECTIONS.get(section, ()):
    shelf = rules.SHELVES[name]
    rows = rules.in_words(queries.QUESTIONS[name](session, view))
    ui.draw(
        ui.Table(
            key=f"table-reference-{name.replace('_', '-')}",
            data=rows,
            title=_(shelf.title),
            how=_(shelf.how),
            columns=shelf.labels(rows),
            height=440,
            foot=_(shelf.foot),
        )
    )
if section == "method":
    ui.prose("card-reference-method", _("Method"), method.paragraphs())
for line in rules.warnings():
    ui.note(line)
