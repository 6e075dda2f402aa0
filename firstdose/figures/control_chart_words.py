"""What a control chart says in words: signals by lot, limits and their lots, capability or why not."""

import numpy as np
import pandas as pd

from firstdose.figures import cells
from firstdose.figures.control_chart import Drawn
from firstdose.figures.control_chart_marks import events_in_words, say_value
from firstdose.figures.manufacturing_words import limits, phase
from firstdose.rules.capability import Indices, interval
from firstdose.rules.control_chart import Chart, Phase
from firstdose.rules.manufacturing_chart import Judged, Picked, Specification
from firstdose.rules.run_rules import DEFAULT
from firstdose.words import N_, _, ngettext, say_date, say_number

_RULES = {
    1: N_("one lot beyond 3 sigma"),
    2: N_("nine lots in a row on one side of the centre"),
    3: N_("six lots in a row rising or falling"),
    4: N_("fourteen lots in a row up and down in turn"),
    5: N_("two of three lots beyond 2 sigma on one side"),
    6: N_("four of five lots beyond 1 sigma on one side"),
    7: N_("fifteen lots in a row within 1 sigma"),
    8: N_("eight lots in a row beyond 1 sigma on both sides"),
}
_WHY_NOT = {
    "no specification": N_("not shown: no specification"),
    "few": N_("not shown: too few lots"),
    "signals": N_("not shown: the chart has signals, the process is not stable"),
    "no limits": N_("not shown: there are no control limits"),
    "censored": N_("not shown: results beyond a quantification limit"),
    "no spread": N_("not shown: no spread"),
}


def rule_name(rule: int) -> str:
    """A run rule with its number and its words."""
    word = _RULES[rule]
    return f"{rule} {_(word)}"


def signal_columns() -> dict[str, str]:
    """The columns of the list of signals."""
    return {
        "mark": _("State"),
        "batch_id": _("Lot"),
        "started": _("Started"),
        "process_version": _("Process version"),
        "measured": _("Value"),
        "rule_name": _("Run rule"),
        "deviations": _("Deviations of the lot"),
    }


def signals(chart: Chart, picked: Picked) -> pd.DataFrame:
    """One row a lot and rule that fired, the newest lot first."""
    own = chart.points.loc[chart.signals["at"]].reset_index(drop=True)
    shown = own.assign(
        rule=chart.signals["rule"],
        mark=cells.state("at risk"),
        started=cells.days(own["started_on"]),
        measured=[
            f"{cells.text(bound)}{say_value(value)} {picked.unit}".strip()
            for bound, value in zip(own["qualifier"], own["value"], strict=True)
        ],
        rule_name=[rule_name(int(rule)) for rule in chart.signals["rule"]],
        deviations=own["deviations"].fillna(""),
        opens=[cells.opens(lot=lot) for lot in own["batch_id"]],
    ).sort_values("started_on", ascending=False, kind="stable", ignore_index=True)
    shown.attrs = dict(chart.points.attrs)
    return shown


def silent(chart: Chart) -> str:
    """That no rule fired or none is applied, and what cannot be judged; empty when one fired."""
    if not chart.stable:
        return ""
    if not any(one.limits for one in chart.phases):
        return _("Nothing can be judged: there are no control limits.")
    return _("No run rule fired.") if chart.rules else rules_in_words(chart.rules)


def basis(one: Phase) -> str:
    """Which lots set the limits of a phase, or why there are none."""
    name = _("Process {version}").format(version=one.version)
    if one.limits is None:
        why = (
            _("no limits, more than a quarter of its results lie beyond a quantification limit")
            if one.why_not == "censored"
            else _("no limits, too few lots or no spread")
        )
        return f"{name}: {why}"
    n = one.limits.n
    lots = ngettext("limits from {n} lot", "limits from {n} lots", n).format(n=n)
    said = _("provisional {limits}").format(limits=lots) if one.limits.provisional else lots
    if one.unused is not None:
        said = _("{limits}, since the baseline {first} to {last}, set by {who}, has no lot here").format(
            limits=said,
            first=say_date(one.unused.first_on.date()),
            last=say_date(one.unused.last_on.date()),
            who=one.unused.set_by,
        )
    if one.baseline is None:
        return f"{name}: {said}"
    period = _("of the baseline {first} to {last}, set by {who}").format(
        first=say_date(one.baseline.first_on.date()),
        last=say_date(one.baseline.last_on.date()),
        who=one.baseline.set_by,
    )
    return f"{name}: {said} {period}"


def remark(chart: Chart, picked: Picked, specified: Specification, shown: Drawn, events: pd.DataFrame) -> str:
    """What the figure cannot say by itself: limits, specification, bounds, what is left out, events."""
    said = [basis(one) for one in chart.phases]
    if chart.outside and not chart.phases:
        said.append(_("of an attribute's samples the one nearest to release is charted"))
    elif chart.outside:
        said.append(
            ngettext(
                "{n} lot outside the period is not shown but counts for limits and run rules",
                "{n} lots outside the period are not shown but count for limits and run rules",
                chart.outside,
            ).format(n=say_number(chart.outside))
        )
    if specified.why_not == "none":
        said.append(_("no specification is in force: drawn without its limits"))
    elif specified.why_not == "several":
        said.append(_("specifications differ between programs: choose one program for capability"))
    censored = sum(one.censored for one in chart.phases)
    if censored:
        said.append(
            ngettext(
                "{n} lot beyond a quantification limit: a triangle at the limit, no part of limits or runs",
                "{n} lots beyond a quantification limit: triangles at the limit, no part of limits or runs",
                censored,
            ).format(n=censored)
        )
    if chart.left_out:
        said.append(
            ngettext(
                "{n} lot has no value that can be drawn",
                "{n} lots have no value that can be drawn",
                chart.left_out,
            ).format(n=chart.left_out)
        )
    if picked.scale == "log":
        said.append(_("judged on logarithms, told in the unit of the attribute; ranges are ratios"))
    if shown.fewer:
        said.append(
            _("{n} of {all} lots drawn: every signal and the extremes of each stretch").format(
                n=say_number(len(shown.at)), all=say_number(shown.of)
            )
        )
    if not events.empty:
        said.append(events_in_words(events))
    return " · ".join(one for one in said if one)


def capability_columns() -> dict[str, str]:
    """The columns of the card of capability, one row a process version."""
    return {
        "process_version": _("Process version"),
        "lots": _("Lots"),
        "signals": _("Lots with signals"),
        "mean": _("Mean"),
        "limits": _("Control limits"),
        "specified": _("Specification"),
        "cpk": "Cpk",
        "ppk": "Ppk",
        "tolerance": _("95 % of lots, with 95 % confidence"),
    }


def capability(found: tuple[Judged, ...], chart: Chart, specified: Specification) -> pd.DataFrame:
    """Capability and tolerance by process version, the newest first; each index with interval or why not."""
    log = chart.scale == "log"
    rows = [
        {
            "process_version": one.phase.version,
            "lots": one.phase.lots,
            "signals": one.signals,
            "mean": _back(one.capability.mean, log=log),
            "limits": "–"
            if one.phase.limits is None
            else f"{_back(one.phase.limits.lower, log=log)}–{_back(one.phase.limits.upper, log=log)}",
            "specified": _specified(specified),
            "cpk": _index(one.capability.within, one.capability.n) or _why_not_cpk(one),
            "ppk": _index(one.capability.overall, one.capability.n) or _why_not(one.capability.why_not_ppk),
            "tolerance": _tolerance(one),
        }
        for one in reversed(found)
    ]
    shown = pd.DataFrame(rows, columns=list(capability_columns()))
    shown.attrs = dict(chart.points.attrs)
    return shown


def _specified(specified: Specification) -> str:
    said = limits(specified.lower, specified.upper)
    return f"{said} ({phase(specified.phase)})" if said else "–"


def _back(value: float, *, log: bool) -> str:
    if np.isnan(value):
        return "–"
    return say_value(float(np.exp(value)) if log else value)


def _why_not(why: str) -> str:
    word = _WHY_NOT.get(why, _WHY_NOT["no specification"])
    return _(word)


def _why_not_cpk(one: Judged) -> str:
    """Why Cpk is not shown; signals that no rule applied marks are those of the default rules."""
    if one.capability.why_not_cpk != "signals" or one.signals:
        return _why_not(one.capability.why_not_cpk)
    return _("not shown: run rules {rules} find signals, the process is not stable").format(
        rules=", ".join(map(str, DEFAULT))
    )


def _tolerance(one: Judged) -> str:
    """The tolerance interval with its own n and the bounds it leaves out, or why it is not shown."""
    found, left_out = one.tolerance, one.phase.censored
    if found is None:
        return _why_not("censored" if one.censored else "few")
    said = _("{low}–{high}, n = {n}").format(low=say_value(found.low), high=say_value(found.high), n=found.n)
    if not left_out:
        return said
    return ngettext(
        "{interval}; {n} lot beyond a quantification limit left out",
        "{interval}; {n} lots beyond a quantification limit left out",
        left_out,
    ).format(interval=said, n=left_out)


def _index(found: Indices | None, n: int) -> str:
    """An index with its interval and n; empty when there is none."""
    least = None if found is None else found.least
    if least is None:
        return ""
    low, high = interval(least, n)
    return _("{index} ({low}–{high}), n = {n}").format(
        index=say_number(least, 2), low=say_number(low, 2), high=say_number(high, 2), n=n
    )


def rules_in_words(rules: tuple[int, ...]) -> str:
    """The run rules applied, in words."""
    if not rules:
        return _("No run rule is applied.")
    return _("Run rules applied: {rules}.").format(rules="; ".join(rule_name(rule) for rule in rules))
