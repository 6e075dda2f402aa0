"""From a draft to what its maker sees before publishing: files read, judged, laid over the newest version.

What was prepared lies in the draft's own folder and is used as it is by the publish, so what was previewed is
what is published.
"""

import errno
import hashlib
import os
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Lock

import duckdb

from firstdose.access import Scope
from firstdose.errors import IntakeError, Issue, StoreError
from firstdose.intake.paths import decode_paths
from firstdose.intake.profile import Profile
from firstdose.intake.profile_files import saved, write
from firstdose.intake.receive import Checked, Refused, receive
from firstdose.intake.staged import Staged
from firstdose.lake.draft import Draft, Drafts
from firstdose.lake.narrowed import NarrowedLake, narrowed
from firstdose.lake.preview import Preview
from firstdose.lake.publish import EXACTLY, Author, Overtaken, Published
from firstdose.lake.session import write as write_tables
from firstdose.lake.store import Lake
from firstdose.place import Place, reason
from firstdose.words import _

Say = Callable[[str, float], None]
_LEAST_FREE = 1_000_000  # bytes; our convention
_KEPT = 8  # drafts whose preview stays in memory


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft read and judged; ``seen`` is what publishing it would do, none while a file has an error.

    ``set_aside`` tells of saved mapping profiles that could not be read and were not used.
    """

    staged: Mapping[int, Staged | IntakeError]
    checked: Checked
    tables: Mapping[str, Path]
    based_on: int
    seen: Preview | None
    set_aside: tuple[Issue, ...] = ()


_prepared: "OrderedDict[tuple[str, str, str, date, int, tuple[str, ...], tuple[Issue, ...]], Prepared]" = (
    OrderedDict()
)
_locks: dict[str, Lock] = {}
_guard = Lock()


def prepare(lake: Lake, drafts: Drafts, draft: Draft, say: Say = lambda _step, _share: None) -> Prepared:
    """Read, judge and preview a draft; ``say`` is told each step with the share done (0 to 1).

    The same draft on the same newest version is prepared once a process.
    """
    lake = as_its_maker(lake, draft)
    newest = lake.newest()
    found = saved(lake.place.profiles)
    profiles = found.profiles
    day = _report_day(lake, draft, newest)
    told = tuple(map(write, profiles))
    identity = (lake.store, draft.id, draft.digest(), day, newest, told, found.set_aside)
    with _guard:
        lock = _locks.setdefault(draft.id, Lock())
    with lock:  # two tabs of one reader wait for one that prepares
        with _guard:
            if identity in _prepared:
                _prepared.move_to_end(identity)
                return _prepared[identity]
        key = hashlib.sha256(repr(identity).encode()).hexdigest()[:24]
        try:
            with lake.place.written():
                done = _prepare(lake, drafts, draft, day, newest, profiles, key, say)
        except duckdb.IOException as error:
            said = _("The store {place} cannot be written: {why}.")
            raise StoreError(said.format(place=lake.place.folder, why=reason(error))) from error
        done = replace(done, set_aside=found.set_aside)
        with _guard:
            _prepared[identity] = done
    with _guard:
        gone = [_prepared.popitem(last=False)[1] for _more in range(len(_prepared) - _KEPT)]
    for old in gone:
        if old.seen is not None:
            old.seen.forget()
    return done


def _report_day(lake: Lake, draft: Draft, newest: int) -> date:
    """The report day of what a draft becomes on top of a version.

    What waits for a second person sets none back that was published meanwhile: its maker could not know of
    it. An earlier one that they said on purpose stays, and so does that of a version to restore.
    """
    if draft.state != "submitted" or draft.restores is not None or newest <= draft.submitted_on:
        return draft.report_day
    return max(draft.report_day, lake.version(newest).as_of)


def _prepare(
    lake: Lake,
    drafts: Drafts,
    draft: Draft,
    day: date,
    newest: int,
    profiles: tuple[Profile, ...],
    key: str,
    say: Say,
) -> Prepared:
    work = drafts.workplace(draft)
    author = Author(draft.by, draft.why, day, draft.name or None)
    if draft.restores is not None:
        tables = write_tables(lake.session(draft.restores), work)
        return Prepared({}, Checked(()), tables, newest, lake.preview(tables, author, draft.scope, key))
    paths = {file.number: drafts.path(draft, file) for file in draft.files}
    say(_("Reading the files"), 0.1)
    staged: dict[int, Staged | IntakeError] = {}
    for how in {(file.encoding, file.sheet) for file in draft.files}:
        alike = [file for file in draft.files if (file.encoding, file.sheet) == how]
        folder = work / f"staged-{alike[0].number}"
        folder.mkdir(exist_ok=True)
        read = decode_paths(
            [paths[file.number] for file in alike],
            folder,
            encoding=how[0],
            sheet=how[1],
            profiles=profiles,
            names={paths[file.number]: file.name for file in alike},
        )
        staged |= {file.number: read[paths[file.number]] for file in alike}
    _room(lake.place, staged.values())
    say(_("Checking every cell, key and reference"), 0.4)
    tables = {}
    try:
        with receive(
            list(paths.values()),
            existing=lake.existing(),
            as_of=day,
            scope=draft.scope,
            decoded={paths[number]: one for number, one in staged.items()},
            profiles=profiles,
            personal_ok=frozenset(draft.not_personal),
            known={paths[file.number]: file.table for file in draft.files if file.table},
        ) as checked:
            for name, typed in checked.tables.items():
                tables[name] = work / f"typed-{name}.parquet"
                shutil.move(typed, tables[name])
    except Refused as refused:
        return Prepared(staged, refused.checked, {}, newest, None)
    say(_("Comparing with version {n}").format(n=newest), 0.8)
    return Prepared(staged, checked, tables, newest, lake.preview(tables, author, draft.scope, key))


def submit(lake: Lake, drafts: Drafts, draft: Draft) -> Draft:
    """Hand a draft to a second person; ``PublishError`` when it does not say who and why."""
    author = Author(draft.by, draft.why, draft.report_day, by_id=draft.by_id, method=draft.method)
    author.judge()
    more = {"files": len(draft.files)} if draft.restores is None else {"restores": draft.restores}
    lake.note("submit", author, draft.id, **more)
    limit = lake.scope.as_text() if isinstance(lake, NarrowedLake) else draft.limit
    return drafts.change(draft, state="submitted", comment="", limit=limit, submitted_on=lake.newest())


def as_its_maker(lake: Lake, draft: Draft) -> Lake:
    """The lake as both its reader and the maker of a draft may see it: their rows alone are replaced."""
    return narrowed(lake, Scope.from_text(draft.limit)) if draft.limit else lake


def submit_restore(
    lake: Lake, drafts: Drafts, number: int, owner: str, by: str, why: str, **maker: str
) -> Draft:
    """Ask a second person to publish the content of an earlier version as a new one.

    ``maker`` are ``by_id`` and ``method`` of a person signed in.
    ``UnknownVersion`` when there is no such version; ``PublishError`` when who or why are not said well.
    """
    as_of = lake.version(number).as_of
    Author(by, why, as_of).judge()
    draft = drafts.begin(owner)
    asked = {"by": by.strip(), "why": why.strip(), "as_of": as_of.isoformat(), "restores": number, **maker}
    try:
        return submit(lake, drafts, drafts.change(draft, scope=EXACTLY, **asked))
    except StoreError:
        drafts.drop(draft)
        raise


def _room(place: Place, read: Iterable[Staged | IntakeError]) -> None:
    """Blame no file for a full disk: a child that could not write says nothing about what it read."""
    died = any(issue.code == "child-died" for one in read for issue in one.issues)
    if died and shutil.disk_usage(place.folder).free < _LEAST_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def publish(
    lake: Lake, drafts: Drafts, draft: Draft, ready: Prepared, *, approved_by: str | None = None
) -> Published:
    """Publish what was prepared, and forget the draft; ``Overtaken`` when somebody was faster.

    ``approved_by`` is the second person where one was asked for; ``PublishError`` when it is its maker.

    The files as received are kept for good, under their digests.
    """
    author = Author(
        draft.by,
        draft.why,
        _report_day(lake, draft, ready.based_on),
        draft.name or None,
        illustrative=draft.restores is not None and lake.version(draft.restores).illustrative,
        approved_by=approved_by,
        by_id=draft.by_id,
        method=draft.method,
    )
    author.judge()
    lake = as_its_maker(lake, draft)
    if {file.number for file in draft.files} != set(ready.staged):
        raise Overtaken(_("The draft itself changed meanwhile: look again, then publish."))
    originals = [lake.place.keep_original(drafts.path(draft, file)) for file in draft.files]
    done = lake.publish(
        ready.tables,
        author,
        draft.scope,
        sources=originals,
        based_on=ready.based_on,
        restores=draft.restores,
    )
    if ready.seen is not None:
        ready.seen.forget()
    drafts.drop(draft)
    return done
