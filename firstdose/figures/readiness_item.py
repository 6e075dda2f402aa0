"""One readiness item in full as it is read on screen: both sides, its documents, its requirement."""

from typing import Any

import pandas as pd

from firstdose.figures import theme
from firstdose.reference import rows
from firstdose.rules.readiness_item import RELATIONS, side
from firstdose.words import N_, _, either

_PROOF = {"draft": N_("draft"), "approved": N_("approved"), "superseded": N_("superseded")}
_SURE = {"seen": N_("seen"), "recalled": N_("recalled")}


def side_columns() -> dict[str, str]:
    """The columns of the two sides, in order, with their labels."""
    return {
        "relation": _("Relation"),
        "mark": _("State"),
        "item": _("Item"),
        "side": _("Side"),
        "owner": _("Owner"),
        "role": _("Role"),
        "needed": _("Needed"),
        "due": _("Claimed due"),
        "forecast": _("Forecast"),
        "evidence": _("Evidence approved"),
        "why": _("Why"),
    }


def sides(judged: pd.DataFrame) -> pd.DataFrame:
    """The item and its neighbours with the side that owes each. Takes ``around`` after ``item_marks``."""
    return pd.DataFrame(
        {
            "item_id": judged["item_id"],
            "relation": [_(RELATIONS[name]) for name in judged["relation"]],
            "mark": [
                _state(mark, stale) for mark, stale in zip(judged["mark"], judged["stale"], strict=True)
            ],
            "item": [_named(*row) for row in _texts(judged, "requirement_code", "title", "title_ja")],
            "side": [side(kind) for kind in judged["owner_kind"]],
            "owner": [either(*row) for row in _texts(judged, "owner_name", "owner_name_ja")],
            "role": judged["owner_role"].fillna(""),
            "needed": _dates(judged["need_on"]),
            "due": _dates(judged["due_on"]),
            "forecast": _dates(judged["forecast_on"]),
            "evidence": [
                f"{approved}/{expected}"
                for approved, expected in zip(
                    judged["evidence_approved"], judged["evidence_expected"], strict=True
                )
            ],
            "why": judged["why"],
        }
    )


def document_columns() -> dict[str, str]:
    """The columns of the documents, in order, with their labels."""
    return {
        "document_id": _("Document"),
        "version": _("Version"),
        "title": _("Title"),
        "state": _("State"),
        "approved_on": _("Approved on"),
        "approved_by": _("Approved by"),
        "valid_until": _("Valid until"),
        "url": _("Address"),
    }


def documents(evidence: pd.DataFrame) -> pd.DataFrame:
    """The documents behind an item. Takes ``queries.readiness.evidence``; adds ``state`` in words."""
    states = [
        _("expired") if expired and status == "approved" else _(_PROOF[status])
        for status, expired in zip(evidence["status"], evidence["is_expired"], strict=True)
    ]
    shown = evidence.assign(
        state=states,
        approved_on=_dates(evidence["approved_on"]),
        valid_until=_dates(evidence["valid_until"]),
    )
    shown.attrs = dict(evidence.attrs)
    return shown


def requirement(code: object, jurisdiction: str) -> str:
    """Where the requirement of an item comes from, whether that was read, and its typical lead time."""
    for row in rows("requirements"):
        if (row["requirement_code"], row["jurisdiction"]) == (code, jurisdiction):
            word = _SURE[row["confidence"]]
            return _(
                "Requirement {code}: {source}, {ref} ({sure}); typical lead time {n} days. "
                "Supports planning; not regulatory advice."
            ).format(
                code=code,
                source=row["source_name"],
                ref=row["source_ref"],
                sure=_(word),
                n=row["typical_lead_time_days"],
            )
    return _("An item of your own: no requirement of the library stands behind it.")


def label(row: "pd.Series[Any]") -> str:
    """An item as a list names it: program, jurisdiction, code and title."""
    title = either(_text(row["title"]), _text(row["title_ja"]))
    parts = (row["program_id"], row["jurisdiction"], _text(row["requirement_code"]), title)
    return " · ".join(str(part) for part in parts if part)


def _named(code: str, title: str, title_ja: str) -> str:
    return f"{code} {either(title, title_ja)}".strip()


def _texts(frame: pd.DataFrame, *names: str) -> list[tuple[str, ...]]:
    return list(zip(*([_text(value) for value in frame[name]] for name in names), strict=True))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _state(mark: str, stale: bool) -> str:
    late = f" {theme.symbol('stale')} {theme.word('stale')}" if stale else ""
    return f"{theme.symbol(mark)} {theme.word(mark)}{late}"


def _dates(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_datetime(column).dt.date.astype(object)
