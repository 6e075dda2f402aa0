"""What meetings leave behind: decisions, actions, risks, events, closures and targets."""

from datetime import date

from firstdose.demo import chance
from firstdose.demo.story import CENTRE, LAST, RECEIVING, REPORTED, SENDING, SITES, Program, Row

_DECISIONS = (
    ("D-01", "NCC-01", "S05", None, date(2025, 10, 3), "go", "", None, "Transfer plan accepted by both sides"),
    ("D-02", "NCC-01", "filing", "JP", date(2026, 2, 6), "conditional go", "Answer the three points of the consultation on integration analysis", date(2026, 8, 31), "The regulator agreed with the quality strategy"),
    ("D-03", "NCC-02", "S04", None, date(2026, 5, 8), "go", "", None, "Proof of concept reproduced at two laboratories"),
    ("D-04", "NCC-01", "filing", "JP", date(2026, 9, 4), "conditional go", "A third engineering run within specification", date(2026, 12, 18), "Target moved by two months after the failed run"),
    ("D-05", "HUB-11", "S02", None, date(2026, 1, 23), "no go", "", None, "No window between activity and toxicity"),
    ("D-06", "HUB-09", "S04", None, date(2026, 1, 22), "hold", "", None, "Partner seeks funding"),
)  # fmt: skip


def decision_rows(cast: list[Program], day: date) -> list[Row]:
    """The gate decisions taken until a day."""
    known = {one.id for one in cast}
    return [
        {
            "decision_id": id_,
            "program_id": program,
            "gate": gate,
            "jurisdiction": jurisdiction,
            "decided_on": decided,
            "outcome": outcome,
            "conditions": conditions or None,
            "conditions_due_on": due,
            "rationale": rationale,
            "data_version": sum(1 for one in REPORTED if one.day <= decided) or None,
            "decided_by": "Joint steering committee",
        }
        for id_, program, gate, jurisdiction, decided, outcome, conditions, due, rationale in _DECISIONS
        if decided <= day and program in known
    ]


_ACTIONS = (
    ("AC-01", "D-02", "NCC-01", "condition", "Integration analysis of three donors", "3ドナーの挿入部位解析", "QUILL", date(2026, 8, 31), date(2026, 9, 18), date(2026, 2, 6)),
    ("AC-02", "D-04", "NCC-01", "condition", "Third engineering run within specification", "規格内の工程確認製造3回目", RECEIVING, date(2026, 12, 18), None, date(2026, 9, 4)),
    ("AC-03", None, "NCC-01", "action", "Send revised batch record template", "改訂バッチ記録様式の送付", SENDING, date(2026, 11, 13), None, date(2026, 10, 9)),
    ("AC-04", None, "NCC-02", "action", "Agree margin of the potency method", "力価試験の許容幅の合意", RECEIVING, date(2026, 12, 4), None, date(2026, 11, 6)),
    ("AC-05", None, None, "action", "Common calendar of closures for 2027", "2027年休業日の共通カレンダー", CENTRE, date(2026, 10, 30), date(2026, 10, 28), date(2026, 9, 4)),
    ("AC-06", None, "HUB-08", "action", "Book apheresis slots with the hospital", "病院との採取枠の予約", "RIVER", date(2026, 11, 18), None, date(2026, 10, 9)),
)  # fmt: skip


def action_rows(cast: list[Program], day: date) -> list[Row]:
    """Conditions and promises made until a day."""
    known = {one.id for one in cast} | {None}
    return [
        {
            "action_id": id_,
            "decision_id": decision,
            "program_id": program,
            "kind": kind,
            "title": title,
            "title_ja": title_ja,
            "owner_partner": owner,
            "due_on": due,
            "closed_on": chance.known(closed, day),
        }
        for id_, decision, program, kind, title, title_ja, owner, due, closed, made in _ACTIONS
        if made <= day and program in known
    ]


_RISKS = (
    ("RK-01", "NCC-01", "Vector lot fails release", "ベクターロットの出荷不適", RECEIVING, 15, (30, 60, 120), "NCC-01-V03", "Second lot reserved"),
    ("RK-02", "NCC-01", "Engineering run repeated", "工程確認製造のやり直し", RECEIVING, 25, (20, 35, 60), "NCC-01-C03;NCC-01-C04", "Spare donor material booked"),
    ("RK-03", "NCC-01", "Regulator asks for more integration data", "挿入部位の追加データ要求", CENTRE, 20, (14, 30, 90), "NCC-01-R03;NCC-01-R06", "Pre-submission meeting"),
    ("RK-04", "NCC-02", "Method transfer fails its margin", "試験法移転の許容幅逸脱", SENDING, 30, (20, 45, 80), "NCC-02-M02;NCC-02-M03", "Joint training of analysts"),
    ("RK-05", None, "Key reagent from one source late", "単一供給元の重要試薬の遅延", "LUMEN", 20, (15, 30, 60), "NCC-01-C04;NCC-02-C02;NCC-03-C02", "Safety stock of three months"),
)  # fmt: skip


def risk_rows(cast: list[Program], day: date) -> list[Row]:
    """Schedule risks; the repeated engineering run has occurred."""
    known = {one.id for one in cast}
    return [
        {
            "risk_id": id_,
            "program_id": program,
            "title": title,
            "title_ja": title_ja,
            "owner_partner": owner,
            "status": "occurred" if id_ == "RK-02" and day >= date(2026, 7, 24) else "open",
            "probability_pct": likely,
            "impact_low_days": impact[0],
            "impact_mid_days": impact[1],
            "impact_high_days": impact[2],
            "tasks": named,
            "mitigation": mitigation,
            "accepted_by": None,
            "accepted_on": None,
            "review_on": chance.after(day, 28),
        }
        for id_, program, title, title_ja, owner, likely, impact, named, mitigation in _RISKS
        if all(task.rsplit("-", 1)[0] in known for task in named.split(";"))
    ]


_EVENTS = (
    ("EV-01", RECEIVING, "drug product", None, date(2026, 3, 16), "process change", "Expansion vessel changed", "培養容器の変更"),
    ("EV-02", SENDING, "drug product", "DP_VCN", date(2025, 11, 10), "method change", "VCN by digital PCR", "VCN試験をdPCRに変更"),
    ("EV-03", RECEIVING, None, None, date(2026, 8, 10), "site", "Summer shutdown and maintenance", "夏季休業・設備保全"),
    ("EV-04", RECEIVING, "vector", None, date(2025, 9, 1), "equipment", "New tangential flow skid", "TFF装置の更新"),
)  # fmt: skip


def event_rows(day: date) -> list[Row]:
    """What is marked on charts over time."""
    names = ("event_id", "partner_id", "material", "attribute_code", "on_date", "kind", "title", "title_ja")
    return [dict(zip(names, event, strict=True)) for event in _EVENTS if event[4] <= day]


def closure_rows(day: date) -> list[Row]:
    """Site shutdowns that are announced: year ends and summers."""
    found = []
    for site in SITES:
        for year in (2025, 2026, 2027):
            for first, last, reason in (
                (date(year, 8, 9), date(year, 8, 16), "Summer shutdown"),
                (date(year, 12, 27), date(year + 1, 1, 4), "Year end"),
            ):
                if first <= chance.after(day, 420):
                    found.append({"partner_id": site, "from_on": first, "to_on": last, "reason": reason})
    return found


def target_rows() -> list[Row]:
    """What good means to the alliance."""
    told = (
        ("TG-01", "vein to vein days", 45, "days"),
        ("TG-02", "release in specification pct", 95, "%"),
        ("TG-03", "right first time pct", 90, "%"),
        ("TG-04", "hand-off on time pct", 85, "%"),
        ("TG-05", "run ladder successes", 3, "runs"),
        ("TG-06", "vector cover weeks", 12, "weeks"),
    )
    return [
        {
            "target_id": id_,
            "metric": metric,
            "program_id": None,
            "partner_id": None,
            "value": value,
            "unit": unit,
            "valid_from": chance.after(LAST, -540),
        }
        for id_, metric, value, unit in told
    ]
