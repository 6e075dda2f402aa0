"""Heads of cards and rows of figures as HTML: one element where Streamlit's own would be up to twenty.

Measured on Streamlit 1.67: each element costs a message and a pass of the browser, so a row of six figures
made of containers and markdown was a tenth of a filter change. Every text is escaped here.
"""

from html import escape
from typing import TYPE_CHECKING

from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstdose.rules.overview import Headline


def head(title: str, said: str, stale: str = "") -> str:
    """The head of a card: its title, how to read it under which filters and version, what of it is stale."""
    mark = f'<p class="fd-stale">{escape(stale)}</p>' if stale else ""
    return f'<div class="fd-head"><h2>{escape(title)}</h2><p>{escape(said)}</p>{mark}</div>'


def section(key: str, title: str, content: str) -> str:
    """A card as HTML around its ``content``, which is HTML already, with the button that asks why."""
    return f'<section class="fd-card st-key-card-{escape(key)}">{why_button(key, title)}{content}</section>'


def why_button(key: str, title: str) -> str:
    """The button that asks why of a card (``words.js``)."""
    name, said, told = escape(key), escape(_("Why")), escape(_("Why: {label}").format(label=title))
    return f'<button type="button" class="fd-why" data-why="{name}" aria-label="{told}">{said}</button>'


def step(title: str) -> str:
    """The head of one step inside a card."""
    return f'<h3 class="fd-step">{escape(title)}</h3>'


def foot(text: str) -> str:
    """The remark at the foot of a card; empty without one."""
    return f'<p class="fd-foot">{escape(text)}</p>' if text else ""


def kpis(headlines: "Sequence[Headline]") -> str:
    """At most six figures side by side: label, value, context, change; “?” opens the rule behind it."""
    return f'<div class="fd-kpis">{"".join(map(_kpi, headlines[:6]))}</div>'


def _kpi(headline: "Headline") -> str:
    why = ""
    if headline.why:
        name = escape(_("Why: {label}").format(label=headline.label))
        why = f'<details><summary aria-label="{name}">?</summary><p>{escape(headline.why)}</p></details>'
    change = f'<p class="fd-{headline.tone}">{escape(headline.change)}</p>' if headline.change else ""
    return (
        f'<div class="fd-kpi st-key-{escape(headline.key)}"><h3>{escape(headline.label)}</h3>{why}'
        f'<p class="fd-value">{escape(headline.value)}</p><p>{escape(headline.context)}</p>{change}</div>'
    )
