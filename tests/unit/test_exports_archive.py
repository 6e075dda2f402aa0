"""A version taken away as an archive: other tools accept it, and published again it changes nothing."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import frictionless
import pytest
from click.testing import CliRunner

from firstdose.audit import Chain
from firstdose.cli import main
from firstdose.contracts import contracts
from firstdose.exports import archive
from firstdose.exports.archive import zip_version
from firstdose.intake.receive import receive
from firstdose.intake.scope import Scope
from firstdose.lake import Author, Lake
from tests.unit.test_intake_check import PARTNERS, files

COMPLETE = Scope(complete=True, allow_removals=True)
AUTHOR = Author("Steward", "Take it away and back", date(2026, 11, 20))


def publish(lake: Lake, paths: list[Path]) -> Any:
    with receive(paths, existing=lake.existing(), scope=COMPLETE, as_of=AUTHOR.as_of) as checked:
        return lake.publish(checked.tables, AUTHOR, COMPLETE)


def packed(lake: Lake, number: int, target: Path) -> Path:
    return zip_version(lake.session(number), lake.version(number), target)


def unpacked(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def newest(demo_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest version of the demo, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    lake = Lake.open(demo_lake)
    return unpacked(packed(lake, lake.newest(), folder / "demo.zip"), folder / "demo")


def test_another_tool_accepts_the_archive_with_its_sizes_and_digests(newest: Path) -> None:
    report = frictionless.Package(str(newest / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])[:5]
    assert report.stats["tasks"] == len(contracts())


def test_another_tool_notices_a_changed_cell(newest: Path, tmp_path: Path) -> None:
    for path in newest.iterdir():
        content = path.read_bytes()
        changed = content.replace(b"JP", b"US", 1) if path.name == "partners.csv" else content
        (tmp_path / path.name).write_bytes(changed)
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert ["hash-count"] in report.flatten(["type"])


def test_the_package_says_which_version_it_is_and_how_its_rows_are_proved(
    newest: Path, demo_lake: Path
) -> None:
    version = Lake.open(demo_lake).versions()[-1]
    package = json.loads((newest / "datapackage.json").read_text(encoding="utf-8"))
    said = package["firstdose"]
    assert (said["version"], said["by"], said["why"], said["name"]) == (
        version.version,
        version.by,
        version.why,
        version.name,
    )
    assert said["as_of"] == version.as_of.isoformat()
    assert said["fingerprints"] == version.contents
    with (newest / "programs.csv").open(encoding="utf-8-sig", newline="") as file:
        assert said["rows"]["programs"] == len(list(csv.DictReader(file)))
    assert "NOT made harmless" in (newest / "README.txt").read_text(encoding="utf-8")


def test_an_archive_published_again_changes_nothing(newest: Path, demo_lake: Path, tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    publish(lake, [newest])
    assert lake.versions()[-1].contents == Lake.open(demo_lake).versions()[-1].contents
    assert publish(lake, [newest]).unchanged


def test_cells_that_break_tables_come_back_as_they_were(tmp_path: Path) -> None:
    odd = [
        "=1+1",
        "  blanks  ",
        'say "so", twice',
        "two\nlines",
        "a;b\tc",
        "'",
        "\\",
        "NA",
        "固形",
        "#x",
        '\\"',
    ]
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(PARTNERS.splitlines()[0].split(","))
    writer.writerows([f"P{at}", cell, cell, "CDMO", "JP"] for at, cell in enumerate(odd))
    lake = Lake.open(tmp_path / "lake")
    publish(lake, files(tmp_path, partners=text.getvalue()))
    folder = unpacked(packed(lake, 1, tmp_path / "v.zip"), tmp_path / "v")
    with (folder / "partners.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} == set(odd)
    assert [row["partner_id"] for row in rows] == sorted(row["partner_id"] for row in rows)
    assert publish(lake, [folder]).unchanged


def test_blanks_before_a_text_come_back_where_nothing_else_needs_quotes(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    publish(lake, files(tmp_path, partners=PARTNERS.replace("CDMO,Maker", 'CDMO,"  Maker"')))
    folder = unpacked(packed(lake, 1, tmp_path / "v.zip"), tmp_path / "v")
    assert publish(lake, [folder]).unchanged


def test_the_same_version_gives_the_same_bytes(demo_lake: Path, tmp_path: Path) -> None:
    lake = Lake.open(demo_lake)
    first = packed(lake, 1, tmp_path / "a.zip").read_bytes()
    assert packed(lake, 1, tmp_path / "b.zip").read_bytes() == first
    made = zip_version(lake.session(1), lake.version(1))
    assert made.read_bytes() == first
    made.unlink()


def test_a_write_that_fails_leaves_nothing_behind(
    demo_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "_package", full)
    lake = Lake.open(demo_lake)
    with pytest.raises(OSError, match="No space"):
        packed(lake, 1, tmp_path / "v.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_session_of_another_version_is_not_mistaken_for_this_one(demo_lake: Path, tmp_path: Path) -> None:
    lake = Lake.open(demo_lake)
    with pytest.raises(ValueError, match="another version"):
        zip_version(lake.session(1), lake.version(2), tmp_path / "v.zip")


def test_the_command_line_exports_a_version_and_publishing_it_says_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTDOSE_LANG", "en")
    monkeypatch.setenv("FIRSTDOSE_LAKE", str(tmp_path / "lake"))
    lake = Lake.open()
    publish(lake, files(tmp_path, partners=PARTNERS))
    target = tmp_path / "v.zip"

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, list(words))

    assert run("export", "1", "--to", str(target)).exit_code == 0
    line = Chain(lake.place.audit).whole()[-1]
    assert (line["action"], line["object_id"], line["version"]) == ("export", "v.zip", 1)
    assert line["file_sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    again = run("export", "1", "--to", str(target))
    assert (again.exit_code, "--force" in again.output) == (1, True)
    unknown = run("export", "999", "--to", str(tmp_path / "w.zip"))
    assert (unknown.exit_code, "999" in unknown.output) == (1, True)
    monkeypatch.setenv("FIRSTDOSE_EXPORT_REASON", "1")
    silent = run("export", "1", "--to", str(tmp_path / "w.zip"))
    assert silent.exit_code != 0
    assert not (tmp_path / "w.zip").exists()
    told = run("export", "1", "--to", str(tmp_path / "r.zip"), "--by", "Aiko", "--why", "for the archive")
    assert told.exit_code == 0
    assert "for the archive" in Chain(lake.place.audit).whole()[-1]["reason"]
    monkeypatch.delenv("FIRSTDOSE_EXPORT_REASON")
    nowhere = run("export", "1", "--to", str(tmp_path / "no" / "v.zip"))
    assert (nowhere.exit_code, "cannot be written" in nowhere.output) == (1, True)
    folder = unpacked(target, tmp_path / "v")
    done = run("publish", str(folder), "--complete", "--by", "A", "--why", "Nothing changes here",
               "--as-of", "2026-11-20", "--format", "json")  # fmt: skip
    assert json.loads(done.output)["unchanged"] is True, done.output
