"""Days of the plan as an iCalendar feed (RFC 5545) that a calendar subscribes to or takes once.

Every row is an event of a whole day. Its UID is made of the task id alone, so the same task is the same
event in every feed, version and language; SEQUENCE is the number of the data version and LAST-MODIFIED its
time, so a later version moves the event. Lines end in CRLF and are folded at 75 octets, never inside a
character.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from firstdose.words import _

if TYPE_CHECKING:
    import pandas as pd

_OCTETS = 75
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def calendar(rows: "pd.DataFrame", title: str, version: int, published_at: datetime, link: str = "") -> bytes:
    """The feed as UTF-8. ``rows``: task_id, summary, detail (str), due_on (date), is_done (bool).

    ``link`` opens the page behind the feed. Rows without a day are left out.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//firstdose//plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(title)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    stamp = published_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for row in rows[rows["due_on"].notna()].to_dict("records"):
        lines += _event(row["task_id"], row["due_on"], version, stamp)
        lines += [
            f"SUMMARY:{escaped(row['summary'])}",
            f"DESCRIPTION:{escaped(row['detail'])}",
            f"STATUS:{'CONFIRMED' if row['is_done'] else 'TENTATIVE'}",
            "TRANSP:TRANSPARENT",
            *([f"URL:{link}"] if link else []),
            "END:VEVENT",
        ]
    return "".join(folded(line) for line in [*lines, "END:VCALENDAR"]).encode()


def _event(task: str, due_on: date, version: int, stamp: str) -> list[str]:
    day = date(due_on.year, due_on.month, due_on.day)
    return [
        "BEGIN:VEVENT",
        f"UID:{_UNSAFE.sub('_', task)}@tasks.firstdose",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{version}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
    ]


def escaped(text: str) -> str:
    """Data as TEXT of RFC 5545: what has a meaning there is escaped, control characters are gone."""
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(sign, written)
    return plain


def folded(line: str) -> str:
    """A content line in physical lines of at most 75 octets, the later ones behind a blank."""
    parts: list[str] = []
    part, used = "", 0
    for letter in line:
        size = len(letter.encode())
        if used + size > _OCTETS:
            parts.append(part)
            part, used = " ", 1
        part, used = part + letter, used + size
    return "\r\n".join([*parts, part]) + "\r\n"


def summary(program: str, name: str, *, is_done: bool) -> str:
    """The line a calendar shows: what, of which program, and whether it is done."""
    said = f"{program}: {name}" if program else name
    return _("{what} (done)").format(what=said) if is_done else said
