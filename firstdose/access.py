"""Who may do what, and whose rows they see: roles, scopes, and what a rules file grants.

A role says which actions somebody may take, a scope which rows they ever hold. Whoever no rule names is
granted nothing. The one user of a dashboard of their own may do everything and notices nothing of this.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Literal, get_args

from firstdose.errors import FirstdoseError
from firstdose.words import N_, _

Role = Literal["guest", "viewer", "editor", "approver", "steward"]
#: The roles that a rules file gives; ``guest`` is whoever came by a partner link.
ROLES: tuple[Role, ...] = get_args(Role)[1:]

Leave = Literal["yes", "whole", "no"]
Action = Literal[
    "view", "export", "save view", "upload", "publish", "share link", "revoke link",
    "approve", "name version", "restore", "see audit", "verify", "view as",
]  # fmt: skip

#: Who may do what, a column for each role in order. ``whole`` stands for those of the role whose scope is
#: everything: what they do touches every row of the lake, or tells of it.
_TABLE: dict[Action, tuple[Leave, ...]] = {
    #                guest  viewer editor approver steward
    "view":          ("yes", "yes", "yes", "yes", "yes"),
    "export":        ("yes", "yes", "yes", "yes", "yes"),
    "save view":     ("no",  "yes", "yes", "yes", "yes"),
    "upload":        ("no",  "no",  "yes", "yes", "yes"),
    "publish":       ("no",  "no",  "yes", "yes", "yes"),
    "share link":    ("no",  "no",  "no",  "yes", "yes"),
    "revoke link":   ("no",  "no",  "no",  "yes", "yes"),
    "approve":       ("no",  "no",  "no",  "whole", "whole"),
    "name version":  ("no",  "no",  "no",  "whole", "whole"),
    "restore":       ("no",  "no",  "no",  "whole", "whole"),
    "see audit":     ("no",  "no",  "no",  "no",  "whole"),
    "verify":        ("no",  "no",  "no",  "no",  "whole"),
    "view as":       ("no",  "no",  "no",  "no",  "whole"),
}  # fmt: skip
MATRIX: dict[Action, dict[Role, Leave]] = {
    action: dict(zip(get_args(Role), said, strict=True)) for action, said in _TABLE.items()
}

#: The roles and actions in words.
ROLE_NAMES: dict[Role, str] = {
    "guest": N_("guest of a partner link"),
    "viewer": N_("viewer"),
    "editor": N_("editor"),
    "approver": N_("approver"),
    "steward": N_("steward"),
}
ACTION_NAMES: dict[Action, str] = {
    "view": N_("see pages"),
    "export": N_("take pages and tables away"),
    "save view": N_("save a view"),
    "upload": N_("bring files"),
    "publish": N_("publish"),
    "share link": N_("make a partner link"),
    "revoke link": N_("revoke a partner link"),
    "approve": N_("publish as the second person"),
    "name version": N_("name a data version"),
    "restore": N_("restore a data version"),
    "see audit": N_("see the audit chain"),
    "verify": N_("verify everything stored"),
    "view as": N_("see what somebody else sees"),
}


class Denied(FirstdoseError):  # noqa: N818 (what happened, said as the tree of errors does)
    """Somebody asked for what no rule grants them; the message says what, why and whom to ask."""

    code = "denied"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows somebody may hold; none for a limit that is not set.

    ``programs`` and ``partners`` are ids, and a row must lie within both. ``tables`` are the tables shown at
    all. ``also`` names tables whose rows without a program (or partner) are shown as well: by default nobody
    with a limit sees what belongs to no one in particular. ``version`` is the one data version there is.
    """

    programs: frozenset[str] | None = None
    partners: frozenset[str] | None = None
    tables: frozenset[str] | None = None
    also: frozenset[str] = frozenset()
    version: int | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is held back."""
        return self == EVERYTHING

    @property
    def digest(self) -> str:
        """What sets this scope apart from every other: 16 hex digits; empty for everything."""
        return "" if self.everything else _digest(self)

    def as_text(self) -> str:
        """The scope as JSON of one form."""
        told = {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(self).items()
        }
        return json.dumps(told, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "Scope":
        """A scope from its text; ``ValueError`` or ``TypeError`` for anything else."""
        told = json.loads(text)
        sets = {name: frozenset(value) for name, value in told.items() if isinstance(value, list)}
        return cls(**told | sets)

    def within(self, other: "Scope") -> "Scope":
        """What both let through."""
        version = self.version if other.version is None else other.version
        if None not in (self.version, other.version) and self.version != other.version:
            version = 0  # there is no such version
        also = self.also if other.everything else other.also if self.everything else self.also & other.also
        return Scope(
            _both(self.programs, other.programs),
            _both(self.partners, other.partners),
            _both(self.tables, other.tables),
            also,
            version,
        )

    def in_words(self) -> str:
        """The scope in the reader's language."""
        if self.everything:
            return _("everything")
        parts = [
            f"{label}: {', '.join(sorted(names)) or '–'}"
            for label, names in (
                (_("programs"), self.programs),
                (_("partners"), self.partners),
                (_("tables"), self.tables),
                (_("also, without program or partner"), self.also or None),
            )
            if names is not None
        ]
        if self.version is not None:
            parts.append(_("data version {n} only").format(n=self.version))
        return "; ".join(parts)


@lru_cache(maxsize=256)
def _digest(scope: Scope) -> str:
    return hashlib.sha256(scope.as_text().encode()).hexdigest()[:16]


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


EVERYTHING = Scope()
NOTHING = Scope(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody was granted: role, scope, the pages where they are limited, and why, in words."""

    role: Role
    scope: Scope
    why: str = field(default="", compare=False)
    pages: frozenset[str] | None = None


#: What the one user of a dashboard of their own may do: everything.
ALL = Grant("steward", EVERYTHING)


def allows(grant: Grant, action: Action) -> bool:
    """Whether a grant lets somebody take an action."""
    said = MATRIX[action][grant.role]
    return said == "yes" or (said == "whole" and grant.scope.everything)


def may(grant: Grant, action: Action) -> None:
    """Let somebody take an action, or say why not: ``Denied``."""
    if not allows(grant, action):
        raise Denied(f"{refusal(grant, action)} {remedy(grant, action)}")


def refusal(grant: Grant, action: Action) -> str:
    """Why an action is refused, in words."""
    what, role = _(ACTION_NAMES[action]), _(ROLE_NAMES[grant.role])
    if MATRIX[action][grant.role] == "whole":
        said = _("Not allowed: “{action}” is for who may see everything, and you may see {scope}.")
        return said.format(action=what, scope=grant.scope.in_words())
    return _("Not allowed: the role “{role}” may not “{action}”.").format(role=role, action=what)


def remedy(grant: Grant, action: Action) -> str:
    """Whom to ask for it."""
    if grant.role == "guest":
        return _("A partner link only shows; ask whoever sent it.")
    needed = [_(ROLE_NAMES[role]) for role in ROLES if MATRIX[action][role] != "no"]
    return _("Ask a steward to do it, or the operator for one of these roles: {roles}.").format(
        roles=_(", ").join(needed)
    )


def may_open(grant: Grant, page: str) -> None:
    """Let somebody open a page, or say why not: ``Denied``."""
    may(grant, "view")
    if grant.pages is not None and page not in grant.pages:
        raise Denied(_("This page is not part of what was shared with you."))


def within(grant: Grant, wanted: Scope) -> None:
    """Let somebody hand on a scope that is no wider than their own: ``Denied`` else."""
    if wanted.within(grant.scope) != wanted:
        said = _("Not allowed: what you want to share is wider than what you may see ({scope}).")
        raise Denied(said.format(scope=grant.scope.in_words()))


def may_end(grant: Grant, *, shows_within: bool) -> None:
    """Let somebody end a link that shows no more than they may see: ``Denied`` else."""
    may(grant, "revoke link")
    if not shows_within:
        said = _("Not allowed: this link shows more than what you may see ({scope}).")
        raise Denied(said.format(scope=grant.scope.in_words()))
