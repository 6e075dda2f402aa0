"""``firstdose roles``: check the rules file, and say why somebody may or may not do something."""

import json
from pathlib import Path
from typing import Any

import click

from firstdose import access, access_rules
from firstdose.access import ACTION_NAMES, MATRIX, ROLE_NAMES, ROLES, Action, Denied
from firstdose.cli.intake import format_option
from firstdose.place import Place
from firstdose.who import Who
from firstdose.words import _, ngettext


@click.group()
def roles() -> None:
    """Who may do what, and whose rows they see: the rules file in words."""


@roles.command()
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Another rules file.")
@format_option
def check(file: Path | None, format_: str) -> None:
    """Say whether the rules file is understood, and what each rule grants."""
    path = file or access_rules.path(Place.at().folder)
    rules = access_rules.of_file(path)
    told = [
        {"line": one.line, "who": sorted(one.who), "role": one.role, "scope": one.scope.in_words()}
        for one in rules
    ]
    if format_ == "json":
        click.echo(json.dumps({"file": str(path), "rules": told}, ensure_ascii=False, indent=1))
        return
    if not rules:
        click.echo(_("{file} holds no rule: whoever signs in sees nothing.").format(file=path))
        return
    said = ngettext("{file} is understood: {n} rule.", "{file} is understood: {n} rules.", len(rules))
    click.echo(said.format(file=path, n=len(rules)))
    for one in rules:
        line = _("line {n}: {who} is {role}, sees {scope}")
        role, who = _(ROLE_NAMES[one.role]), ", ".join(sorted(one.who))
        click.echo("  " + line.format(n=one.line, who=who, role=role, scope=one.scope.in_words()))


@roles.command()
@click.argument("who")
@click.argument("what", type=click.Choice([action.replace(" ", "-") for action in MATRIX]))
@click.option("--group", "groups", multiple=True, help="A group the sign-in tells; repeat for more.")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Another rules file.")
@format_option
def explain(who: str, what: str, groups: tuple[str, ...], file: Path | None, format_: str) -> None:
    """Say whether WHO may do WHAT, by which line, and what they see. Exit 1 when they may not."""
    action: Action = next(one for one in MATRIX if one.replace(" ", "-") == what)
    path = file or access_rules.path(Place.at().folder)
    asker = Who(who.casefold(), who, "oidc", frozenset(groups))
    told: dict[str, Any] = {"who": who, "what": what}
    try:
        granted = access_rules.grant(asker, path)
    except Denied as error:
        told |= {"allowed": False, "why": str(error)}
        lines = [_("No: {who} may not “{what}”.").format(who=who, what=_(ACTION_NAMES[action])), str(error)]
    else:
        allowed = access.allows(granted, action)
        needed = ", ".join(_(ROLE_NAMES[role]) for role in ROLES if MATRIX[action][role] != "no")
        table = _("“{what}” is for these roles: {roles}.").format(what=_(ACTION_NAMES[action]), roles=needed)
        sees = _("Role: {role}. Sees: {scope}.").format(
            role=_(ROLE_NAMES[granted.role]), scope=granted.scope.in_words()
        )
        yes, no = _("Yes: {who} may “{what}”."), _("No: {who} may not “{what}”.")
        verdict = (yes if allowed else no).format(who=who, what=_(ACTION_NAMES[action]))
        why = table if allowed else f"{access.refusal(granted, action)} {table}"
        lines = [verdict, granted.why, sees, why]
        told |= {"allowed": allowed, "role": granted.role, "rule": granted.why, "why": why}
        told |= {"scope": granted.scope.in_words()}
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if format_ == "json" else "\n".join(lines))
    if not told["allowed"]:
        raise SystemExit(1)


commands = (roles,)
