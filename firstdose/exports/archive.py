"""A data version as an archive for machines and partners: CSV files and a data package that says them."""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from firstdose.contracts import Contract, contracts
from firstdose.contracts.datapackage import datapackage
from firstdose.lake import Session, Version
from firstdose.lake.text import text_batches

_MARK = b"\xef\xbb\xbf"  # Excel reads Japanese then
_README = """One data version of firstdose: one CSV file a table, described by datapackage.json.

The cells stand here exactly as they were published, so that the files can be published again and give the
same version. They are meant for machines: a cell that begins with =, +, - or @ is NOT made harmless. Open the
files in a spreadsheet by importing them as text, or take the tables from the pages of firstdose instead.

Check them with:  frictionless validate datapackage.json
Publish them with:  firstdose publish FOLDER --complete --by WHO --why REASON --as-of DAY

firstdoseのデータ版1つ分です。表ごとに1つのCSVファイルがあり、datapackage.jsonが内容を説明します。

セルは公開されたときのままなので、もう一度公開すると同じ版になります。機械で読むためのものです。
=、+、-、@で始まるセルも無害化していません。表計算ソフトでは文字列として取り込むか、
firstdoseの画面から表をダウンロードしてください。

検査: frictionless validate datapackage.json
公開: firstdose publish フォルダ --complete --by 氏名 --why 理由 --as-of 日付
"""


@dataclass(frozen=True, slots=True)
class _Written:
    """One file of the archive as it was written."""

    rows: int
    bytes: int
    sha256: str


def zip_version(session: Session, version: Version, target: Path | None = None) -> Path:
    """Write every table of a version as CSV, ``datapackage.json`` and ``README.txt`` into one zip.

    ``session`` is pinned to ``version``. Written beside ``target`` and renamed when whole; without one it
    is a temporary file, the caller's to delete. Rows pass in batches, so memory does not grow with them. The
    same version gives the same bytes. ``OSError`` when it cannot be written.
    """
    if session.version != version.version:
        raise ValueError("the session is pinned to another version")
    part = target.with_name(f".{target.name}.part") if target else _temporary()
    with ExitStack() as undo:
        undo.callback(part.unlink, missing_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            written = {
                contract.name: _table(archive, session, version, contract)
                for contract in contracts().values()
            }
            described = json.dumps(_package(version, written), ensure_ascii=False, indent=1)
            for name, text in (("datapackage.json", described), ("README.txt", _README)):
                archive.writestr(_entry(name, version), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
        made = part.replace(target) if target else part
        undo.pop_all()
    return made


def _temporary() -> Path:
    handle, name = tempfile.mkstemp(prefix="firstdose-", suffix=".zip")
    os.close(handle)
    return Path(name)


def _entry(name: str, version: Version) -> zipfile.ZipInfo:
    """An entry dated by its version: a zip knows no zone, years from 1980, and every second second."""
    entry = zipfile.ZipInfo(name, version.published_at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _table(archive: zipfile.ZipFile, session: Session, version: Version, contract: Contract) -> _Written:
    digest, rows, size = hashlib.sha256(), 0, 0
    with archive.open(_entry(f"{contract.name}.csv", version), "w", force_zip64=True) as file:
        head = ",".join(column.name for column in contract.columns)
        size += _put(file, digest, _MARK + head.encode() + b"\n")
        for batch in text_batches(session, contract.name):
            rows += batch.num_rows
            size += _put(file, digest, _csv(batch))
    return _Written(rows, size, digest.hexdigest())


def _put(file: IO[bytes], digest: Any, content: bytes) -> int:
    digest.update(content)
    return file.write(content)


def _csv(batch: pa.RecordBatch) -> bytes:
    """Rows as CSV text; quoted throughout where any cell needs it, for text without quotes is read faster."""
    if not _needs_quotes(batch):
        return _as_written(batch, "none")
    return _as_written(batch, "needed")


def _needs_quotes(batch: pa.RecordBatch) -> bool:
    """Whether a cell holds what separates cells, or begins with a blank that an unquoted cell would lose."""
    return any(pc.any(pc.match_substring_regex(column, r'[",\r\n]|^\s')).as_py() for column in batch.columns)


def _as_written(batch: pa.RecordBatch, quoting: str) -> bytes:
    sink = io.BytesIO()
    csv.write_csv(batch, sink, csv.WriteOptions(include_header=False, quoting_style=quoting))
    return sink.getvalue()


def _package(version: Version, written: dict[str, _Written]) -> dict[str, Any]:
    """The data package of the contracts with what is known of this version and of every file."""
    package = datapackage()
    for resource in package["resources"]:
        file = written[resource["name"]]
        resource |= {"bytes": file.bytes, "hash": f"sha256:{file.sha256}"}
    title = f"firstdose data version {version.version}" + (f": {version.name}" if version.name else "")
    return package | {
        "title": title,
        "version": str(version.version),
        "created": version.published_at.isoformat(),
        "firstdose": {
            "version": version.version,
            "as_of": version.as_of.isoformat(),
            "by": version.by,
            "why": version.why,
            "name": version.name,
            "published_at": version.published_at.isoformat(timespec="milliseconds"),
            "illustrative": version.illustrative,
            "rows": {name: file.rows for name, file in written.items()},
            "fingerprints": dict(version.contents),
        },
    }
