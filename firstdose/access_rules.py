"""The rules file: who gets which role and whose rows, from top to bottom; the first rule that fits counts.

::

    [[rule]]
    who = ["kenji@forge.example", "group:forge-cmc"]
    role = "editor"
    partners = ["FORGE"]
    programs = "*"

``who`` are ids as the sign-in tells them, ``group:`` a group, ``*`` whoever is signed in. ``partners`` and
``programs`` have to be said, ``"*"`` for all; ``tables`` and ``also`` may be left out.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from firstdose.access import ALL, ROLES, Denied, Grant, Role, Scope
from firstdose.contracts import contracts
from firstdose.errors import FirstdoseError
from firstdose.who import Who
from firstdose.words import _

SETTING = "FIRSTDOSE_ROLES"
FILE = "roles.toml"
_KEYS = ("who", "role", "partners", "programs", "tables", "also")
_HEAD = re.compile(r"^\s*\[\[\s*rule\s*\]\]")
_GROUP = "group:"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: whom it names, what it grants, and the line where it begins."""

    line: int
    who: frozenset[str]
    role: Role
    scope: Scope

    def names(self, who: Who) -> str:
        """The name by which the rule means somebody; empty when it does not."""
        name = who.id.casefold()
        if name in self.who and name != "*" and not name.startswith(_GROUP):  # an id is no group by its looks
            return name
        groups = sorted(f"{_GROUP}{group.casefold()}" for group in who.groups)
        return next((name for name in (*groups, "*") if name in self.who), "")


class RulesError(FirstdoseError):
    """The rules file is not written as rules are; the message says every place and its remedy."""

    code = "roles"


def path(folder: Path) -> Path:
    """Where the rules file lies: where the setting says, else beside the lake."""
    named = os.environ.get(SETTING)
    return Path(named).expanduser() if named else folder / FILE


def grant(who: Who, file: Path) -> Grant:
    """What somebody is granted; ``Denied`` when no rule names them, ``RulesError`` for a file not understood.

    The one user of a dashboard of their own gets everything, whatever the file says.
    """
    if who.method == "local":
        return ALL
    rules = of_file(file)
    for rule in rules:
        if name := rule.names(who):
            return Grant(rule.role, rule.scope, _why(file, rule, name))
    raise Denied(unnamed(who, file, has_rules=bool(rules)))


def _why(file: Path, rule: Rule, name: str) -> str:
    said = _("{file}, line {line}: the first rule that fits names “{name}”.")
    return said.format(file=file.name, line=rule.line, name=name)


def unnamed(who: Who, file: Path, *, has_rules: bool) -> str:
    """Why somebody whom no rule names sees nothing, and what the operator does about it."""
    if not has_rules:
        said = _(
            "Nobody has a role yet, so nothing is shown. The operator writes the rules to {file} "
            "(docs/operating.md) and checks them with “firstdose roles check”."
        )
        return said.format(file=file)
    said = _("No rule of {file} names “{who}”, so nothing is shown. Ask the operator to add a rule.")
    return said.format(file=file.name, who=who.id)


def of_file(file: Path) -> tuple[Rule, ...]:
    """The rules of a file, none when there is no file; ``RulesError`` names every fault in it."""
    try:
        told = file.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise RulesError(_unreadable(file, error)) from error
    return _read(file, told.st_mtime_ns, told.st_size, told.st_ino)


def _unreadable(file: Path, error: Exception) -> str:
    said = _("The rules file {file} cannot be read: {why}")
    return said.format(file=file, why=getattr(error, "strerror", None) or str(error))


@lru_cache(maxsize=8)
def _read(file: Path, *_stamp: int) -> tuple[Rule, ...]:
    try:
        return parse(file.read_text(encoding="utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError(_unreadable(file, error)) from error


def parse(text: str, name: str = FILE) -> tuple[Rule, ...]:
    """The rules of a text; ``RulesError`` with every fault, its line and its remedy."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(_("{file} is no TOML: {why}").format(file=name, why=error)) from error
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines, 1) if _HEAD.match(line)]
    raw = told.get("rule", [])
    faults = [_fault(lines, key, (1, len(lines))) for key in told if key != "rule"]
    if not isinstance(raw, list) or len(heads) != len(raw) or not all(isinstance(one, dict) for one in raw):
        faults.append((1, _("Begin every rule with a line [[rule]] of its own.")))
        raw = []
    rules = []
    for at, one in enumerate(raw):
        block = (heads[at], heads[at + 1] - 1 if at + 1 < len(heads) else len(lines))
        found, wrong = _rule(one, lines, block)
        faults += wrong
        if found is not None:
            rules.append(found)
    if faults:
        head = _("The rules file {file} is not understood; nobody gets in until it is:").format(file=name)
        said = [_("line {n}: {fault}").format(n=line, fault=fault) for line, fault in sorted(faults)]
        raise RulesError("\n".join([head, *(f"- {one}" for one in said)]))
    return tuple(rules)


def _line(lines: list[str], key: str, block: tuple[int, int]) -> int:
    """The line within a block that says a key; the first of the block when none does."""
    says = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=")
    return next((n for n in range(block[0], block[1] + 1) if says.match(lines[n - 1])), block[0])


def _fault(lines: list[str], key: str, block: tuple[int, int]) -> tuple[int, str]:
    said = _("“{key}” is no key of a rule; write one of {keys}.")
    return _line(lines, key, block), said.format(key=key, keys=", ".join(_KEYS))


def _rule(
    told: Mapping[str, Any], lines: list[str], block: tuple[int, int]
) -> tuple[Rule | None, list[tuple[int, str]]]:
    """A rule, or every fault in it with its line."""
    faults = [_fault(lines, key, block) for key in told if key not in _KEYS]

    def wrong(key: str, said: str) -> None:
        faults.append((_line(lines, key, block), said))

    who = _texts(told.get("who"))
    if not who:
        wrong("who", _('Say whom the rule means: who = ["name@example.org", "group:cmc"].'))
    role = told.get("role")
    if role not in ROLES:
        wrong("role", _("Say a role: one of {roles}.").format(roles=", ".join(ROLES)))
    limits: dict[str, frozenset[str] | None] = {}
    for key in ("partners", "programs", "tables"):
        value = told.get(key, "*" if key == "tables" else None)
        names = _texts(value)
        if value == "*":
            limits[key] = None
        elif not names or "*" in names:
            said = _('Say {key} as a list of ids, or {key} = "*" for all of them.')
            wrong(key, said.format(key=key))
        else:
            limits[key] = frozenset(names)
    also = _texts(told.get("also", [])) if told.get("also") else ()
    if told.get("also") and not also:
        wrong("also", _("Say {key} as a list of tables.").format(key="also"))
    for key, named in (("tables", limits.get("tables")), ("also", also)):
        for table in sorted(set(named or ()) - set(contracts())):
            wrong(key, _("There is no table “{table}”.").format(table=table))
    if faults:
        return None, faults
    scope = Scope(limits["programs"], limits["partners"], limits["tables"], frozenset(also))
    meant = frozenset(name.strip().casefold() for name in who)
    return Rule(block[0], meant, next(one for one in ROLES if one == role), scope), []


def _texts(value: Any) -> tuple[str, ...]:
    """A list of texts, or one text alone; nothing when it is neither or an empty one is among them."""
    listed: Iterable[Any] = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    found = tuple(listed)
    return found if all(isinstance(one, str) and one.strip() for one in found) else ()
