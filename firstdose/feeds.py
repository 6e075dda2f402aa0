"""``/calendar/<kind>.ics``: days of the plan as a feed to subscribe to, filtered by the keys of any link.

The address carries the same filters as a page (``view.py``), read with the same care: what is not understood
never widens the feed. Two keys of its own: ``lang`` (a feed has no reader to ask) and ``take`` (as a file).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from firstdose import asking, readers
from firstdose.access import Denied
from firstdose.errors import FirstdoseError
from firstdose.exports.calendar import calendar, summary
from firstdose.lake import Lake
from firstdose.queries import filters, timeline
from firstdose.rules.timeline import in_language
from firstdose.view import View, asked_version, from_params, to_link, to_params, version_number
from firstdose.words import N_, _, language, say_date, use_language

if TYPE_CHECKING:
    import pandas as pd

    from firstdose.lake import Session

#: What a feed holds, by the name in its address.
KINDS = {
    "milestones": N_("Filing and first dose"),
    "handoffs": N_("Open hand-offs"),
    "decisions": N_("Decisions and milestones"),
    "plan": N_("The plan"),
}
_OWN = frozenset({"lang", "take"})
_HOME = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,200}")
_LONGEST = 8_000  # characters of a query; our convention


def address(kind: str, view: View) -> str:
    """The path and query to subscribe to for the filters of a view: it follows new data, pinned or not."""
    return download(kind, replace(view, version=None, as_of=None, base=None), take=False)


def download(kind: str, view: View, *, take: bool = True) -> str:
    """The path and query of a feed as a file, of the version and report day of the view."""
    params = to_params(replace(view, chart=None, keys=())) | {"lang": [language()]}
    params |= {"take": ["1"]} if take else {}
    return f"/calendar/{kind}.ics?{urlencode(params, doseq=True)}"


def feed(request: Request) -> Response:
    """Answer one request: 200 with the feed, 404 for no such feed or version, 503 when the store is away."""
    kind = str(request.path_params["kind"])
    if kind not in KINDS or len(request.url.query) > _LONGEST:
        return PlainTextResponse("Not found", 404)
    params = parse_qs(request.url.query, keep_blank_values=True)
    use_language((params.get("lang") or ["en"])[0])
    try:
        cookies = readers.parse(request.headers.get("cookie", ""))
        lake = asking.lake_of(cookies, "timeline", getattr(request.state, "who", None))
        session = _session(lake, params)
        if session is None:
            return PlainTextResponse("Not found", 404)
        content = written(kind, lake, session, params, str(request.base_url).rstrip("/"))
    except Denied as error:
        return PlainTextResponse(str(error), 403)
    except FirstdoseError as error:
        return PlainTextResponse(str(error), 503)
    headers = {"cache-control": "no-cache", "content-type": "text/calendar; charset=utf-8"}
    if "take" in params:
        headers["content-disposition"] = f'attachment; filename="firstdose-{kind}.ics"'
    return Response(content, headers=headers)


def _session(lake: Lake, params: Mapping[str, Sequence[str]]) -> "Session | None":
    """The session of the version asked for; none when there is no such version, or none at all."""
    asked = asked_version(params)
    known = [one.version for one in lake.versions()]
    if not known:
        return None
    if asked is None:
        return lake.session()
    number = version_number(asked)
    return lake.session(number) if number in known else None


def written(
    kind: str, lake: Lake, session: "Session", params: Mapping[str, Sequence[str]], home: str
) -> bytes:
    """The feed of one kind in one version of a lake for the filters of an address."""
    offered = filters.known(session, "timeline", [one.version for one in lake.versions()])
    own = {key: value for key, value in params.items() if key not in _OWN}
    view = from_params(own, "timeline", offered).with_key("window", "all")
    rows = _ROWS[kind](session, view)
    title = f"firstdose · {_(KINDS[kind])}"
    link = home + to_link(view) if _HOME.fullmatch(home) else ""  # a client writes its own Host
    return calendar(rows, title, session.version, session.published_at, link)


def _milestones(session: "Session", view: View) -> "pd.DataFrame":
    found = timeline.milestones(session, view)
    names = {"filing": _("Filing"), "first dose": _("First dose")}
    where = found["jurisdiction"].fillna("")
    what = [f"{names[anchor]} {place}".strip() for anchor, place in zip(found["anchor"], where, strict=True)]
    return _rows(found, what, found["expected_on"])


def _handoffs(session: "Session", view: View) -> "pd.DataFrame":
    owed = set(timeline.handoffs(session, view)["task_id"])
    found = timeline.plan(session, replace(view, since=None, until=None))  # a period bounds hand-offs alone
    found = found[found["task_id"].isin(owed)].reset_index(drop=True)
    due = found["forecast_finish"].fillna(found["baseline_finish"])
    return _rows(found, in_language(found, "name").tolist(), due)


def _plan(session: "Session", view: View) -> "pd.DataFrame":
    found = timeline.plan(session, view)
    return _rows(found, in_language(found, "name").tolist(), found["finish_on"])


def _decisions(session: "Session", view: View) -> "pd.DataFrame":
    found = timeline.plan(session, view)
    found = found[found["kind"].isin(["decision", "milestone"])].reset_index(drop=True)
    return _rows(found, in_language(found, "name").tolist(), found["finish_on"])


def _rows(found: "pd.DataFrame", what: list[str], due: "pd.Series[pd.Timestamp]") -> "pd.DataFrame":
    """The rows a calendar is written from; the detail names the task, its partners and its baseline."""
    done = found["actual_finish"].notna()
    program = in_language(found, "program_name").fillna("")
    rows = found[["task_id"]].assign(
        due_on=due,
        is_done=done,
        summary=[
            summary(of, name, is_done=bool(past)) for of, name, past in zip(program, what, done, strict=True)
        ],
    )
    return rows.assign(detail=[_detail(row) for row in found.to_dict("records")])


def _detail(row: Mapping[object, object]) -> str:
    lines = [_("Task {task}").format(task=row["task_id"])]
    partner, receiver = row.get("partner_id"), row.get("receiver_partner")
    if isinstance(partner, str):
        lines.append(f"{partner} → {receiver}" if isinstance(receiver, str) else partner)
    baseline = row.get("baseline_finish")
    if baseline is not None and baseline == baseline:
        lines.append(_("Baseline: {day}").format(day=say_date(baseline)))  # type: ignore[arg-type]
    return "\n".join(lines)


_ROWS: Mapping[str, Callable[["Session", View], "pd.DataFrame"]] = {
    "milestones": _milestones,
    "handoffs": _handoffs,
    "decisions": _decisions,
    "plan": _plan,
}
