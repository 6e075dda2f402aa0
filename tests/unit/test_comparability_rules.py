"""Comparisons judged: groups, one value a donor, three verdicts, bounds, margins; beside statsmodels."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from firstdose.rules import comparability as rules
from firstdose.rules import comparability_judged
from firstdose.rules.comparability import Left, Sides, left_out, left_out_text, pick
from firstdose.rules.comparability_headlines import headlines
from firstdose.rules.comparability_judged import Judged, combined, judge, points, shared_donors

SENDING = (10.0, 11.0, 9.0, 10.5, 9.5)


def offered(*rows: tuple[str, str, str, int, str]) -> pd.DataFrame:
    names = ["program_id", "partner_id", "process_version", "lots", "first_on"]
    found = pd.DataFrame(rows, columns=names).assign(material="drug product")
    return found.assign(first_on=pd.to_datetime(found["first_on"]))


def directions(*rows: tuple[str | None, str, str]) -> pd.DataFrame:
    names = ["program_id", "sending_partner", "receiving_partner"]
    return pd.DataFrame(rows, columns=names).assign(material="drug product")


THREE_SITES = offered(
    ("P1", "A", "1.0", 2, "2024-01-01"),
    ("P1", "B", "1.0", 9, "2025-01-01"),
    ("P1", "C", "2.0", 7, "2025-06-01"),
)
NOBODY = directions()


@pytest.mark.parametrize(
    ("asked", "sides", "why"),
    [
        pytest.param({}, ("B", "C"), "", id="the two sites with most lots, the earlier one sends"),
        pytest.param({"first": "A"}, ("A", "B"), "", id="a site named keeps its place"),
        pytest.param({"second": "B"}, ("C", "B"), "", id="the other side is never the same"),
        pytest.param({"first": "X"}, ("X", "B"), "unknown group", id="an unknown site is not replaced"),
        pytest.param({"first": "-"}, ("-", "B"), "unknown group", id="nor is one refused"),
        pytest.param({"first": "A", "second": "A"}, ("A", "A"), "same group", id="a group with itself"),
        pytest.param({"within": "9.9"}, ("B", "C"), "unknown group", id="an unknown version held fixed"),
        pytest.param({"compare": "versions"}, ("1.0", "2.0"), "", id="the two newest versions"),
        pytest.param({"of": "P9"}, ("", ""), "no program", id="a program without lots"),
    ],
)
def test_a_comparison_is_chosen_and_what_a_link_names_is_never_replaced(
    asked: dict[str, Any], sides: tuple[str, str], why: str
) -> None:
    found = pick(THREE_SITES, NOBODY, **asked)
    assert ((found.first, found.second), found.why_not) == (sides, why)


def test_a_transfer_says_who_sends_however_few_the_lots_and_its_own_goes_before_the_platform() -> None:
    told = directions(("P1", "C", "A"), (None, "A", "B"))
    assert (pick(THREE_SITES, told).first, pick(THREE_SITES, told).second) == ("C", "A")
    platform = directions((None, "A", "B"), (None, "X", "B"))
    assert (pick(THREE_SITES, platform).first, pick(THREE_SITES, platform).second) == ("A", "B")


def test_one_site_alone_is_no_comparison() -> None:
    assert pick(THREE_SITES.head(1), NOBODY).why_not == "one group"
    assert pick(THREE_SITES.head(0), NOBODY).why_not == "no program"


def test_without_a_program_it_is_the_one_whose_smaller_group_has_most_lots() -> None:
    more = offered(
        ("P0", "A", "1.0", 90, "2024-01-01"),
        ("P0", "B", "1.0", 1, "2025-01-01"),
        ("P2", "A", "1.0", 4, "2024-01-01"),
        ("P2", "B", "1.0", 5, "2025-01-01"),
        ("P3", "A", "1.0", 3, "2024-01-01"),
        ("P3", "B", "1.0", 9, "2025-01-01"),
    )
    assert pick(more, NOBODY).of == "P2"


@pytest.mark.parametrize(
    ("text", "lots"),
    [
        ("", ()),
        ("D1", (Left("D1"),)),
        ("D1~Incubator failure;D2", (Left("D1", "Incubator failure"), Left("D2"))),
        ("-", None),
        ("D1;D1", None),
        ("~no lot", None),
        ("D1;;D2", None),
    ],
)
def test_lots_left_out_are_read_from_the_link_or_nothing_is(text: str, lots: tuple[Left, ...] | None) -> None:
    assert left_out(text) == lots


def test_a_reason_may_hold_any_sign_and_comes_back_as_one_lot() -> None:
    text = left_out_text([Left("D1", "a; b ~ c\n逸脱"), Left("D2", " ")])
    assert left_out(text) == (Left("D1", "a, b - c 逸脱"), Left("D2"))


# ------------------------------------------------------------------ judged


def world(
    first: Any, second: Any, *, donors: dict[str, str] | None = None, bounds: dict[str, str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lots A0… and B0… of two groups, each with one value, donors and bounds by lot."""
    values = {f"{name}{at}": one for name, own in (("A", first), ("B", second)) for at, one in enumerate(own)}
    lots = pd.DataFrame({"batch_id": pd.Series(list(values), dtype="str")})
    lots["side"] = np.where(lots["batch_id"].str.startswith("A"), "first", "second")
    lots["donor_id"] = [(donors or {}).get(lot) for lot in values]
    lots["started_on"] = pd.Timestamp("2026-01-01")
    results = pd.DataFrame({"batch_id": lots["batch_id"], "value": list(values.values())})
    results["qualifier"] = [(bounds or {}).get(lot) for lot in values]
    return lots, results.assign(attribute_code="X", passed=pd.array([None] * len(results), "boolean"))


def attribute(**own: Any) -> pd.DataFrame:
    row = {"attribute_code": "X", "name": "X", "name_ja": None, "unit": "u", "data_type": "numeric"}
    row |= {"scale": "linear", "tier": 1, "margin_sd": 1.5, "quality_range_k": np.nan}
    return pd.DataFrame([row | own])


def one(first: Any, second: Any, method: Any = "welch", out: tuple[str, ...] = (), **own: Any) -> Judged:
    named = {name: own.pop(name) for name in ("donors", "bounds") if name in own}
    lots, results = world(first, second, **named)
    (found,) = judge(attribute(**own), points(lots, results, out), method)
    return found


@pytest.mark.parametrize(("method", "equal"), [("welch", "unequal"), ("pooled", "pooled")])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_the_tests_agree_with_statsmodels_on_both_scales(method: str, equal: str, scale: str) -> None:
    die = np.random.default_rng(7)
    first, second = die.lognormal(1, 0.2, 9), die.lognormal(1.1, 0.4, 7)
    found = one(first, second, method, scale=scale)
    mine, other = (np.log(first), np.log(second)) if scale == "log" else (first, second)
    bound = 1.5 * mine.std(ddof=1)
    p, *_rest = ttost_ind(other, mine, -bound, bound, usevar=equal)
    assert found.test is not None
    assert found.test.p == pytest.approx(p)
    assert found.in_sd(found.test.diff) == pytest.approx((other.mean() - mine.mean()) / mine.std(ddof=1))


def test_pairs_of_one_donor_agree_with_statsmodels_and_lots_without_a_partner_are_left_out() -> None:
    first, second = [*SENDING, 99.0], [10.2, 11.4, 9.1, 10.4, 9.9, -50.0]
    donors = {f"{name}{at}": f"P{at}" for name in "AB" for at in range(5)} | {"A5": "PX"}
    found = one(first, second, "paired", donors=donors)
    bound = 1.5 * np.std(first, ddof=1)
    p, *_rest = ttost_paired(np.array(second[:5]), np.array(first[:5]), -bound, bound)
    assert found.test is not None
    assert (found.test.p, found.test.df, found.unpaired) == (pytest.approx(p), 4, 2)


def test_lots_of_one_donor_count_once_a_group() -> None:
    twice = one([*SENDING, 14.0, 16.0], [10.0, 10.4, 9.6], donors={"A5": "D", "A6": "D"})
    once = one([*SENDING, 15.0], [10.0, 10.4, 9.6])
    assert (twice.first.lots, twice.first.group.n) == (7, 6)
    assert twice.test == once.test


@pytest.mark.parametrize(
    ("shift", "verdict", "why"),
    [
        pytest.param(0.0, "equivalent", "", id="inside the margin"),
        pytest.param(0.9, "not demonstrated", "straddles", id="over one bound"),
        pytest.param(-0.9, "not demonstrated", "straddles", id="over the other bound"),
        pytest.param(3.0, "not equivalent", "", id="wholly above"),
        pytest.param(-3.0, "not equivalent", "", id="wholly below"),
    ],
)
def test_there_are_three_verdicts(shift: float, verdict: str, why: str) -> None:
    found = one(SENDING * 2, [value + shift for value in SENDING * 2])
    assert (found.verdict, found.why) == (verdict, why)


@pytest.mark.parametrize(
    ("first", "second", "own", "why"),
    [
        pytest.param(SENDING, (10.0, 10.1), {}, "few", id="two lots"),
        pytest.param((10.0, 10.1), SENDING, {}, "few", id="two lots of the first group"),
        pytest.param(SENDING, (), {}, "few", id="none"),
        pytest.param(SENDING, SENDING, {"margin_sd": np.nan}, "no margin", id="no margin"),
        pytest.param(SENDING, SENDING, {"tier": 2}, "no range", id="no width of the range"),
        pytest.param((1.0,) * 5, (1.0,) * 5, {}, "no spread", id="no spread"),
        pytest.param(SENDING, SENDING, {"method": "paired"}, "few", id="no pair"),
        pytest.param(
            SENDING,
            (10.0, 10.1, 10.2),
            {"donors": {"B0": "D", "B1": "D"}},
            "few",
            id="three lots, two donors",
        ),
    ],
)
def test_what_cannot_be_judged_is_not_demonstrated_and_says_why(
    first: Any, second: Any, own: dict[str, Any], why: str
) -> None:
    found = one(first, second, **own)
    assert (found.verdict, found.why) == ("not demonstrated", why)


def test_three_lots_a_side_are_enough_to_be_judged() -> None:
    assert one(SENDING, (10.0, 10.0, 10.1)).why != "few"


@pytest.mark.parametrize(("bounds", "why"), [(1, "straddles"), (2, "bounds")])
def test_a_quarter_of_bounds_is_borne_and_more_demonstrates_nothing(bounds: int, why: str) -> None:
    first = (10.0, 11.0, 9.0, 10.5)
    found = one(first * 2, first, bounds={f"B{at}": "<" for at in range(bounds)})
    assert (found.second.bounds, found.second.group.n) == (bounds, 4 - bounds)
    assert found.why == why
    assert (found.test is None) == (why == "bounds")


def test_a_donor_with_a_bound_has_no_value() -> None:
    found = one(
        SENDING, (10.0, 10.1, 10.2, 3.0, 9.9, 9.8, 9.7), donors={"B3": "D", "B4": "D"}, bounds={"B3": "<"}
    )
    assert sorted(found.second.values[~np.isnan(found.second.values)]) == [9.7, 9.8, 10.0, 10.1, 10.2]


@pytest.mark.parametrize(
    ("value", "sign", "inside", "n"),
    [
        pytest.param(1.0, "<", 10, 11, id="below the range for sure: outside"),
        pytest.param(10.0, "<", 10, 10, id="somewhere below ten: not counted"),
        pytest.param(1.0, ">", 10, 10, id="somewhere above one: not counted"),
        pytest.param(99.0, ">", 10, 11, id="above the range for sure: outside"),
    ],
)
def test_a_bound_counts_in_a_quality_range_only_when_it_lies_outside_for_sure(
    value: float, sign: str, inside: int, n: int
) -> None:
    found = one(SENDING, [*SENDING, *SENDING, value], bounds={"B10": sign}, tier=2, quality_range_k=3.0)
    assert found.range is not None
    assert (found.range.n_inside, found.range.n) == (inside, n)


def test_a_bound_at_the_end_of_a_quality_range_lies_outside_of_it_for_sure() -> None:
    own = one(SENDING, SENDING, tier=2, quality_range_k=3.0).range
    assert own is not None
    for value, sign, n in ((own.low, "<", 11), (own.low, ">", 10), (own.high, ">", 11), (own.high, "<", 10)):
        found = one(SENDING, [*SENDING, *SENDING, value], bounds={"B10": sign}, tier=2, quality_range_k=3.0)
        assert found.range is not None
        assert (found.range.n_inside, found.range.n) == (10, n)


@pytest.mark.parametrize(
    ("second", "verdict"),
    [((10.0,) * 9 + (99.0,), "within range"), ((10.0,) * 8 + (99.0,), "outside range")],
    ids=["nine of ten", "eight of nine"],
)
def test_tier_two_asks_for_nine_of_ten_in_the_quality_range(second: Any, verdict: str) -> None:
    assert one(SENDING, second, tier=2, quality_range_k=3.0).verdict == verdict


@pytest.mark.parametrize("tier", [3, None])
def test_other_tiers_are_shown_side_by_side_with_an_interval_and_no_verdict(tier: int | None) -> None:
    found = one(SENDING, SENDING, tier=tier)
    assert (found.verdict, found.test is not None and found.test.smallest_margin > 0) == (
        "side by side",
        True,
    )


def test_zero_has_no_logarithm_and_is_counted_apart() -> None:
    found = one((1.0, 2.0, 3.0, 0.0), (1.0, 2.0, 3.0), scale="log")
    assert (found.first.unusable, found.first.group.n, found.first.lots) == (1, 3, 4)


def test_a_lot_left_out_counts_nowhere_and_stands_in_the_selection() -> None:
    found = one([*SENDING, 99.0], SENDING, out=("A5",))
    assert found.test == one(SENDING, SENDING).test
    lots, results = world([*SENDING, 99.0], SENDING, donors={"A0": "D", "A1": "D", "B0": "D", "A5": "D"})
    told = points(lots, results[results["batch_id"] != "B4"], ("A5",))
    roles = combined(lots, told, ("A5",)).set_index("batch_id")["role"]
    assert roles[["A0", "A1", "A2", "A5", "B0", "B4"]].tolist() == [
        "combined", "combined", "alone", "out", "alone", "silent",
    ]  # fmt: skip
    assert set(lots["batch_id"]) - set(comparability_judged.tested(lots, told)["batch_id"]) == {"A5", "B4"}
    assert shared_donors(lots) == 1


def test_the_figures_count_verdicts_lots_donors_and_what_is_left_out() -> None:
    lots, results = world([*SENDING, 99.0], SENDING, donors={"A0": "D", "A1": "D", "B0": "D"})
    told = points(lots, results, ("A5",))
    judged = judge(attribute(), told, "welch")
    shown = headlines(
        judged, attribute(), comparability_judged.tested(lots, told), (Left("A5"), Left("A9", "why"))
    )
    assert [one.value for one in shown] == ["1 of 1", "0 of 0", "5 : 5", shown[3].value, "1", "2"]
    assert "0 not demonstrated" in shown[0].context
    assert shown[2].context == "1 lot combined with another of its donor"
    assert float(shown[3].value.split()[0]) == pytest.approx(
        judged[0].in_sd(judged[0].smallest_margin), abs=0.005
    )
    assert shown[5].context == "1 without a reason"


def test_a_comparison_binds_what_it_compares() -> None:
    sides = Sides("P1", "vector", "versions", "1.0", "2.0", "A")
    assert sides.sql() == {
        "of": "P1",
        "material": "vector",
        "compare": rules.VERSIONS,
        "first": "1.0",
        "second": "2.0",
        "within": "A",
    }
