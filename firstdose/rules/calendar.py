"""The days a partner works: week-ends, the public holidays of its country and its own closures.

A moment is a number of days since 1970-01-01; a working day lasts from its midnight to the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import holidays
import numpy as np
from holidays.registry import EntityLoader

from firstdose.rules.network import Days
from firstdose.words import language

_EPOCH = date(1970, 1, 1).toordinal()
#: Years before and after the report day that a calendar knows; beyond them every moment is their last.
_BACK, _AHEAD = 15, 20
#: Days worked from Monday on, 1 for a day that is: a usual week, and one with shifts on week-ends.
WEEKDAYS, EVERY_DAY = "1111100", "1111111"


def moment_of(day: date) -> float:
    """The midnight at which a day begins."""
    return float(day.toordinal() - _EPOCH)


def day_at(moment: float) -> date:
    """The day a moment belongs to."""
    return date.fromordinal(int(np.floor(moment + 1e-6)) + _EPOCH)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Counts working days: ``worked_by`` at each midnight from ``first`` on, ``opening`` of the n-th one.

    ``works`` is 1 for a day that is worked and 0 for another.
    """

    first: float
    worked_by: Days
    opening: Days
    works: Days

    def _count(self, moment: Days) -> Days:
        at = np.minimum(np.maximum(np.asarray(moment) - self.first, 0.0), len(self.worked_by) - 1.0)
        whole = np.minimum(at.astype(np.int64), len(self.worked_by) - 2)
        at -= whole
        at *= self.works.take(whole, mode="clip")  # a third of the time of [], which checks every place
        at += self.worked_by.take(whole, mode="clip")
        return np.asarray(at)

    def _open(self, count: Days) -> Days:
        """The latest moment at which so many days have been worked."""
        count = np.clip(count, 0.0, len(self.opening) - 1.0)
        whole = np.floor(count + 1e-9).astype(np.int64)
        return np.asarray(self.opening[whole] + np.maximum(count - whole, 0.0))

    def later(self, moment: Days, days: Days) -> Days:
        """The moment at which the work begun then is done: the evening of its last working day."""
        count = np.maximum(self._count(moment) + days, 0.0)
        last = np.ceil(count - 1e-9)  # the working day on which the work ends
        before = np.maximum(last - 1.0, 0.0)
        count -= before
        count += self.opening.take(before.astype(np.int64), mode="clip")
        some = np.asarray(days) > 0
        return count if some.all() else np.asarray(np.where(some, count, moment))

    def earlier(self, moment: Days, days: Days) -> Days:
        """The latest moment to begin so that the work is done by then."""
        begun = self._open(self._count(np.where(np.isfinite(moment), moment, 0.0)) - days)
        begun = np.where(np.asarray(days) > 0, begun, moment)
        return np.asarray(np.where(np.isfinite(moment), np.minimum(begun, moment), moment))

    def opens(self, moment: Days) -> Days:
        """The moment itself in a working day, else the start of the next working day."""
        return np.asarray(np.maximum(self._open(self._count(moment)), moment))

    def worked(self, since: Days, until: Days) -> Days:
        """Days of work between two moments."""
        return np.asarray(self._count(until) - self._count(since))


def work_calendar(
    country: str,
    around: date,
    closures: Iterable[tuple[date, date]] = (),
    *,
    week: str = WEEKDAYS,
    years: tuple[int, int] = (_BACK, _AHEAD),
) -> WorkCalendar:
    """The calendar of a partner: the days of ``week`` without holidays of ``country`` and its closures.

    It knows so many ``years`` before and after that of ``around``.

    A country that the library does not know has week-ends only. Holidays by law are known for some years
    ahead; later years are their rules. Source: library holidays, by ISO 3166-1 alpha-2 code.
    """
    first, last = date(around.year - years[0], 1, 1), date(around.year + years[1], 12, 31)
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    shut = [
        day for since, until in closures for day in np.arange(np.datetime64(since), np.datetime64(until) + 1)
    ]
    off = np.array([*_holidays(country, first.year, last.year), *shut], dtype="datetime64[D]")
    works = np.is_busday(days, weekmask=week, holidays=off)
    counted = np.concatenate([[0.0], np.cumsum(works, dtype=np.float64)])
    opening = np.flatnonzero(works) + moment_of(first)
    return WorkCalendar(moment_of(first), counted, opening.astype(np.float64), works.astype(np.float64))


@cache
def _countries() -> frozenset[str]:
    """The countries that the library knows, without making each of them as its own list does."""
    return frozenset(EntityLoader.get_country_codes())


@lru_cache(maxsize=64)
def _holidays(country: str, first: int, last: int) -> tuple[np.datetime64, ...]:
    if country not in _countries():
        return ()
    found = holidays.country_holidays(country, years=range(first, last + 1))
    return tuple(np.datetime64(day) for day in sorted(found))


@dataclass(frozen=True, slots=True)
class Spell:
    """Days off in a row: first and last day, and what for; week-ends beside them count in."""

    first: date
    last: date
    name: str


def spells(
    country: str, first: date, last: date, closures: Iterable[tuple[date, date, str]] = ()
) -> tuple[Spell, ...]:
    """Public holidays and closures between two days, those that touch (or a week-end between) as one.

    Holidays are named in the reader's language where the library has it, else in English.
    """
    off: dict[date, str] = {}
    if country in _countries():
        years = range(first.year, last.year + 1)
        there = holidays.country_holidays(country).supported_languages
        spoken = next((code for code in (language(), "en_US") if code in there), None)
        for day, name in holidays.country_holidays(country, years=years, language=spoken).items():
            off[day] = str(name)
    for since, until, reason in closures:
        for number in range((until - since).days + 1):
            off[since + timedelta(days=number)] = reason
    found: list[list[date]] = []
    for day in sorted(day for day in off if first <= day <= last):
        if found and _only_weekend(found[-1][-1], day):
            found[-1].append(day)
        else:
            found.append([day])
    return tuple(
        Spell(_back(days[0]), _on(days[-1]), ", ".join(dict.fromkeys(off[day] for day in days if off[day])))
        for days in found
    )


def _only_weekend(since: date, until: date) -> bool:
    """Whether nothing but Saturdays and Sundays lies between two days."""
    between = range(1, (until - since).days)
    return len(between) <= 2 and all((since + timedelta(days=n)).weekday() > 4 for n in between)


def _back(day: date) -> date:
    return day - timedelta(days={0: 2, 6: 1}.get(day.weekday(), 0))


def _on(day: date) -> date:
    return day + timedelta(days={4: 2, 5: 1}.get(day.weekday(), 0))
