"""A page as one HTML file that needs nothing else: charts, tables, data, manifest and check sums.

It opens without a network, prints on A4 and Letter, and ``firstdose verify FILE`` says whether it still says
what the lake says.
"""

import base64
import hashlib
import json
import re
from html import escape
from typing import TYPE_CHECKING, Any

import orjson

from firstdose.errors import FirstdoseError
from firstdose.exports.table import said
from firstdose.figures import theme
from firstdose.words import _, language, say_number

if TYPE_CHECKING:
    from firstdose.exports.artefact import Artefact, Block

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
_ROWS = 500  # rows of a table that are laid out; every row is in the file as data
_MANIFEST = re.compile(r'<script type="application/json" id="manifest">(.*?)</script>', re.DOTALL)
_DATA = re.compile(r'<script type="text/csv" id="data-([\w-]+)">(.*?)</script>', re.DOTALL)
_SUM = re.compile(r'<meta name="firstdose-sha256" content="([0-9a-f]{64})">')
_NO_SUM = "0" * 64  # what stands in the place of the sum while it is made


def report(artefact: "Artefact", plotly: str) -> bytes:
    """The report as UTF-8 HTML; ``plotly`` is the text of the plotly.js bundle that draws its charts."""
    stamp = artefact.stamp
    manifest = _inert(json.dumps(artefact.manifest(), ensure_ascii=False, indent=1))
    about = "".join(f"<dt>{escape(label)}</dt><dd>{_linked(text)}</dd>" for label, text in stamp.lines())
    figures = "".join(
        f"<li><h3>{escape(one.label)}</h3><p class='value'>{escape(one.value)}</p>"
        f"<p>{escape(one.context)}</p><p class='{escape(one.tone)}'>{escape(one.change)}</p></li>"
        for one in artefact.headlines
    )
    origin = _("Where this comes from")
    cards = "".join(_card(block) for block in artefact.blocks)
    drawn = any(block.figure is not None for block in artefact.blocks)
    scripts = f"<script>{_inert(plotly)}</script><script>{_DRAW}</script>" if drawn else ""
    text = (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="firstdose-sha256" content="{_NO_SUM}">'
        f"<title>{escape(stamp.title)} · firstdose v{stamp.version}</title>"
        f"<style>{_style()}</style></head><body>"
        f"<header><h1>{escape(stamp.title)}</h1><p>{escape(stamp.sentence)}</p></header>"
        f"<ul class='figures'>{figures}</ul>{cards}"
        f"<section><h2>{escape(origin)}</h2><dl>{about}</dl></section>"
        f"<footer>{escape(stamp.footer())}</footer>"
        f'<script type="application/json" id="manifest">{manifest}</script>{scripts}</body></html>'
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text.replace(_NO_SUM, digest, 1).encode()


def _card(block: "Block") -> str:
    chart = ""
    if block.figure is not None:
        figure = theme.dressed(block.figure).to_plotly_json()
        written = orjson.dumps(figure, option=orjson.OPT_SERIALIZE_NUMPY, default=_listed).decode()
        chart = (
            f'<div class="chart" role="img" aria-label="{escape(block.alt)}" '
            f'style="height:{int(block.figure.layout.height or 320)}px"></div>'
            f'<script type="application/json" class="figure">{_inert(written)}</script>'
        )
    table = _table(block)
    if chart:
        rows = _("Table: {n} rows").format(n=say_number(len(block.told)))
        table = f"<details><summary>{escape(rows)}</summary>{table}</details>"
    why = f"<details><summary>SQL</summary><pre>{escape(block.asked)}</pre></details>" if block.asked else ""
    foot = f"<p class='foot'>{escape(block.foot)}</p>" if block.foot else ""
    data = base64.b64encode(block.csv).decode()
    return (
        f'<section id="{escape(block.key)}"><h2>{escape(block.title)}</h2><p>{escape(block.how)}</p>'
        f"{chart}{table}{foot}{why}"
        f'<script type="text/csv" id="data-{escape(block.key)}">{data}</script></section>'
    )


def _table(block: "Block") -> str:
    shown, rows = block.shown, block.told.head(_ROWS)
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in shown.values())
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(said(cell))}</td>" for cell in row) + "</tr>"
        for row in rows[list(shown)].itertuples(index=False)
    )
    left = len(block.told) - len(rows)
    left_out = _("{n} more rows are in the file as data.").format(n=say_number(left)) if left > 0 else ""
    more = f"<p class='foot'>{escape(left_out)}</p>" if left_out else ""
    return f"<div class='rows'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"


def _listed(value: object) -> object:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _linked(text: str) -> str:
    """A text; an address of the web as a link."""
    safe = escape(text)
    return (
        f'<a href="{safe}" rel="noreferrer">{safe}</a>' if text.startswith(("http://", "https://")) else safe
    )


def _inert(text: str) -> str:
    """Text inside a script element that cannot end it."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def _style() -> str:
    ink, quiet, line = theme.colour("text"), theme.colour("secondary"), theme.colour("line")
    return (
        f"body{{font-family:{theme.FONT};color:{ink};max-width:1100px;margin:24px auto;padding:0 16px;"
        f"font-size:14px;line-height:1.45}}h1{{font-size:25px;margin:0}}h2{{font-size:16px;margin:0}}"
        f"p{{margin:4px 0;color:{quiet}}}section{{border:1px solid {line};border-radius:8px;padding:12px;"
        f"margin:12px 0;break-inside:avoid-page}}.figures{{display:grid;list-style:none;padding:0;gap:8px;"
        f"grid-template-columns:repeat(auto-fit,minmax(160px,1fr))}}.figures li{{border:1px solid {line};"
        f"border-radius:8px;padding:8px}}.figures h3{{font-size:12px;font-weight:400;margin:0;color:{quiet}}}"
        f".value{{font-size:22px;font-weight:700;color:{ink}}}.rows{{overflow:auto;max-height:560px}}"
        f"table{{border-collapse:collapse;font-size:12px;width:100%}}th,td{{text-align:left;vertical-align:top;"
        f"padding:3px 6px;border-bottom:1px solid {line}}}pre{{white-space:pre-wrap;font-size:11px}}"
        f".foot,footer{{font-size:11px;color:{quiet};overflow-wrap:anywhere}}dt{{font-weight:600}}"
        "dd{margin:0 0 6px;overflow-wrap:anywhere}"
        "@page{size:auto;margin:14mm}@media print{body{margin:0;max-width:none}.rows{max-height:none;"
        "overflow:visible}section{border:0;padding:0}.chart{break-inside:avoid}}"
    )


#: Draws every chart as wide as its place, and again when the window or the paper is another.
_DRAW = """
const draw = () => document.querySelectorAll(".chart").forEach((node) => {
  const figure = JSON.parse(node.nextElementSibling.textContent);
  const layout = { ...figure.layout, width: node.clientWidth, autosize: false };
  Plotly.react(node, figure.data, layout, { displayModeBar: false }).then(() => {
    node.querySelectorAll(".main-svg").forEach((svg) => {
      svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
      svg.style.maxWidth = "100%"; svg.style.height = "auto";
    });
  });
});
draw();
addEventListener("resize", draw);
"""


# ---------------------------------------------------------------- reading one back


def read(content: bytes) -> dict[str, Any]:
    """The manifest of a report read back; ``FirstdoseError`` when it is none of ours or was altered since."""
    text = content.decode("utf-8", errors="replace")
    told, digest = _MANIFEST.search(text), _SUM.search(text)
    if not told or not digest:
        raise FirstdoseError(_("This file is no report of firstdose: it has no manifest."))
    bare = text.replace(digest.group(1), _NO_SUM, 1)
    if hashlib.sha256(bare.encode()).hexdigest() != digest.group(1):
        raise FirstdoseError(_("This report was altered after it was made."))
    manifest: dict[str, Any] = json.loads(told.group(1).replace("<\\/", "</").replace("<\\!--", "<!--"))
    sums = {}
    for key, packed in _DATA.findall(text):
        try:
            sums[key] = hashlib.sha256(base64.b64decode(packed, validate=True)).hexdigest()
        except ValueError:
            sums[key] = ""
    for card in manifest["cards"]:
        if sums.get(card["key"]) != card["sha256"]:
            raise FirstdoseError(
                _("The data of “{card}” in this report was altered after the report was made.").format(
                    card=card["title"]
                )
            )
    return manifest
