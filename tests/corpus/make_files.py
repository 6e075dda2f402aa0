"""Write the stand-ins of ``tests/corpus/files``: small files of our own making, and what to expect.

``python -m tests.corpus.make_files`` writes them anew, byte for byte the same.
"""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).parent / "files"
_ROWS = "batch,site,value\nB-1,Tokyo,1.5\nB-2,Osaka,2.5\n"
_JAPANESE = "番号,施設,備考\n1,あおぞらセンター,培養は順調に進んだ\n2,さくら工場,再試験を行う予定です\n"

TEXTS: dict[str, tuple[bytes, str, str]] = {
    "plain.csv": (_ROWS.encode(), "accept", "plain"),
    "bom.csv": (b"\xef\xbb\xbf" + _ROWS.encode(), "accept", "byte order mark"),
    "crlf.csv": (_ROWS.replace("\n", "\r\n").encode(), "accept", "Windows line ends"),
    "mac.csv": (_ROWS.replace("\n", "\r").encode(), "accept", "old Mac line ends"),
    "semicolon.csv": (_ROWS.replace(",", ";").encode(), "accept", "semicolons"),
    "tab.tsv": (_ROWS.replace(",", "\t").encode(), "accept", "tabs"),
    "no_last_newline.csv": (_ROWS.rstrip().encode(), "accept", "no newline at the end"),
    "utf16.csv": (_ROWS.encode("utf-16"), "accept", "UTF-16 with a mark"),
    "cp932.csv": (_JAPANESE.encode("cp932"), "accept", "CP932"),
    "eucjp.csv": (_JAPANESE.encode("euc_jp"), "accept", "EUC-JP"),
    "utf8_japanese.csv": (_JAPANESE.encode(), "accept", "UTF-8 Japanese"),
    "cp1252.csv": ("name,town\nMüller,Köln\n".encode("cp1252"), "accept with warning", "Western guess"),
    "undecodable.csv": (b"name\n\x81\x8d\xff\n", "reject", "no encoding reads it"),
    "quoted_lines.csv": (b'a,b\n"one\ntwo",2\n"say ""hi""",3\n', "accept", "line break and quotes in cells"),
    "open_quote.csv": (b'a,b\n1,"two\n3,4\n', "reject", "quote never closed"),
    "text_after_quote.csv": (b'a,b\n"1"x,2\n', "reject", "text after a closing quote"),
    "ragged.csv": (b"a,b,c\n1,2,3\n4,5\n", "reject", "a row too short"),
    "too_wide.csv": (b"a,b\n1,2\n3,4,5\n", "reject", "a row too long"),
    "twice.csv": (b"a,b,a\n1,2,3\n", "reject", "a column twice"),
    "nameless.csv": (b"a,,c\n1,2,3\n", "accept with warning", "a column without a name"),
    "blank_rows.csv": (b"a,b\n1,2\n\n\n\n3,4\n", "accept with warning", "blank rows inside"),
    "title.csv": (b"Batches of November\na,b\n1,2\n3,4\n", "accept with warning", "a title above the header"),
    "comment.csv": (b"# exported\na,b\n1,2\n", "accept with warning", "a comment above the header"),
    "header_only.csv": (b"a,b\n", "accept with warning", "no rows"),
    "empty.csv": (b"", "reject", "empty"),
    "spaces.csv": (b"   \n  \n", "reject", "nothing but blanks"),
    "nul.csv": (b"a,b\n1,\x00\n", "reject", "NUL byte"),
    "control.csv": (b"a,b\n1,\x07\n", "reject", "control character"),
    "no_header.csv": (b"1,Tokyo,2.5\n2,Osaka,3.5\n", "reject", "values where names should stand"),
    "decimal_comma.csv": (b"a;b\n1,5;2\n2,5;3\n", "accept with warning", "decimal comma"),
    "decimal_both.csv": (b"a;b\n1,5;2\n2.5;3\n", "reject", "decimal comma and point"),
    "dates_mixed.csv": (b"d\n2026-01-02\n2026/1/3\n03.01.2026\n", "accept with warning", "dates three ways"),
    "not_finite.csv": (b"v\n1\nNaN\ninf\n", "accept with warning", "not a number"),
    "missing_marks.csv": (b"v\n1\nN/A\n-\n2\n", "accept with warning", "marks for missing"),
    "formula.csv": (b"a,b\n=cmd|'/c calc'!A1,1\n+1+1,2\n@SUM(A1),3\n", "accept", "formulas are text"),
    "markup.csv": (b"a,b\n<script>alert(1)</script>,1\n[x](javascript:y),2\n", "accept", "markup is text"),
    "prototype.csv": (b"__proto__,constructor,toString\n1,2,3\n", "accept", "names that trip programs"),
    "zip.csv": (b"PK\x03\x04" + b"\x00" * 40, "reject", "an archive called CSV"),
    "pdf.csv": (b"%PDF-1.7\n1 0 obj\n", "reject", "a PDF called CSV"),
    "page.csv": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "reject", "a web page called CSV"),
    "gzip.csv": (gzip.compress(_ROWS.encode(), mtime=0), "reject", "gzip called CSV"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64, "reject", "old Excel"),
    "torn.xlsx": (b"PK\x03\x04torn in the middle", "reject", "a damaged workbook"),
    "wide.csv": ((",".join(f"c{n}" for n in range(1200)) + "\n").encode(), "reject", "1,200 columns"),
    "torn.parquet": (b"PAR1torn in the middle", "reject", "damaged Parquet"),
    "text.parquet": (b"not a parquet file at all", "reject", "text called Parquet"),
}


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(None), sink)
    return bytes(sink.getvalue())


def _workbook(rows: list[list[str | float]]) -> bytes:
    """The smallest workbook that readers accept: one sheet of inline text and numbers."""
    cells = "".join(
        f"<row r='{number}'>"
        + "".join(
            f"<c r='{chr(65 + at)}{number}'><v>{value}</v></c>"
            if isinstance(value, float)
            else f"<c r='{chr(65 + at)}{number}' t='inlineStr'><is><t>{value}</t></is></c>"
            for at, value in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": f"<Types xmlns='{package}/content-types'>"
        "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{kind}.sheet.main+xml'/>"
        f"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='{kind}.worksheet+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{package}/relationships'>"
        f"<Relationship Id='r1' Type='{office}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{main}' xmlns:r='{office}'><sheets>"
        "<sheet name='Data' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{package}/relationships'>"
        f"<Relationship Id='r1' Type='{office}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{main}'><sheetData>{cells}</sheetData></worksheet>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return packed.getvalue()


#: What another reader would make of ``quoted_lines.csv``.
_QUOTED = b'[{"a": "one\\ntwo", "b": "2"}, {"a": "say \\"hi\\"", "b": "3"}]\n'


def everything() -> dict[str, tuple[bytes, str, str]]:
    """Every stand-in: name → content, expected answer, what is special."""
    flat = pa.table({"batch": ["B-1", "B-2"], "value": [1.5, None]})
    nested = pa.table({"batch": ["B-1"], "values": [[1, 2]]})
    return TEXTS | {
        "flat.parquet": (_parquet(flat), "accept", "flat Parquet"),
        "quoted_lines.json": (_QUOTED, "(oracle)", "the cells of quoted_lines.csv, written by hand"),
        "nested.parquet": (_parquet(nested), "reject", "a list in a cell"),
        "cut.parquet": (_parquet(flat)[:-20], "reject", "the footer is cut off"),
        "good.xlsx": (_workbook([["batch", "value"], ["B-1", 1.5]]), "accept", "a workbook"),
        "blank.xlsx": (_workbook([]), "reject", "an empty sheet"),
        "book.csv": (_workbook([["a"], ["b"]]), "reject", "a workbook called CSV"),
    }


def main() -> None:
    """Write every file and the list of what to expect."""
    FOLDER.mkdir(exist_ok=True)
    for name, (content, _expected, _what) in everything().items():
        (FOLDER / name).write_bytes(content)
    with (FOLDER / "SOURCES.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "expected", "what_is_special"])
        writer.writerows([name, expected, what] for name, (_text, expected, what) in everything().items())


if __name__ == "__main__":
    main()
