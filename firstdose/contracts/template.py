"""Empty files to fill in: one CSV a table, and all of them in one archive."""

import csv
import io
import zipfile

from firstdose.contracts.contract import Contract, contracts

_MADE = (2026, 1, 1, 0, 0, 0)  # archives of the same contracts are the same bytes
_README = """One CSV file a table. Fill in what you have and leave the header as it is.
Dates YYYY-MM-DD, numbers with a decimal point, true or false, several values separated by a semicolon.
dictionary.txt says what every column means.
Check a folder with: firstdose check FOLDER

表ごとに1つのCSVファイルです。ある分だけ記入し、見出し行は変えないでください。
日付はYYYY-MM-DD、小数点はピリオド、真偽はtrueまたはfalse、複数の値はセミコロン区切りです。
各列の意味はdictionary.txtにあります。
確認: firstdose check フォルダ
"""


def template_csv(contract: Contract) -> bytes:
    """The header of a table as CSV, with a byte order mark: Excel then opens Japanese cells rightly."""
    return b"\xef\xbb\xbf" + ",".join(column.name for column in contract.columns).encode() + b"\r\n"


def dictionary_csv() -> bytes:
    """Every column of every table in both languages, as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        (
            "table",
            "column",
            "title",
            "title_ja",
            "kind",
            "required",
            "key",
            "allowed",
            "unit",
            "refers_to",
            "description",
            "description_ja",
        )
    )
    for contract in contracts().values():
        for column in contract.columns:
            writer.writerow(
                [
                    contract.name,
                    column.name,
                    column.title,
                    column.title_ja,
                    column.kind,
                    "true" if column.required else "false",
                    "true" if column.name in contract.key else "false",
                    ";".join(column.allowed),
                    column.unit,
                    refers_to(contract, column.name),
                    column.description,
                    column.description_ja,
                ]
            )
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def refers_to(contract: Contract, column: str) -> str:
    """The table and column that a column names a row of; empty when it names none."""
    return "; ".join(
        f"{reference.table}.{there}"
        for reference in contract.references
        for here, there in zip(reference.columns, reference.table_columns, strict=True)
        if here == column
    )


def templates_zip() -> bytes:
    """Every template, the dictionary and how to fill them in, as one archive."""
    files = {f"{contract.name}.csv": template_csv(contract) for contract in contracts().values()}
    files |= {"dictionary.txt": dictionary_csv(), "README.txt": _README.encode("utf-8")}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
