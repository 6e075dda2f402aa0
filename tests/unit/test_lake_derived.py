"""Results by lot and day: stored when there are many, and the same as if computed at every question."""

from datetime import date
from pathlib import Path

import pytest

from firstdose.intake.scope import Scope
from firstdose.lake import Lake, derived, engine, session
from tests.unit.test_lake import ME, publish
from tests.unit.test_manufacturing_queries import PARTNERS, lot, result

SOME = 10
MERGE, ANYTHING = Scope(mode="merge"), Scope(allow_removals=True)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Six lots of two sites, two attributes, two days: more results than are copied into memory."""
    monkeypatch.setattr(session, "LARGEST_COPIED", SOME)
    lake = Lake.open(tmp_path / "lake")
    publish(lake, tmp_path, batches=LOTS, results=RESULTS)
    return lake


LOTS = [lot(f"B{n}", f"2026-01-0{n + 1}", partner_id=("SEND", "TAKE")[n % 2]) for n in range(6)]
RESULTS = [
    result(f"B{n}", n + at / 10, attribute, replicate=at, tested_on=date(2026, 3, at))
    for n in range(6)
    for attribute in ("VIAB", "VCN")
    for at in (1, 2)
]
_DAYS = (
    "select attribute_code, partner_id, batch_id, sample, tested_on, sum(results), round(sum(total), 9), "
    "round(sum(logs), 9), min(least), sum(below), sum(above), min(lowest), max(highest), sum(failed) "
    "from {} group by all order by all"
)


def stands(lake: Lake) -> int:
    """The days of the newest version are read from what is stored and say what its results say; how many."""
    opened = Lake.open(lake.place.folder).session()
    con = opened.cursor()
    shown = con.execute("select sql from duckdb_views() where sql like '%result_days_%'").fetchall()
    assert "firstdose_result_days" in str(shown), "stored, not computed"
    days = con.execute(_DAYS.format("result_days")).fetchall()
    computed = derived.days_of("results", "batches")
    assert days == con.execute(_DAYS.format(f"({computed})")).fetchall()
    lots = derived.lots_of(f"({computed})")
    charted = derived.charted_of(f"({lots})", "batches")
    for name, made in (("result_lots", lots), ("charted", charted)):
        said = con.execute(f"from {name} order by all").fetchall()
        assert said == con.execute(f"from ({made}) order by all").fetchall(), name
    return len(days)


def test_what_is_stored_follows_every_publish(lake: Lake, tmp_path: Path) -> None:
    assert stands(lake) == 24
    new = [result("NEW", 3.0), result("B1", 4.0, replicate=9), result("B1", None, replicate=8, passed=False)]
    publish(lake, tmp_path, MERGE, batches=[lot("NEW", "2026-02-01")], results=new)
    assert stands(lake) == 25
    publish(lake, tmp_path, MERGE, results=[RESULTS[0] | {"value": 0.0, "qualifier": "<"}])
    assert stands(lake) == 25, "a value corrected"
    publish(lake, tmp_path, ANYTHING, batches=LOTS[1:], results=[*RESULTS[:-3], *new[1:]])
    assert stands(lake) == 17, "lots and results taken away; those of the lot B0 stay without one"
    publish(lake, tmp_path, batches=[*LOTS[:-1], LOTS[5] | {"partner_id": "SEND", "program_id": "P2"}])
    assert stands(lake) == 21, "the lot comes back, another moved to another site and program"
    lake.restore(1, ME)
    assert stands(lake) == 24
    Lake.open(lake.place.folder).verify()


def test_a_store_without_it_and_a_version_that_it_does_not_fit_still_answer(
    lake: Lake, tmp_path: Path
) -> None:
    con = engine.connect(lake.place, read_only=False)
    con.execute("update lake.firstdose_derived_from set results = 'of another publish'")
    con.close()
    publish(lake, tmp_path, MERGE, batches=[LOTS[0] | {"process_version": "9"}])
    assert stands(lake) == 24, "made anew as a whole"
    con = engine.connect(lake.place, read_only=False)
    for table in ("derived_from", "result_days", "result_lots", "charted"):
        con.execute(f"drop table lake.firstdose_{table}")
    con.execute("insert into lake.firstdose_versions select * from lake.firstdose_versions limit 0")
    con.close()
    for number in (1, 2):
        cursor = Lake.open(lake.place.folder).session(number).cursor()
        assert cursor.execute("select count(*), sum(results) from result_days").fetchall() == [(24, 24)]
        assert cursor.execute("select sum(results) from charted").fetchall() == [(24,)]


def test_what_was_made_another_way_of_the_same_results_is_not_read(lake: Lake, tmp_path: Path) -> None:
    prints = [lake.versions()[-1].contents[name] for name in derived.SOURCES]
    con = engine.connect(lake.place, read_only=False)
    con.execute("update lake.firstdose_derived_from set results = ?, batches = ?", prints)  # as before ways
    con.close()
    publish(lake, tmp_path, MERGE, partners=PARTNERS)
    cursor = Lake.open(lake.place.folder).session().cursor()
    assert cursor.execute("select sum(results) from result_days").fetchall() == [(24,)]
    shown = cursor.execute("select sql from duckdb_views() where sql like '%result_days_%'").fetchall()
    assert "firstdose_result_days" not in str(shown), "computed, not stored"
    publish(lake, tmp_path, MERGE, batches=[LOTS[0] | {"process_version": "9"}])
    assert stands(lake) == 24, "made anew as a whole"


def test_a_damaged_file_of_it_is_not_read(lake: Lake) -> None:
    (path,) = (lake.place.data / "main" / "firstdose_result_days").glob("*.parquet")
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    cursor = Lake.open(lake.place.folder).session().cursor()
    assert cursor.execute("select sum(results) from result_days").fetchall() == [(24,)]
    assert "firstdose_result_days" not in str(cursor.execute("select sql from duckdb_views()").fetchall())
