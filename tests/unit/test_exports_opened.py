"""LibreOffice opens what was written for PowerPoint and Excel; only where it is installed."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from firstdose.exports.artefact import Artefact
from firstdose.exports.deck import deck
from firstdose.exports.workbook import workbook
from tests.unit.test_exports_taken import STAMP, block, named_bars

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


def converted(file: Path, ending: str) -> bytes:
    """The file as LibreOffice writes it again; its own profile, so that an open window is left alone."""
    folder = file.parent
    profile = f"-env:UserInstallation=file://{folder / 'office'}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", ending, "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return file.with_suffix(f".{ending}").read_bytes()


def made() -> Artefact:
    told = pd.DataFrame({"program": ["自家CAR-T", "同種CAR-T"], "n": [3, 5]})
    cards = block(told, named_bars(x=[3, 5]), "段階ごとの品目"), block(told, None, "一覧")
    return Artefact(replace(STAMP, title="各品目はどこにあるか", language="ja"), (), cards)


def test_a_deck_opens_with_every_slide(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.pptx"
    file.write_bytes(deck(made()))
    paper = converted(file, "pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 3
    assert converted(file, "png").startswith(b"\x89PNG")


def test_a_workbook_opens_with_its_japanese_cells(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.xlsx"
    file.write_bytes(workbook(made()))
    page = converted(file, "html").decode("utf-8")  # every sheet, one below the other
    for words in ("自家CAR-T", "同種CAR-T", "各品目はどこにあるか"):
        assert words in page
