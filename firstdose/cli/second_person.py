"""Four eyes on the command line: publish with a second person's name, or submit what waits for one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from firstdose.cli.intake import print_checked
from firstdose.errors import FirstdoseError, PublishError
from firstdose.intake.profile_files import saved
from firstdose.intake.receive import check_files
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Draft, Drafts, Lake, four_eyes, prepare
from firstdose.lake.draft import COMMAND_LINE
from firstdose.lake.prepare import Prepared, submit
from firstdose.words import _

_Command = TypeVar("_Command", bound=Callable[..., Any])


def second_person_options(command: _Command) -> _Command:
    """``--submit`` and ``--approved-by NAME``, of which four eyes asks for one."""
    submitting = click.option(
        "--submit", is_flag=True, help="With four eyes: let it wait on the Data page for a second person."
    )
    approving = click.option(
        "--approved-by", metavar="NAME", help="The second person, who agreed and is not the first."
    )
    return submitting(approving(command))


def may_publish(options: dict[str, Any]) -> bool:
    """Whether to publish at once; false when it is to be submitted.

    ``PublishError`` with the remedy when four eyes asks for a second person and none is named; a usage error
    when both options are given, or one that the setting does not know.
    """
    if options["submit"] and options["approved_by"] is not None:
        raise click.UsageError(_("Give --submit or --approved-by, not both: one waits, the other publishes."))
    if options["submit"] and not four_eyes.asked():
        raise click.UsageError(
            _("--submit is for four eyes: set {setting}=1, or publish without it.").format(
                setting=four_eyes.SETTING
            )
        )
    if four_eyes.asked() and not options["submit"] and options["approved_by"] is None:
        raise PublishError(
            _(
                "Nothing was published: {setting}=1 asks for a second person. Add --submit to let it wait on "
                "the Data page, or --approved-by NAME of somebody else who agreed."
            ).format(setting=four_eyes.SETTING)
        )
    return not options["submit"]


def submitted(draft: Draft, format_: str) -> None:
    """Print that a draft waits, and where."""
    text = _("Submitted: it waits on the data page for a second person to publish it.")
    told = {"submitted": draft.id, "by": draft.by, "why": draft.why}
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if format_ == "json" else text)


def submit_files(
    paths: tuple[Path, ...], author: Author, scope: Scope, format_: str, options: dict[str, Any]
) -> None:
    """Check files as a publish would and let them wait as a draft; what is refused is told, exit 1."""
    lake = Lake.open()
    if options["profile"]:
        raise click.UsageError(
            _(
                "A draft is read with saved profiles: put the profile into {folder} and leave out --profile."
            ).format(folder=lake.place.profiles)
        )
    checked = check_files(
        paths,
        existing=lake.existing(),
        as_of=author.as_of,
        scope=scope,
        profiles=saved(lake.place.profiles).profiles,
        personal_ok=frozenset(options["personal_ok"]),
        **{name: options[name] for name in ("table", "encoding", "sheet")},
    )
    if not checked.ok:
        print_checked(checked, format_)
        raise SystemExit(1)
    drafts = Drafts(lake.place)
    draft = drafts.begin(COMMAND_LINE)
    try:
        draft = _filled(drafts, draft, checked.received, author, scope, options)
        _worth_a_look(prepare(lake, drafts, draft), scope)
        submitted(submit(lake, drafts, draft), format_)
    except FirstdoseError:
        drafts.drop(draft)
        raise


def _filled(
    drafts: Drafts,
    draft: Draft,
    received: tuple[Path, ...],
    author: Author,
    scope: Scope,
    options: dict[str, Any],
) -> Draft:
    """A draft with the files as received and all that is said about them."""
    draft = drafts.change(
        draft,
        scope=scope,
        by=author.by.strip(),
        why=author.why.strip(),
        name=author.name or "",
        as_of=author.as_of.isoformat(),
        not_personal=tuple(options["personal_ok"]),
    )
    for path in received:
        draft = drafts.add(draft, path.name, path.read_bytes(), table=options["table"])
    for file in draft.files:
        draft = drafts.read_as(draft, file.number, encoding=options["encoding"], sheet=options["sheet"])
    return draft


def _worth_a_look(ready: Prepared, scope: Scope) -> None:
    """Refuse what nobody could publish later: no change at all, or a mass removal that was not said."""
    if ready.seen is None or ready.seen.session is None:
        return
    if not ready.seen.differences:
        raise PublishError(
            _("Nothing changed: version {n} already holds this content.").format(n=ready.based_on)
        )
    for one in ready.seen.differences:
        if one.removes_much and not scope.allow_removals:
            raise PublishError(
                _(
                    "{removed} of {rows} rows of {table} would be removed, more than 20 %: "
                    "publish with --allow-removals if that is meant."
                ).format(removed=one.counts.removed, rows=one.rows_before, table=one.table)
            )
