"""Who is in the story: partners, programs and their way through the stages, and the days it was reported."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from firstdose.demo import chance
from firstdose.reference import rows

Row = dict[str, Any]

CENTRE, SENDING, RECEIVING = "CENTRE", "CENTRE-CPF", "FORGE"
SITES = (SENDING, RECEIVING)
LAST = date(2026, 11, 20)
FILING_TO_DOSE_DAYS = 87  # review, enrolment and the first lot in the plan of every program


@dataclass(frozen=True, slots=True)
class Reported:
    """One state as it was published: the day, who, why and its name."""

    day: date
    by: str
    why: str
    name: str | None = None


REPORTED = (
    Reported(date(2025, 6, 6), "Alliance manager", "First common plan of both sides", "Kick-off 2025-06"),
    Reported(date(2025, 8, 1), "Alliance manager", "State after the summer working session"),
    Reported(date(2025, 10, 3), "Portfolio lead", "Plan baselined for steering", "Steering 2025-10"),
    Reported(date(2025, 12, 5), "CMC lead", "Transfer stage 2 closed, new batches"),
    Reported(date(2026, 2, 6), "Regulatory lead", "After the regulator's consultation", "Steering 2026-02"),
    Reported(date(2026, 4, 3), "CMC lead", "Qualification of methods began"),
    Reported(date(2026, 5, 29), "Portfolio lead", "State for the steering committee", "Steering 2026-05"),
    Reported(date(2026, 7, 24), "CMC lead", "Engineering run failed, plan moved"),
    Reported(date(2026, 9, 4), "Quality lead", "Repeat run released, items reopened", "Steering 2026-09"),
    Reported(date(2026, 10, 9), "Alliance manager", "Fortnightly state of both sides"),
    Reported(date(2026, 11, 6), "Alliance manager", "Fortnightly state of both sides", "Steering 2026-11"),
    Reported(date(2026, 11, 20), "Alliance manager", "Fortnightly state of both sides"),
)


@dataclass(frozen=True, slots=True)
class Program:
    """One program and where it stands on the last report day; ``ended`` when it stopped there."""

    id: str
    name: str
    name_ja: str
    target: str
    indication: str
    indication_ja: str
    group: str
    modality: str
    vector: str
    edited: bool
    selected: bool
    lead: str
    route: str
    jurisdictions: str
    status: str
    stage: int
    in_stage_days: int
    filing: date | None = None
    first_dose: date | None = None

    @property
    def alliance(self) -> bool:
        """Whether the two sides of the alliance make it together."""
        return self.id.startswith("NCC-")


_T, _B, _M, _S = "T-cell malignancy", "B-cell malignancy", "Myeloid malignancy", "Solid tumour"
_AUTO, _IIT, _CO = "autologous CAR-T", "investigator-initiated", "company-sponsored"
_TALL = ("T-cell acute lymphoblastic leukaemia", "T細胞性急性リンパ性白血病")
_PTCL = ("Peripheral T-cell lymphoma", "末梢性T細胞リンパ腫")
_MESO = ("Malignant pleural mesothelioma", "悪性胸膜中皮腫")

_CAST = (
    Program("NCC-01", "Aoba", "あおば", "CD7", *_TALL, _T, _AUTO, "lentiviral", True, False, CENTRE, _IIT,
            "JP;US", "active", 5, 250, date(2027, 3, 15), date(2027, 6, 10)),
    Program("NCC-02", "Hikari", "ひかり", "CD5", *_PTCL, _T, _AUTO, "lentiviral", False, False, CENTRE, _IIT,
            "JP", "active", 4, 190, date(2028, 2, 1), date(2028, 5, 15)),
    Program("NCC-03", "Minato", "みなと", "Mesothelin", *_MESO, _S, _AUTO, "gammaretroviral", False, True,
            CENTRE, _IIT, "JP", "active", 4, 60, date(2028, 9, 1), date(2028, 12, 15)),
    Program("HUB-04", "Tsubaki", "つばき", "CD19", "Diffuse large B-cell lymphoma",
            "びまん性大細胞型B細胞リンパ腫", _B, _AUTO, "lentiviral", False, False, "SAKURA", _CO, "JP;US",
            "active", 7, 420, date(2024, 10, 1), date(2025, 1, 20)),
    Program("HUB-05", "Kaede", "かえで", "BCMA", "Multiple myeloma", "多発性骨髄腫", _B, _AUTO, "lentiviral",
            False, False, "SAKURA", _CO, "JP", "active", 8, 240, date(2023, 3, 1), date(2023, 7, 1)),
    Program("HUB-06", "Yuzu", "ゆず", "CD33", "Acute myeloid leukaemia", "急性骨髄性白血病", _M, _AUTO,
            "lentiviral", True, False, "RIVER", _IIT, "JP", "active", 5, 520, date(2027, 1, 20),
            date(2027, 4, 20)),
    Program("HUB-07", "Sumire", "すみれ", "GPC3", "Hepatocellular carcinoma", "肝細胞がん", _S, _AUTO,
            "gammaretroviral", False, True, "RIVER", _IIT, "JP", "active", 7, 150, date(2026, 3, 1),
            date(2026, 6, 20)),
    Program("HUB-08", "Ran", "らん", "Claudin 18.2", "Gastric cancer", "胃がん", _S, _AUTO, "lentiviral",
            False, True, "LOTUS", _CO, "JP;EU", "active", 6, 70, date(2026, 10, 15), date(2027, 2, 10)),
    Program("HUB-09", "Ume", "うめ", "GD2", "Neuroblastoma", "神経芽腫", _S, _AUTO, "gammaretroviral", False,
            False, "RIVER", _IIT, "JP", "on hold", 4, 640),
    Program("HUB-10", "Fuji", "ふじ", "CD70", "Renal cell carcinoma", "腎細胞がん", _S, "allogeneic CAR-T",
            "lentiviral", True, True, "LOTUS", _CO, "US", "active", 3, 110),
    Program("HUB-11", "Momiji", "もみじ", "HER2", "Osteosarcoma", "骨肉腫", _S, _AUTO, "non-viral", False,
            True, "SAKURA", _CO, "JP", "stopped", 2, 330),
    Program("HUB-12", "Asagao", "あさがお", "CD19", "Systemic lupus erythematosus", "全身性エリテマトーデス",
            "Autoimmune", _AUTO, "lentiviral", False, False, "LOTUS", _CO, "JP", "active", 2, 200),
)  # fmt: skip


def programs(seed: int, count: int) -> list[Program]:
    """The cast, and beyond twelve as many made-up programs as are asked for."""
    found = list(_CAST[:count])
    die = chance.of(seed, "programs")
    found += [_extra(number, die) for number in range(len(found) + 1, count + 1)]
    return found


def _extra(number: int, die: Random) -> Program:
    stage = die.choices(range(1, 9), (3, 3, 2, 3, 3, 1, 3, 2))[0]
    model = die.choice(_CAST)
    status = die.choices(("active", "on hold", "stopped"), (8, 1, 2))[0]
    filing = chance.after(LAST, (5 - stage) * 300 + die.randint(60, 400)) if stage >= 4 else None
    return Program(
        f"HUB-{number:02d}",
        f"Program {number}",
        f"プログラム{number}",
        model.target,
        model.indication,
        model.indication_ja,
        model.group,
        model.modality,
        model.vector,
        model.edited,
        model.selected,
        die.choice(("SAKURA", "RIVER", "LOTUS")),
        model.route,
        model.jurisdictions,
        status,
        stage,
        die.randint(10, 500),
        filing,
        chance.after(filing, 110) if filing else None,
    )


def partner_rows(day: date) -> list[Row]:
    """The organisations and sites as they were called on a day; all invented. A hospital changes its name."""
    before = day < date(2026, 2, 1)
    river = (
        ("Riverside General Hospital", "リバーサイド総合病院")
        if before
        else ("Riverside Hospital", "リバーサイド病院")
    )
    told = (
        (CENTRE, "Aozora Cancer Centre", "あおぞらがんセンター", "academic centre", "JP"),
        (SENDING, "Aozora cell processing facility", "あおぞら細胞調製施設", "academic centre", "JP"),
        (RECEIVING, "Forge Cell Works", "フォージ・セルワークス", "CDMO", "JP"),
        ("QUILL", "Quill Research", "クイル・リサーチ", "CRO", "JP"),
        ("RIVER", *river, "hospital", "JP"),
        ("SAKURA", "Sakuragi Therapeutics", "さくらぎセラピューティクス", "sponsor", "JP"),
        ("LOTUS", "Lotus Bio", "ロータスバイオ", "sponsor", "US"),
        ("LUMEN", "Lumen Reagents", "ルーメン試薬", "vendor", "US"),
        ("REG-JP", "Regulator (Japan)", "規制当局(日本)", "regulator", "JP"),
        ("REG-US", "Regulator (United States)", "規制当局(米国)", "regulator", "US"),
    )
    names = ("partner_id", "name", "name_ja", "role", "country")
    return [dict(zip(names, row, strict=True)) for row in told]


def program_rows(cast: list[Program], day: date) -> list[Row]:
    """The programs as they were known on a day; the first target dates were earlier than today's."""
    return [
        {
            "program_id": one.id,
            "name": one.name,
            "name_ja": one.name_ja,
            "target": one.target,
            "indication": one.indication,
            "indication_ja": one.indication_ja,
            "indication_group": one.group,
            "modality": one.modality,
            "vector": one.vector,
            "gene_edited": one.edited,
            "target_selected": one.selected,
            "lead_partner": one.lead,
            "route": one.route,
            "jurisdictions": one.jurisdictions,
            "status": _status(one, day),
            "target_filing_date": _target(one, one.filing, day),
            "target_fih_date": _target(one, one.first_dose, day),
        }
        for one in cast
    ]


def _status(one: Program, day: date) -> str:
    """On hold or stopped only once it was so: a year before the last report day at the earliest."""
    return one.status if day >= chance.after(LAST, -min(one.in_stage_days, 300)) else "active"


def _target(one: Program, target: date | None, day: date) -> date | None:
    """The committed date: the first program's was moved by the steering committee of 2026-09."""
    if target is not None and one.id == "NCC-01" and day < date(2026, 9, 4):
        return chance.after(target, -60)
    return target


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a program in a stage; open when it has no end."""

    program: Program
    stage: int
    entered: date
    left: date | None
    outcome: str


def stays(cast: list[Program], seed: int) -> list[Stay]:
    """The way of each program, backwards from where it stands, with the reference durations as measure."""
    found = []
    typical = {int(row["stage_order"]): int(row["typical_duration_months_mid"]) for row in rows("stages")}
    for one in cast:
        die = chance.of(seed, f"stays {one.id}")
        entered = chance.after(LAST, -one.in_stage_days)
        ended = chance.after(LAST, -min(one.in_stage_days - 1, 300)) if one.status == "stopped" else None
        found.append(Stay(one, one.stage, entered, ended, "stopped" if ended else "open"))
        for number in range(one.stage - 1, 0, -1):
            began = chance.after(entered, -typical[number] * 30.4 * die.uniform(0.7, 1.5))
            found.append(Stay(one, number, began, entered, "advanced"))
            entered = began
    return found


def dated(cast: list[Program], all_stays: list[Stay]) -> list[Program]:
    """The programs with the days of filing and first dose that their stages tell, where those are behind."""
    entered = {(stay.program.id, stay.stage): stay.entered for stay in all_stays}
    found = []
    for one in cast:
        if one.stage >= 7:
            dosed = entered[one.id, 7]
            one = replace(one, filing=chance.after(dosed, -FILING_TO_DOSE_DAYS), first_dose=dosed)
        elif one.stage == 6 and one.filing and one.first_dose:
            filing = max(one.filing, entered[one.id, 6], chance.after(LAST, -60))
            one = replace(one, filing=filing, first_dose=max(one.first_dose, chance.after(filing, 110)))
        found.append(one)
    return found


def stay_rows(all_stays: list[Stay], day: date) -> list[Row]:
    """The stays as they were known on a day."""
    return [
        {
            "program_id": stay.program.id,
            "stage_code": f"S{stay.stage:02d}",
            "entered_on": stay.entered,
            "left_on": chance.known(stay.left, day),
            "outcome": stay.outcome if chance.known(stay.left, day) else "open",
        }
        for stay in sorted(all_stays, key=lambda stay: (stay.program.id, stay.entered))
        if stay.entered <= day
    ]
