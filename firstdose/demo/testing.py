"""Test results and what they are held against: attributes, specifications, baselines, one value a replicate."""

from datetime import date
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd

from firstdose.demo.making import Batch
from firstdose.demo.story import RECEIVING, SENDING, Row
from firstdose.reference import rows

_SHIFT_SD = 0.25  # how far the receiving site lies from the sending one, in standard deviations
_DRIFT_SD = 0.6  # how far VCN drifts there within the last year
_TIERS = {"DP_VCN": 1, "DP_CARPOS": 1, "DP_IFNG": 1, "DP_VIAB": 2, "DP_CD3": 2, "VV_TITER": 1}
_FAILS = ("DP_VIAB", "VV_TITER")  # where a bad lot shows it
_ON_ARRIVAL = ("SM_",)
#: Program, attribute, lots tested in both laboratories, how far the other one lies off, how much it scatters.
_SPLIT = (
    ("NCC-01", "DP_VCN", 9, 0.03, 0.05),
    ("NCC-01", "DP_IFNG", 6, 0.06, 0.18),
    ("NCC-02", "DP_VCN", 2, 0.02, 0.05),
)
_SPLIT_SINCE = date(2026, 1, 5)
_PATIENT = 0.9  # correlation of the two halves of one collection
_QUANTIFIED = {"DP_ENDO": 0.08}  # limit of quantification; below it a result is a bound
_LATE = {"DP_STER": 14, "VV_STER": 14, "DP_MYCO": 10, "VV_MYCO": 10, "VV_RCL": 30}


def attribute_rows() -> list[Row]:
    """The packaged library as the alliance uses it."""
    return [
        {
            "attribute_code": row["attribute_code"],
            "material": row["material"],
            "category": row["category"],
            "name": row["name"],
            "name_ja": row["name_ja"],
            "unit": row["unit"] or None,
            "method": row["method"] or None,
            "data_type": row["data_type"],
            "scale": row["scale"],
            "direction": row["direction"],
            "tier": _TIERS.get(row["attribute_code"], 3),
            "margin_sd": 1.5 if _TIERS.get(row["attribute_code"]) == 1 else None,
            "quality_range_k": 3 if _TIERS.get(row["attribute_code"]) == 2 else None,
        }
        for row in rows("attribute_library")
    ]


def specification_rows() -> list[Row]:
    """Limits of the library for clinical lots, valid for all programs."""
    return [
        {
            "specification_id": f"SP-{row['attribute_code']}",
            "program_id": None,
            "attribute_code": row["attribute_code"],
            "phase": "clinical",
            "lower": float(row["lower"]) if row["lower"] else None,
            "upper": float(row["upper"]) if row["upper"] else None,
            "valid_from": date(2024, 1, 1),
        }
        for row in rows("attribute_library")
        if row["lower"] or row["upper"]
    ]


def baseline_rows(day: date) -> list[Row]:
    """Control limits frozen on the lots of the sending site."""
    return [
        {
            "baseline_id": f"BL-{code}",
            "attribute_code": code,
            "partner_id": SENDING,
            "process_version": "2.0",
            "first_on": date(2025, 3, 1),
            "last_on": date(2025, 12, 31),
            "set_by": "Quality lead",
            "reason": "Lots before the transfer",
        }
        for code in _TIERS
        if day >= date(2026, 1, 10)
    ]


def results(all_batches: list[Batch], seed: int, count: int) -> pd.DataFrame:
    """Every result ever, with the day it was known: columns of the contract. About ``count`` rows."""
    made = [one for one in all_batches if one.harvested is not None]
    library = rows("attribute_library")
    kinds = {kind: [one for one in made if one.material == kind] for kind in ("drug product", "vector")}
    single = sum(len(kinds[_lot(row)]) for row in library)
    replicates = max(1, round(count / max(single, 1)))
    parts = [
        _attribute(row, kinds[_lot(row)], replicates, np.random.default_rng([seed, at]), [seed, at])
        for at, row in enumerate(library)
    ]
    parts.append(_split(library, pd.concat(parts, ignore_index=True), all_batches, seed))
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return frame.sort_values(
        ["tested_on", "batch_id", "attribute_code", "replicate"], kind="stable", ignore_index=True
    )


def _split(
    library: tuple[dict[str, str], ...], found: pd.DataFrame, all_batches: list[Batch], seed: int
) -> pd.DataFrame:
    """What the other laboratory measured on some of the same lots: the comparison of a method transfer."""
    parts = []
    for program, code, count, bias, noise in _SPLIT:
        chosen = [
            one.id
            for one in all_batches
            if one.program == program and one.material == "drug product" and one.started >= _SPLIT_SINCE
        ]
        part = found[(found["attribute_code"] == code) & found["batch_id"].isin(chosen[:count])].copy()
        row = next(row for row in library if row["attribute_code"] == code)
        drawn = np.random.default_rng([seed, crc32(f"{program} {code}".encode())]).normal(
            bias, noise, len(part)
        )
        low, high = float(row["lower"] or -np.inf), float(row["upper"] or np.inf)
        part["value"] = np.round(np.clip(part["value"] * (1 + drawn), low, high), 3)
        part["lab_partner"] = np.where(part["lab_partner"] == SENDING, RECEIVING, SENDING)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _lot(row: dict[str, str]) -> str:
    return "vector" if row["material"] == "vector" else "drug product"


def _attribute(
    row: dict[str, str], lots: list[Batch], replicates: int, die: np.random.Generator, luck: list[int]
) -> pd.DataFrame:
    """The results of one attribute for all its lots; one below the limit of quantification is a bound."""
    code, count = row["attribute_code"], len(lots) * replicates
    each = np.repeat(np.arange(len(lots)), replicates)
    arrived = code.startswith(_ON_ARRIVAL)
    days = np.array([one.started if arrived else one.harvested for one in lots], "M8[D]")
    wait = die.integers(0, 2, count) if arrived else die.integers(1, 8, count) + _LATE.get(code, 0)
    if not arrived:  # no lot is released before its last result
        until = [(one.decided - one.harvested).days - 1 for one in lots if one.harvested is not None]
        wait = np.minimum(wait, np.array(until, "i8")[each])
    values: Any = None
    passed: Any = None
    if row["data_type"] == "numeric":
        values = _values(row, lots, each, die, luck)
    else:
        passed = die.random(count) < float(row["pass_probability"] or 1)
        passed |= np.array([one.disposition == "released" for one in lots])[each]
    sites = np.array([one.site for one in lots])
    below = values < _QUANTIFIED[code] if code in _QUANTIFIED and values is not None else None
    if below is not None:
        values = np.where(below, _QUANTIFIED[code], values)
    return pd.DataFrame(
        {
            "batch_id": np.array([one.id for one in lots])[each],
            "attribute_code": code,
            "sample": "starting material" if arrived else "release",
            "replicate": np.tile(np.arange(1, replicates + 1), len(lots)),
            "tested_on": (days[each] + wait.astype("m8[D]")).astype("M8[s]"),
            "value": values if values is not None else np.full(count, np.nan),
            "qualifier": None if below is None else pd.Series("<", range(count)).where(below, None),
            "passed": passed if passed is not None else pd.array([None] * count, "boolean"),
            "lab_partner": sites[each],
            "method_version": "1.0",
        }
    )


def _values(
    row: dict[str, str],
    lots: list[Batch],
    each: "np.ndarray[Any, Any]",
    die: np.random.Generator,
    luck: list[int],
) -> "np.ndarray[Any, Any]":
    """Numbers as the library's distribution draws them, shifted at the receiving site, in limits if released."""
    mean, sd = float(row["dist_mean"]), float(row["dist_sd"])
    receiving = np.array([one.site == RECEIVING for one in lots])[each]
    shift = np.where(receiving, _SHIFT_SD, 0.0)
    if row["attribute_code"] == "DP_VCN":
        age = np.array([max(0, (one.started - date(2025, 11, 20)).days) / 365 for one in lots])[each]
        shift = shift + np.where(receiving, _DRIFT_SD * age, 0.0)
    drawn = _alike(lots, each, die.normal(size=len(each)), luck) * 0.8 + shift
    if row["distribution"] == "lognormal":
        sigma = np.sqrt(np.log(1 + (sd / mean) ** 2))
        values = np.exp(np.log(mean) - sigma**2 / 2 + sigma * drawn)
    else:
        values = mean + sd * drawn
    values = np.clip(values, float(row["dist_min"] or -np.inf), float(row["dist_max"] or np.inf))
    return np.round(_in_limits(row, values, lots, each, die), 3)


def _alike(
    lots: list[Batch], each: "np.ndarray[Any, Any]", drawn: "np.ndarray[Any, Any]", luck: list[int]
) -> "np.ndarray[Any, Any]":
    """Two lots of one split collection have most of their variation in common: it is the patient's."""
    pairs = np.array([one.pair for one in lots])[each]
    patients = np.random.default_rng([*luck, 1]).normal(size=pairs.max(initial=0) + 1)
    own = np.sqrt(1 - _PATIENT**2)
    return np.where(pairs > 0, _PATIENT * patients[pairs] + own * drawn, drawn)


def _in_limits(
    row: dict[str, str],
    values: "np.ndarray[Any, Any]",
    lots: list[Batch],
    each: "np.ndarray[Any, Any]",
    die: np.random.Generator,
) -> "np.ndarray[Any, Any]":
    """A released lot lies in its limits; rejected, or released out of specification, it fails one of them."""
    lower, upper = float(row["lower"] or -np.inf), float(row["upper"] or np.inf)
    good = np.array([one.disposition == "released" for one in lots])[each]
    near = die.uniform(0.02, 0.15, len(values))
    if np.isfinite(lower):
        values = np.where(good & (values < lower), lower + near * abs(lower), values)
    if np.isfinite(upper):
        values = np.where(good & (values > upper), upper - near * abs(upper), values)
    if row["attribute_code"] in _FAILS:
        bad = [one.disposition in ("rejected", "released out of specification") for one in lots]
        values = np.where(np.array(bad)[each], lower * (0.98 - near), values)
    return values


def known_results(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    """The results tested until a day."""
    return frame[frame["tested_on"] <= pd.Timestamp(day)]
