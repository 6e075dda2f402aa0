"""What is taken away from a page: its cards as they were seen, and the stamp that says where they come from.

Workbook, deck, report and files are written from one ``Artefact`` and from nothing else, so they cannot
differ from each other or from the screen.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from firstdose.exports.table import to_csv
from firstdose.words import _, say_date

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from firstdose.rules.overview import Headline


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where an artefact comes from: page, filters, data, person, moment.

    ``link`` is pinned to ``version`` and ``as_of``; ``chain`` is the head of the audit chain that the version
    was published with; ``at`` is UTC.
    """

    page: str
    title: str
    sentence: str
    version: int
    version_name: str | None
    as_of: date
    published_at: datetime
    age: str
    link: str
    by: str
    at: datetime
    language: str
    chain: str
    illustrative: bool = False
    why: str = ""

    def lines(self) -> list[tuple[str, str]]:
        """The stamp as pairs of label and text, in the reader's language."""
        named = f" ({self.version_name})" if self.version_name else ""
        said = [
            (_("Page"), self.title),
            (_("Filters"), self.sentence),
            (_("Data version"), f"v{self.version}{named} · {self.age}"),
            (_("Report day"), say_date(self.as_of)),
            (_("Exported by"), self.by),
            (_("Exported at (UTC)"), f"{self.at:%Y-%m-%d %H:%M}"),
            (_("Link"), self.link),
            (_("Audit chain at this version"), self.chain),
        ]
        if self.why:
            said.insert(6, (_("Reason"), self.why))
        if self.illustrative:
            said.insert(2, (_("Note"), _("illustrative data")))
        return said

    def footer(self) -> str:
        """One line for the foot of every sheet of paper."""
        data = _("Data v{version}").format(version=self.version)
        day = _("as of {day}").format(day=say_date(self.as_of))
        made = _("exported by {by}, {at} UTC").format(by=self.by, at=f"{self.at:%Y-%m-%d %H:%M}")
        return f"firstdose · {data} · {day} · {made}"


@dataclass(frozen=True)
class Block:
    """One card: ``told`` is every row as it is read, ``columns`` the labels of what the page shows of it.

    What is ``live`` goes on changing after the data version, so no later look can be held against it.
    """

    key: str
    title: str
    how: str
    foot: str
    told: "pd.DataFrame"
    columns: Mapping[str, str]
    figure: "go.Figure | None" = None
    alt: str = ""
    asked: str = ""
    live: bool = False

    @property
    def shown(self) -> dict[str, str]:
        """Name and label of every column, in order: those the page shows, else all."""
        return dict(self.columns) or {str(name): str(name) for name in self.told.columns}

    @cached_property
    def csv(self) -> bytes:
        """Every row and column as CSV, the same for the same rows."""
        return to_csv(self.told)

    @property
    def digest(self) -> str:
        """SHA-256 of the CSV, as hex digits."""
        return hashlib.sha256(self.csv).hexdigest()


@dataclass(frozen=True)
class Artefact:
    """A page as it was seen: stamp, the figures at its head, its cards in their order."""

    stamp: Stamp
    headlines: "Sequence[Headline]"
    blocks: Sequence[Block]

    def manifest(self) -> dict[str, Any]:
        """What the artefact holds and where it comes from, with a SHA-256 for every card."""
        stamp = self.stamp
        return {
            "made_with": "firstdose",
            "page": stamp.page,
            "title": stamp.title,
            "filters": stamp.sentence,
            "data_version": stamp.version,
            "version_name": stamp.version_name,
            "report_day": stamp.as_of.isoformat(),
            "published_at": stamp.published_at.isoformat(timespec="seconds"),
            "audit_head": stamp.chain,
            "link": stamp.link,
            "language": stamp.language,
            "exported_by": stamp.by,
            "exported_at": stamp.at.isoformat(timespec="seconds"),
            "reason": stamp.why,
            "figures": self.figures(),
            "cards": [
                {
                    "key": block.key,
                    "title": block.title,
                    "rows": len(block.told),
                    "live": block.live,
                    "sha256": block.digest,
                }
                for block in self.blocks
            ],
        }

    def figures(self) -> list[list[str]]:
        """The figures at the head of the page: label, value, context."""
        return [[one.label, one.value, one.context] for one in self.headlines]

    def file_name(self, ending: str) -> str:
        """``<page>-v<version>.<ending>``: letters, digits and dashes only."""
        return f"{self.stamp.page}-v{self.stamp.version}.{ending}"


def files(artefact: Artefact) -> bytes:
    """A zip with the CSV of every card and ``manifest.json``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest = json.dumps(artefact.manifest(), ensure_ascii=False, indent=1)
        archive.writestr("manifest.json", manifest)
        for block in artefact.blocks:
            archive.writestr(f"{block.key}.csv", block.csv)
    return packed.getvalue()
