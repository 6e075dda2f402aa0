"""Data: which versions are published, how fresh is each table, and where do I get the files?"""

from firstdose import ui
from firstdose.contracts import contracts
from firstdose.queries import data as queries
from firstdose.rules import data as rules
from firstdose.ui.desk import desk
from firstdose.ui.history import audit_chain, history, second_person
from firstdose.words import _

view, session = ui.reading()
ui.page_header(view, session, _("Which data do we look at, and how fresh is it?"))
desk(view)
versions = ui.lake().versions()
counts = queries.row_counts(session, view)


def cards() -> tuple[ui.Table, ui.Table]:
    """The versions, and how fresh each table is."""
    return (
        ui.Table(
            key="table-data-versions",
            live=True,
            data=rules.history(versions),
            title=_("Published data versions"),
            how=_(
                "Newest first; each publish says who and why, "
                "and what it added (+), changed (~) and removed (−)."
            ),
            columns={
                "version": _("Version"),
                "as_of": _("Report day"),
                "published_at": _("Published"),
                "by": _("By"),
                **second_person(version.approved_by for version in versions),
                "why": _("Why"),
                "name": _("Name"),
                "changed": _("What changed"),
            },
            height=320,
        ),
        ui.Table(
            key="table-data-freshness",
            data=rules.freshness(
                contracts(),
                [version for version in versions if version.version <= session.version],
                dict(zip(counts["table_name"], counts["row_count"], strict=True)),
                view.as_of or session.as_of,
            ),
            title=_("Freshness by table"),
            how=_(
                "Age on the report day against the days the contract of the table allows; "
                "the limits are our convention."
            ),
            columns={
                "state": _("State"),
                "title": _("Table"),
                "row_count": _("Rows"),
                "last_day": _("Last changed"),
                "last_version": _("In version"),
                "age_days": _("Age, days"),
                "allowed_days": _("Stale after, days"),
                "table": _("File name"),
            },
            height=320,
        ),
    )


versions_card, freshness = cards()
ui.draw(versions_card)
history(view, session)
ui.draw(freshness)
audit_chain(view, session)
view = ui.page_choice(
    view, "table", _("Table"), {name: one.label for name, one in contracts().items()}, many=True
)
ui.table_files(view, session, contracts()[view.key("table")], queries.rows(session, view, view.key("table")))
