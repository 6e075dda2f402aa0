"""Questions asked of a session: one SQL file a question, bound values, one frame back.

``ask`` is the only way SQL reaches the engine. Data versions never change, so an answer is kept by
(store, version, question, values) and can never be stale.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib import resources
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from firstdose.errors import IntegrityError, StoreError
from firstdose.lake import derived
from firstdose.place import shown
from firstdose.queries import picking
from firstdose.view import View
from firstdose.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstdose.lake import Session

# Answers are small and said row by row: with text in Arrow the same pages take a quarter longer (measured).
pd.set_option("mode.string_storage", "python")

_KEPT = 512
LONGEST_SECONDS = 5  # a question that needs more holds up every other reader; our convention
#: Without rows by store and question alone, where the answer without filters has too many to pick from.
_answers: "OrderedDict[tuple[Any, ...], pd.DataFrame]" = OrderedDict()
_guard = Lock()


@dataclass(frozen=True, slots=True)
class Asked:
    """Why a frame says what it says: the question, its SQL, the values bound and the data version."""

    name: str
    sql: str
    values: tuple[tuple[str, Any], ...]
    version: int
    as_of: date

    def __deepcopy__(self, memo: dict[int, Any]) -> "Asked":
        """Itself, for it never changes: pandas copies ``attrs`` deeply at every step."""
        return self

    def pasteable(self) -> str:
        """The SQL with its values written in, to run as pasted in any DuckDB client over the same tables."""
        text = self.sql
        made = derived.views("", "temp view")
        if any(name in text for name in derived.NAMES):
            text = ";\n\n".join((*made, text))
        for name, value in sorted(self.values, key=lambda pair: -len(pair[0])):
            text = text.replace(f"${name}", _literal(value))
        return text


def _literal(value: Any) -> str:
    """A bound value as SQL text, for showing only: answers are always computed with bound values."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_literal(item) for item in value) + "]::varchar[]"
    return "'" + str(value).replace("'", "''") + "'"


@cache
def read_sql(name: str) -> str:
    """The text of ``<area>/<question>.sql`` named ``area.question``."""
    area, question = name.split(".")
    return (resources.files("firstdose.queries") / area / f"{question}.sql").read_text(encoding="utf-8")


@cache
def _parameters(sql: str) -> tuple[str, ...]:
    """The names a statement binds, in alphabetical order."""
    return tuple(sorted(duckdb.extract_statements(sql)[0].named_parameters))


def ask(name: str, session: "Session", view: "View", **more: Any) -> "pd.DataFrame":
    """Ask one question of a session; the frame's ``attrs["asked"]`` holds the ``Asked`` that made it.

    ``more`` adds values that are no part of the view; ``$chosen`` stands for the programs that the filters of
    the view let through, by one rule for every question, unless ``more`` names them. DuckDB refuses missing
    and excess values, so exactly those the statement names are bound; a name that neither has is a
    ``KeyError``.
    """
    sql = read_sql(name)
    known = view.sql_values(session.as_of) | more
    if "chosen" in _parameters(sql) and "chosen" not in more:
        known["chosen"] = chosen(session, view)
    bound = {key: known.get(key) if key in OPTIONAL else known[key] for key in _parameters(sql)}
    frame = _kept(name, session, bound, known).copy(deep=False)  # cheap: pandas copies on write
    frame.attrs = {"asked": Asked(name, sql, _listed(bound), session.version, known["as_of"])}
    return frame


def _kept(name: str, session: "Session", bound: dict[str, Any], known: dict[str, Any]) -> "pd.DataFrame":
    """The answer as it is kept; made at the first call, from that without filters where the file says how."""
    kept = _look(identity := (session.store, session.version, name, _listed(bound)))
    if kept is not None:
        return kept
    rules = picking.rules(read_sql(name))
    whole = picking.widened(rules, bound, partial(chosen, session, View()))
    every = _every_row(name, session, whole) if whole != bound else None
    if every is None:
        return _keep(identity, _answer(name, session, bound))
    return _keep(identity, picking.pick(every, rules, known | bound))


def _every_row(name: str, session: "Session", whole: dict[str, Any]) -> "pd.DataFrame | None":
    """The answer without filters, to pick rows from; none where it has too many rows to be kept for that.

    Too many in one version are taken for too many in all of a store, so that this is found out once.
    """
    kept = _look(identity := (session.store, session.version, name, _listed(whole)))
    large = (session.store, name)
    if kept is not None or _look(large) is not None:
        return kept
    frame = _answer(name, session, whole, picking.MOST_ROWS + 1)
    if len(frame) <= picking.MOST_ROWS:
        return _keep(identity, frame)
    _keep(large, frame.head(0))
    return None


def _look(identity: tuple[Any, ...]) -> "pd.DataFrame | None":
    with _guard:
        if identity in _answers:
            _answers.move_to_end(identity)
        return _answers.get(identity)


def _keep(identity: tuple[Any, ...], frame: "pd.DataFrame") -> "pd.DataFrame":
    with _guard:
        _answers[identity] = frame
        while len(_answers) > _KEPT:
            _answers.popitem(last=False)
    return frame


def _answer(
    name: str, session: "Session", bound: dict[str, Any], at_most: int | None = None
) -> "pd.DataFrame":
    """What the engine answers; its ``attrs["kinds"]`` say how rows picked from it are typed."""
    sql = read_sql(name)
    limited = sql if at_most is None else f"{sql}\nlimit {at_most}"  # every question ends in its order
    with session.asking() as cursor:  # its own for this call: a shared one answers wrongly under threads
        read = _read_wide if name in _WIDE else duckdb.DuckDBPyConnection.df
        frame = _in_time(cursor, cursor.extract_statements(limited)[0], bound, read)
        if picking.rules(sql):
            frame.attrs["kinds"] = picking.kinds(cursor, frame, name in _WIDE)
    return frame


def _listed(bound: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in bound.items())


def chosen(session: "Session", view: "View") -> list[str]:
    """The programs that the shared filters of a view let through, by id."""
    programs: list[str] = ask("filters.chosen_programs", session, view)["program_id"].tolist()
    return programs


def _in_time(
    cursor: duckdb.DuckDBPyConnection,
    statement: duckdb.Statement,
    bound: dict[str, Any],
    read: "Callable[[duckdb.DuckDBPyConnection], pd.DataFrame]",
) -> "pd.DataFrame":
    """The answer of one statement, or ``StoreError`` when it takes longer than ``LONGEST_SECONDS``.

    ``IntegrityError`` when stored data cannot be read.
    """
    # The timer's thread must not be the last to hold the cursor: a process that ended just then was aborted.
    asking = [cursor]

    def give_up() -> None:
        for one in asking:
            one.interrupt()

    stop = Timer(LONGEST_SECONDS, give_up)
    stop.daemon = True
    stop.start()
    try:
        return read(cursor.execute(statement, bound))
    except duckdb.InterruptException as error:
        raise StoreError(
            _("A question took more than {n} seconds and was stopped; choose fewer programs.").format(
                n=LONGEST_SECONDS
            )
        ) from error
    except duckdb.IOException as error:  # large results are read from their file at every question
        raise IntegrityError(
            _("The stored data cannot be read: {why}").format(why=shown(str(error)))
        ) from error
    finally:
        stop.cancel()
        asking.clear()


def _read_wide(answer: duckdb.DuckDBPyConnection) -> "pd.DataFrame":
    """An answer of many columns of text, through Arrow, which hands text over as it lies."""
    frame: pd.DataFrame = answer.to_arrow_table().to_pandas(date_as_object=False)
    days = frame.select_dtypes("datetime").columns
    return frame.astype(dict.fromkeys(days, "datetime64[us]"))


#: Questions whose answer is thousands of rows of text: measured on 30,000, 120 ms through Arrow, else 330.
#: Their columns are texts, days, truths and integers alone, which Arrow gives as the engine itself does.
_WIDE = frozenset({"readiness.network", "readiness.library", "readiness.checklist"})

#: Page keys a question may name although the view does not carry them: absent means all.
OPTIONAL: frozenset[str] = frozenset({"blocks", "gate", "state"})
