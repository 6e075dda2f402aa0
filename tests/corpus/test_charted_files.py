"""Series of measurements of other people, drawn by the manufacturing page as any attribute of ours.

The files tell an order and no day: each row is a lot, started one day after the row before. Several samples
of a row are replicates of its lot. ``FIRSTDOSE_REAL_FILES`` names a folder with the public files; without
it, stand-ins of our own with the same headers are used.
"""

from datetime import date, timedelta
from itertools import pairwise
from statistics import mean
from typing import Any

import pytest

from firstdose.queries import manufacturing as queries
from firstdose.rules.control_chart import D2
from firstdose.rules.manufacturing_chart import pick
from firstdose.ui import manufacturing as room
from firstdose.ui.card import Chart
from firstdose.view import View
from tests.corpus.test_profiles import rows_of
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)


def world(lots: list[tuple[str, list[float]]], unit: str) -> MemorySession:
    """A session in which each row of a file is a lot with its replicates."""
    batch = {
        "program_id": "P1",
        "partner_id": "PLANT",
        "material": "drug product",
        "purpose": "commercial",
        "process_version": "1",
        "is_remanufacture": False,
        "disposition": "released",
    }
    attribute = {"attribute_code": "X", "material": "drug product", "name": "X", "unit": unit}
    started = {lot: date(2025, 1, 1) + timedelta(days=at) for at, (lot, _values) in enumerate(lots)}
    return session_of(
        as_of=DAY,
        partners=[{"partner_id": "PLANT", "name": "Plant", "role": "CDMO", "country": "JP"}],
        programs=[{"program_id": "P1", "name": "P1", "indication_group": "Other", "lead_partner": "PLANT"}],
        attributes=[{**attribute, "data_type": "numeric", "scale": "linear"}],
        batches=[{**batch, "batch_id": lot, "started_on": day} for lot, day in started.items()],
        results=[
            {
                "batch_id": lot,
                "attribute_code": "X",
                "sample": "release",
                "replicate": at,
                "tested_on": started[lot],
                "value": value,
                "lab_partner": "PLANT",
            }
            for lot, values in lots
            for at, value in enumerate(values, 1)
        ],
    )


@pytest.mark.parametrize(
    ("name", "lot", "samples", "unit"),
    [
        pytest.param(
            "kume_imr_chemical.csv", "sample", ["purity_content_percent"], "%", id="single measurements"
        ),
        pytest.param(
            "kume_xbar_r.csv", "sub_group", [f"x{at}" for at in range(1, 6)], "µm", id="subgroups of five"
        ),
        pytest.param(
            "syringe_diameter.csv",
            "Hour",
            [f"Sample{at}" for at in range(1, 7)],
            "mm",
            id="subgroups of six",
        ),
        pytest.param("tablet_weight.csv", "part_id", ["Weight value"], "g", id="parts"),
    ],
)
def test_a_series_is_drawn_row_by_row_with_limits_from_its_moving_ranges(
    name: str, lot: str, samples: list[str], unit: str
) -> None:
    lots = [(row[lot], [float(row[one]) for one in samples]) for row in rows_of(name)]
    session, view = world(lots, unit), View(page="manufacturing")
    picked = pick(queries.charts(session, view), "X", "PLANT")
    assert picked is not None
    drawn: Any = room.chart_cards(view, session, picked)[0]
    assert isinstance(drawn, Chart)
    means = [mean(values) for _lot, values in lots]
    assert drawn.data["batch_id"].tolist() == [one for one, _values in lots]
    assert drawn.data["value"].tolist() == pytest.approx(means)
    sigma = mean(abs(here - before) for before, here in pairwise(means)) / D2
    limits = drawn.data[["lower", "center", "upper"]].drop_duplicates().to_numpy().tolist()
    assert limits == [pytest.approx([mean(means) - 3 * sigma, mean(means), mean(means) + 3 * sigma])]
    marks = [trace for trace in drawn.figure.data if trace.mode == "lines+markers"]
    assert list(marks[0].y) == pytest.approx(means)
    beyond = [at for at, value in enumerate(means) if abs(value - mean(means)) > 3 * sigma]
    assert [at for at, fired in enumerate(drawn.data["signals"]) if "1" in fired.split()] == beyond
