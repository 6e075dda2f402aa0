"""``firstdose link``: a link of the dashboard in words, and what of it would be left out."""

import json
from urllib.parse import parse_qs, urlsplit

import click

from firstdose.cli.intake import format_option
from firstdose.errors import FirstdoseError, UnknownVersion
from firstdose.lake import Lake
from firstdose.lake.saved_views import find
from firstdose.queries import filters
from firstdose.sentence import sentence
from firstdose.view import RESERVED, View, asked_version, from_params, to_link, version_number
from firstdose.words import _


@click.command()
@click.argument("address")
@format_option
def link(address: str, format_: str) -> None:
    """Explain ADDRESS, a link to a page or a saved view: what it shows, and what of it is left out."""
    from firstdose.ui.menu import HOME, PAGES

    lake = Lake.open()
    path, query = _parts(lake, address)
    page = path or HOME
    if page not in PAGES:
        raise FirstdoseError(
            _("There is no page “{page}”. Pages: {pages}.").format(page=page, pages=", ".join(PAGES))
        )
    params = {
        key: values for key, values in parse_qs(query, keep_blank_values=True).items() if key not in RESERVED
    }
    view, told = _read(lake, page, params)
    refused = [{"key": part.key, "value": part.value, "why": part.why} for part in view.refused]
    rows = [(_("Page"), _(PAGES[page])), *told]
    rows += [(_("Left out"), part["why"]) for part in refused]
    lines = [f"{label}: {text}" for label, text in [*rows, (_("In full"), to_link(view))]]
    if format_ == "json":
        answer = {"page": page, "link": to_link(view), "refused": refused, "says": dict(told)}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(lines))


def _parts(lake: Lake, address: str) -> tuple[str, str]:
    """Path without slashes and query of an address; those of its view when it is a short one."""
    parts = urlsplit(address)
    path = parts.path.strip("/")
    if not path.startswith("v/"):
        return path, parts.query
    found = find(lake, path.removeprefix("v/"))
    if found is None:
        raise FirstdoseError(_("There is no saved view at this address."))
    if found.retired_by:
        raise FirstdoseError(
            _("The saved view “{name}” was retired by {by} on {day}.").format(
                name=found.name, by=found.retired_by, day=found.retired_at[:10]
            )
        )
    whole = urlsplit(found.link)
    return whole.path.strip("/"), whole.query


def _read(lake: Lake, page: str, params: dict[str, list[str]]) -> tuple[View, list[tuple[str, str]]]:
    """The view of the keys of a link, and what it says, as pairs of label and words."""
    asked, versions = asked_version(params), [one.version for one in lake.versions()]
    if not versions:
        raise FirstdoseError(_("Nothing is published yet: no link opens anything."))
    number = versions[-1] if asked is None else version_number(asked)
    if number not in versions:
        raise UnknownVersion(
            _("There is no data version “{asked}”. The newest is {newest}.").format(
                asked=(asked or "")[:60], newest=versions[-1]
            ),
            versions[-1],
        )
    session = lake.session(number)
    known = filters.known(session, page, versions)
    view = from_params(params, page, known)
    words = sentence(view, known, len(filters.chosen_programs(session, view)))
    pinned = _("pinned to version {n}") if view.version else _("live: follows new data, now version {n}")
    told = [(_("Filters"), words), (_("Data"), pinned.format(n=number))]
    told.append((_("Report day"), (view.as_of or session.as_of).isoformat()))
    if view.chart:
        told.append((_("Card"), view.chart))
    told += [(_("Key {name}").format(name=name), value) for name, value in view.keys if value]
    return view, told


commands = (link,)
