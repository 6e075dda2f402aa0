"""The pipeline: reached is counted, conversion is of the decided, open stays are censored."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from firstdose.figures import pipeline as figures
from firstdose.figures import pipeline_words as table
from firstdose.figures import theme
from firstdose.figures.published_rates import published_rates
from firstdose.queries import pipeline as queries
from firstdose.rules import pipeline as rules
from firstdose.rules.proportion import Share
from firstdose.view import View
from firstdose.words import use_language
from tests.support import MemorySession, session_of

DAY = date(2026, 11, 20)
VIEW = View(as_of=DAY)


def program(one: str, **more: Any) -> dict[str, Any]:
    base = {
        "name": one,
        "name_ja": f"{one}号",
        "status": "active",
        "jurisdictions": "JP",
        "lead_partner": "A",
    }
    return {"program_id": one, "indication_group": "Solid tumour", "target": "CD7", **base, **more}


def stay(
    one: str, stage: int, entered: date, left: date | None = None, outcome: str = "open"
) -> dict[str, Any]:
    return {
        "program_id": one,
        "stage_code": f"S{stage:02d}",
        "entered_on": entered,
        "left_on": left,
        "outcome": outcome,
    }


@pytest.fixture(scope="module")
def session() -> MemorySession:
    return session_of(
        as_of=DAY,
        programs=[program("P1"), program("P2", indication_group="Other"), program("P3", status="stopped")],
        stage_events=[
            stay("P1", 1, date(2024, 1, 1), date(2024, 12, 31), "advanced"),
            stay("P1", 2, date(2024, 12, 31), date(2026, 1, 1), "advanced"),
            stay("P1", 3, date(2026, 1, 1)),
            stay("P2", 1, date(2026, 11, 1)),
            stay("P3", 1, date(2025, 1, 1), date(2025, 6, 1), "stopped"),
        ],
    )


def test_a_program_counts_in_its_stage_and_every_one_before(session: MemorySession) -> None:
    funnel = queries.stage_funnel(session, VIEW)
    assert len(funnel) == 11, "every stage is shown, at zero too"
    assert funnel["reached"].tolist()[:4] == [3, 1, 1, 0]
    assert (funnel["entered"] == funnel["advanced"] + funnel["stopped"] + funnel["still_open"]).all()


def test_what_happened_after_the_report_day_is_not_known_yet(session: MemorySession) -> None:
    earlier = View(as_of=date(2025, 3, 1))
    assert queries.stage_funnel(session, earlier)["reached"].tolist()[:3] == [2, 1, 0]
    stays = queries.stays(session, earlier)
    assert set(stays["outcome"]) == {"advanced", "open"}, "the stop of June is not known in March"


def test_a_filter_narrows_every_count(session: MemorySession) -> None:
    only = View(as_of=DAY, group=("Other",))
    assert queries.stage_funnel(session, only)["reached"].tolist()[:2] == [1, 0]
    assert queries.stage_funnel(session, View(as_of=DAY, program=()))["programs"].max() == 0


def test_under_five_decided_only_counts_are_said(session: MemorySession) -> None:
    verdicts = rules.conversions(queries.stage_funnel(session, VIEW))["verdict"].tolist()
    assert verdicts[0] == "1 of 2 decided went on · too few for a rate"
    assert verdicts[3] == "none decided yet"


@pytest.mark.parametrize(
    ("n", "enough"), [pytest.param(4, False, id="four"), pytest.param(5, True, id="five")]
)
def test_five_are_enough_for_a_percentage(n: int, enough: bool) -> None:
    assert ("%" in Share(n, n).percent()) is enough


@pytest.mark.parametrize(
    ("days", "mark"),
    [
        pytest.param(100, "in progress", id="exactly the typical high"),
        pytest.param(101, "at risk", id="a day over"),
        pytest.param(200, "at risk", id="exactly twice"),
        pytest.param(201, "stale", id="more than twice"),
    ],
)
def test_a_long_stay_is_marked(days: int, mark: str) -> None:
    assert rules.stay_mark(days, 100) == mark


def test_the_longest_over_its_time_comes_first_and_only_open_ones(session: MemorySession) -> None:
    aged = rules.ageing(queries.stays(session, VIEW))
    assert aged["program_id"].tolist() == ["P1", "P2"]
    assert aged["share_of_high"].is_monotonic_decreasing


def test_rules_and_figures_leave_their_frames_alone(session: MemorySession) -> None:
    funnel, stays = queries.stage_funnel(session, VIEW), queries.stays(session, VIEW)
    before = funnel.copy(deep=True), stays.copy(deep=True)
    judged = rules.conversions(funnel)
    figures.stage_funnel(judged)
    figures.stage_times(rules.stage_times(judged, stays))
    figures.swim_lanes(stays, DAY)
    table.ageing(rules.ageing(stays))
    pd.testing.assert_frame_equal(funnel, before[0])
    pd.testing.assert_frame_equal(stays, before[1])


def test_bars_of_the_funnel_are_the_programs_that_reached(session: MemorySession) -> None:
    figure = figures.stage_funnel(rules.conversions(queries.stage_funnel(session, VIEW)))
    assert list(figure.data[0].x)[:3] == [3, 1, 1]
    assert "too few" in figure.data[1].text[0]


def test_a_lane_ends_at_the_report_day_while_it_is_open(session: MemorySession) -> None:
    figure = figures.swim_lanes(queries.stays(session, VIEW), DAY)
    ends = [base + length for base, length in zip(figure.data[0].base, figure.data[0].x, strict=True)]
    assert max(ends) == pd.Timestamp(DAY).value / 1e6
    assert any("stopped" in text for text in figure.data[1].text)


def luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def rgb(hexed: str) -> tuple[float, ...]:
    return tuple(int(hexed[at : at + 2], 16) / 255 for at in (1, 3, 5))


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("order", range(1, 12))
def test_the_code_of_every_stage_reads_on_its_shade(mode: Any, order: int) -> None:
    world = session_of(
        as_of=DAY, programs=[program("P1")], stage_events=[stay("P1", order, date(2026, 1, 1))]
    )
    theme.use_mode(mode)
    try:
        bars = figures.swim_lanes(queries.stays(world, VIEW), DAY).data[0]
        ink, card, fill = (
            rgb(bars.textfont.color[0]),
            rgb(theme.colour("card")),
            rgb(theme.colour("primary")),
        )
    finally:
        theme.use_mode("light")
    share = figures.shade(order)
    assert bars.marker.color[0].endswith(f",{share})"), "a stage keeps its shade when it stands alone"
    ground = tuple(share * on + (1 - share) * under for on, under in zip(fill, card, strict=True))
    low, high = sorted((luminance(ink), luminance(ground)))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_shades_grow_with_the_stage() -> None:
    shades = [figures.shade(order) for order in range(1, 12)]
    assert shades == sorted(set(shades))
    assert shades[-1] <= 1


def test_names_follow_the_language_of_the_reader(session: MemorySession) -> None:
    use_language("ja")
    figure = figures.swim_lanes(queries.stays(session, VIEW), DAY)
    assert "P1号" in figure.layout.yaxis.ticktext[0]


def test_nothing_chosen_draws_a_sentence_instead_of_axes(session: MemorySession) -> None:
    nobody = View(as_of=DAY, program=())
    funnel = rules.conversions(queries.stage_funnel(session, nobody))
    stays = queries.stays(session, nobody)
    for figure in (
        figures.stage_funnel(funnel),
        figures.swim_lanes(stays, DAY),
        figures.stage_times(rules.stage_times(funnel, stays)),
        published_rates(queries.published_rates(session, VIEW).iloc[:0]),
    ):
        assert not figure.data
        assert len(figure.layout.annotations[0].text) > 10


def test_published_rates_show_their_interval_and_source(session: MemorySession) -> None:
    rates = queries.published_rates(session, VIEW)
    figure = published_rates(rates)
    assert len(figure.data[0].x) == len(rates) > 3
    assert figure.data[0].error_x.array[0] == pytest.approx(rates["ci_high_pct"][0] - rates["value_pct"][0])
    assert rates["source"][0][:20] in figure.data[0].customdata[0]
    assert "(7.3–23.9)" in figure.data[1].text[0]
    assert figure.layout.annotations[0].text.startswith("CAR-T products, 1993")
    assert figure.layout.xaxis.range[1] > rates["ci_high_pct"].max()


def test_time_in_stage_is_full_where_the_median_is_reached_and_hollow_where_it_is_not(
    session: MemorySession,
) -> None:
    funnel = rules.conversions(queries.stage_funnel(session, VIEW))
    times = rules.stage_times(funnel, queries.stays(session, VIEW))
    before = times.copy(deep=True)
    band, middle, full, hollow = figures.stage_times(times).data
    assert full.x[:2] == (365.0, 366.0), "P2 and P3 are censored after 19 and 151 days"
    assert pd.isna(full.x[2])
    assert hollow.x[:3] == (None, None, 323.0)
    assert band.base[0] <= middle.x[0] <= band.base[0] + band.x[0]
    assert full.customdata[0] == "1 completed, 1 open"
    assert figures.stage_times(times).layout.annotations[0].text == "1 + 1"
    pd.testing.assert_frame_equal(times, before)


def test_the_axis_of_times_leaves_out_years_of_follow_up_but_nothing_observed(
    session: MemorySession,
) -> None:
    funnel = rules.conversions(queries.stage_funnel(session, VIEW))
    times = rules.stage_times(funnel, queries.stays(session, VIEW))
    end = figures.stage_times(times).layout.xaxis.range[1]
    assert times["longest_open_days"].max() < end < times["typical_high_days"].max()
    long = times.assign(longest_open_days=[9000.0] + [None] * 10)
    assert figures.stage_times(long).layout.xaxis.range[1] > 9000


def test_a_hostile_name_is_text_in_a_picture() -> None:
    evil = session_of(
        as_of=DAY,
        programs=[program("P1", name="<b onclick=x>&", name_ja=None)],
        stage_events=[stay("P1", 1, date(2026, 1, 1))],
    )
    figure = figures.swim_lanes(queries.stays(evil, VIEW), DAY)
    assert "<b onclick" not in figure.layout.yaxis.ticktext[0]
    assert "&lt;b onclick" in figure.data[0].customdata[0]
