"""The plan: tasks with baseline, forecast and actual days, whose delays become known one after the other."""

from dataclasses import dataclass, replace
from datetime import date

from firstdose.demo import chance
from firstdose.demo.story import CENTRE, RECEIVING, SENDING, Program, Row

#: Days before filing, working title, who does it and who waits for it.
#: code, days from start to filing, duration, workstream, by, waits, kind, name, name_ja, predecessors, anchor
_STEPS = (
    ("A01", 640, 60, "Alliance", CENTRE, RECEIVING, "deliverable", "Agree scope and quality agreement", "業務範囲・品質取決めの合意", "", ""),
    ("T01", 580, 45, "Technology transfer", CENTRE, RECEIVING, "deliverable", "Hand over process description", "製法記述書の引渡し", "A01", ""),
    ("T02", 530, 40, "Technology transfer", RECEIVING, "", "task", "Gap and risk assessment at the receiving site", "受入施設のギャップ・リスク評価", "T01", ""),
    ("T03", 500, 50, "Technology transfer", RECEIVING, CENTRE, "deliverable", "Transfer plan with acceptance criteria", "移転計画(判定基準を含む)", "T02", ""),
    ("V01", 560, 90, "CMC-Vector", CENTRE, RECEIVING, "deliverable", "Producer cell bank released", "産生細胞バンクの出荷", "A01", ""),
    ("V02", 460, 80, "CMC-Vector", RECEIVING, "", "task", "Vector engineering run", "ベクター工程確認製造", "V01;T03", ""),
    ("V03", 360, 110, "CMC-Vector", RECEIVING, CENTRE, "deliverable", "Clinical vector lot released", "治験用ベクターロットの出荷", "V02", ""),
    ("M01", 520, 80, "Analytical", SENDING, RECEIVING, "deliverable", "Hand over release methods", "出荷試験法の引渡し", "T01", ""),
    ("M02", 430, 90, "Analytical", RECEIVING, "", "task", "Comparative testing of methods", "試験法の比較試験", "M01", ""),
    ("M03", 330, 80, "Analytical", RECEIVING, CENTRE, "deliverable", "Method transfer report", "試験法移転報告書", "M02", ""),
    ("C01", 430, 60, "CMC-Drug product", RECEIVING, "", "task", "Train operators at the sending site", "移転元施設での作業者訓練", "T03", ""),
    ("C02", 360, 45, "CMC-Drug product", RECEIVING, "", "task", "Engineering run 1", "工程確認製造 1回目", "C01;V02", ""),
    ("C03", 300, 45, "CMC-Drug product", RECEIVING, "", "task", "Engineering run 2", "工程確認製造 2回目", "C02FS+7d", ""),
    ("C04", 240, 50, "CMC-Drug product", RECEIVING, "", "task", "Engineering run 3", "工程確認製造 3回目", "C03FS+7d;M03", ""),
    ("C05", 175, 60, "CMC-Drug product", RECEIVING, CENTRE, "deliverable", "Comparability report of both sites", "両施設の同等性報告書", "C04;V03", ""),
    ("S01", 300, 120, "CMC-Drug product", RECEIVING, "", "task", "Stability of drug product, first points", "製品安定性(初期時点)", "C02", ""),
    ("N01", 560, 200, "Nonclinical", "QUILL", CENTRE, "deliverable", "Safety study report", "安全性試験報告書", "A01", ""),
    ("N02", 350, 90, "Nonclinical", "QUILL", CENTRE, "deliverable", "Off-target and integration analysis", "オフターゲット・挿入部位解析", "N01", ""),
    ("Q01", 420, 150, "Quality system", RECEIVING, "", "task", "Facility qualification and media fills", "施設適格性評価・培地充填試験", "T02", ""),
    ("Q02", 230, 60, "Quality system", RECEIVING, CENTRE, "deliverable", "GCTP audit answered", "GCTP監査への回答", "Q01", ""),
    ("L01", 260, 90, "Supply & logistics", RECEIVING, "RIVER", "deliverable", "Chain of identity and courier qualified", "個体識別・輸送の適格性確認", "T03", ""),
    ("E01", 300, 120, "Ethics & biosafety", CENTRE, "", "task", "Biosafety approval (Cartagena)", "カルタヘナ第一種・第二種承認", "V01", ""),
    ("M04", 470, 120, "Analytical", SENDING, "", "task", "Qualify the potency method", "力価試験法の適格性評価", "M01", ""),
    ("V04", 250, 80, "CMC-Vector", "QUILL", RECEIVING, "deliverable", "Vector safety testing (RCL) report", "ベクター安全性(RCL)試験報告書", "V03", ""),
    ("S02", 170, 90, "CMC-Drug product", RECEIVING, "", "task", "In-use and post-thaw stability", "投与時・解凍後の安定性", "S01", ""),
    ("Q03", 200, 60, "Quality system", RECEIVING, "", "task", "Rehearse batch release and out-of-specification plan", "出荷判定・規格外対応の予行", "Q01", ""),
    ("L02", 160, 40, "Supply & logistics", "LUMEN", RECEIVING, "deliverable", "Safety stock of critical reagents", "重要試薬の安全在庫", "T03", ""),
    ("E02", 130, 70, "Ethics & biosafety", CENTRE, "RIVER", "deliverable", "Review board approval and consent documents", "倫理審査承認・同意説明文書", "R02", ""),
    ("K00", 210, 60, "Clinical", CENTRE, "", "task", "Safety monitoring plan and committee", "安全性監視計画・委員会", "R02", ""),
    ("R01", 330, 60, "Regulatory", CENTRE, "REG-JP", "deliverable", "Consultation on quality and safety", "品質・安全性相談", "T03", ""),
    ("R02", 260, 5, "Regulatory", CENTRE, "", "decision", "Decide on the advice received", "相談結果に基づく判断", "R01", ""),
    ("R03", 150, 110, "Regulatory", CENTRE, "", "task", "Write the quality dossier", "品質資料の作成", "C05;M03;N02;R02", ""),
    ("R04", 70, 50, "Regulatory", CENTRE, "REG-JP", "deliverable", "Investigator's brochure and protocol final", "治験薬概要書・実施計画書の確定", "N02;R02", ""),
    ("R05", 0, 0, "Regulatory", CENTRE, "REG-JP", "milestone", "Clinical trial notification filed", "治験計画届の提出", "R03;R04;Q02;E01", "filing"),
    ("R06", -31, 30, "Regulatory", "REG-JP", CENTRE, "task", "30-day review", "30日調査", "R05", ""),
    ("K01", 120, 90, "Clinical", "RIVER", CENTRE, "deliverable", "Site ready: apheresis, infusion, training", "施設準備(アフェレーシス・投与・訓練)", "L01", ""),
    ("K02", -40, 20, "Clinical", "RIVER", RECEIVING, "deliverable", "First participant enrolled and apheresis", "最初の被験者登録・採取", "R06;K01", ""),
    ("C06", -62, 24, "CMC-Drug product", RECEIVING, "RIVER", "deliverable", "First clinical lot released", "最初の治験製品の出荷", "K02", ""),
    ("K03", -87, 0, "Clinical", "RIVER", "", "milestone", "First dose", "初回投与", "C06", "first dose"),
)  # fmt: skip
_SHORT = ("R05", "K03", "R03", "C04", "V03", "Q02")  # of programs outside the alliance


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its baseline, its own delay and the day on which that delay became known."""

    id: str
    program: Program
    step: tuple[str, int, int, str, str, str, str, str, str, str, str]
    start: date
    finish: date
    before: tuple[str, ...]
    delay: int
    known: date
    longer: int
    forgotten: bool
    jurisdiction: str | None = None


def tasks(cast: list[Program], seed: int) -> list[Task]:
    """The plan of the alliance programs, and the main steps of the others that have dates."""
    found: list[Task] = []
    for one in cast:
        if one.filing is None or one.first_dose is None:
            continue
        filing = chance.after(one.filing, -60) if one.alliance else one.filing
        found += [_task(one, step, filing, seed) for step in _STEPS if one.alliance or step[0] in _SHORT]
        if one.id == "NCC-01":
            us = next(task for task in found if task.id == "NCC-01-R05")
            step = (*us.step[:7], "IND filed in the United States", "米国IND申請", "R03", "filing")
            found.append(
                replace(us, id="NCC-01-R07", step=step, jurisdiction="US", start=chance.after(us.start, 120),
                        finish=chance.after(us.finish, 120), before=("NCC-01-R03",), delay=30)
            )  # fmt: skip
    return found


#: The requirement that a step closes in Japan.
_CLOSES = {
    "A01": "QS-03", "V03": "VEC-04", "M03": "ANA-07", "C04": "DP-02", "C05": "DP-08", "S01": "DP-07",
    "N01": "NC-03", "N02": "NC-05", "Q01": "DP-03", "L01": "SUP-03", "E01": "ETH-01", "R01": "REG-02",
    "R03": "REG-06", "R04": "REG-05", "R05": "REG-03", "R06": "REG-04", "K01": "CLN-07",
}  # fmt: skip


#: The transfer that a step serves, by its working title.
_SERVES = {
    "T01": "T", "T02": "T", "T03": "T", "C01": "T", "C02": "T", "C03": "T", "C04": "T", "C05": "T",
    "V02": "V", "V03": "V", "V04": "V", "M01": "M", "M02": "M", "M03": "M", "M04": "P", "Q01": "Q",
    "Q02": "Q", "Q03": "Q", "L01": "L", "L02": "L", "S02": "L",
}  # fmt: skip


def closing(all_tasks: list[Task]) -> dict[str, tuple[date, date]]:
    """By the ID of the item that a task closes: the day in the baseline, and the day it will be."""
    true = _pass(all_tasks, None)
    return {
        item: (task.finish, true[task.id][1]) for task in all_tasks if (item := _closes(task)) is not None
    }


def _closes(task: Task) -> str | None:
    code = _CLOSES.get(task.step[0])
    ours = task.program.alliance and code is not None and task.jurisdiction != "US"
    return f"{task.program.id}-JP-{code}" if ours else None


def _task(
    one: Program, step: tuple[str, int, int, str, str, str, str, str, str, str, str], filing: date, seed: int
) -> Task:
    code, ahead, days = step[0], step[1], step[2]
    die = chance.of(seed, f"task {one.id} {code}")
    start = chance.after(filing, -ahead)
    delay = die.choice((0, 0, 0, 0, 3, 7, 14, 21)) if one.alliance else die.choice((0, 0, 10))
    longer = die.choice((0, 0, 0, 5, 12)) if days else 0
    if one.id == "NCC-01" and code == "C02":
        longer = 38  # the engineering run that failed and was repeated
    if one.id == "NCC-01" and code == "C05":
        longer = 9  # a margin missed, found in autumn
    if one.stage >= 7 and step[10]:
        delay = 0  # it happened on the day that the stages tell
    codes = {other[0] for other in _STEPS} if one.alliance else set(_SHORT)
    before = tuple(f"{one.id}-{link}" for link in step[9].split(";") if link and link.split("FS")[0] in codes)
    return Task(
        f"{one.id}-{code}",
        one,
        step,
        start,
        chance.after(start, days),
        before,
        delay,
        chance.after(start, die.randint(-80, 10)),
        longer,
        die.random() < 0.06 and days > 0,
        "JP" if step[10] and "JP" in one.jurisdictions else None,
    )


def _pass(all_tasks: list[Task], day: date | None) -> dict[str, tuple[date, date]]:
    """Forward through the plan with the delays known on a day; with all of them when there is no day."""
    found: dict[str, tuple[date, date]] = {}
    for task in all_tasks:
        start = task.start
        if day is None or task.known <= day:
            start = chance.after(start, task.delay)
        for link in task.before:
            name, _sep, lag = link.partition("FS+")
            if name in found:
                start = max(start, chance.after(found[name][1], int(lag.rstrip("d") or 0) if lag else 1))
        length = (task.finish - task.start).days
        if day is None or chance.after(start, 25) <= day:
            length += task.longer
        found[task.id] = (start, chance.after(start, length))
    return found


def task_rows(all_tasks: list[Task], day: date, items: set[str]) -> list[Row]:
    """The plan as it was known on a day."""
    true, expected = _pass(all_tasks, None), _pass(all_tasks, day)
    found = []
    for task in all_tasks:
        began, ended = (chance.known(moment, day) for moment in true[task.id])
        start, finish = expected[task.id]
        if not began and start <= day and not task.forgotten:
            start, finish = chance.after(day, 5), max(finish, chance.after(day, 5 + (finish - start).days))
        if began and not ended and finish <= day and not task.forgotten:
            finish = chance.after(day, 9)
        start, finish = began or start, ended or max(finish, began or start)
        length = max((task.finish - task.start).days, 0)
        code, _ahead, _days, workstream, by, waits, kind, name, name_ja, _links, anchor = task.step
        outside = not task.program.alliance and by == CENTRE
        found.append(
            {
                "task_id": task.id,
                "program_id": task.program.id,
                "partner_id": task.program.lead if outside else by,
                "receiver_partner": waits or None,
                "workstream": workstream,
                "name": name,
                "name_ja": name_ja,
                "kind": kind,
                "anchor": anchor or None,
                "jurisdiction": task.jurisdiction,
                "item_id": item if (item := _closes(task)) in items else None,
                "transfer_id": f"TR-{task.program.id}-{_SERVES[code]}"
                if task.program.alliance and code in _SERVES
                else None,
                "baseline_start": task.start,
                "baseline_finish": task.finish,
                "forecast_start": start,
                "forecast_finish": finish,
                "actual_start": began,
                "actual_finish": ended,
                "percent_complete": 100 if ended else _done(began, finish, day) if began else 0,
                "predecessors": ";".join(task.before) or None,
                "duration_low_days": round(length * 0.85) if length else None,
                "duration_mid_days": length or None,
                "duration_high_days": round(length * 1.6) if length else None,
                "note": "No word from the owner since the last meeting"
                if task.forgotten and not ended
                else None,
            }
        )
    return found


def _done(began: date, finish: date, day: date) -> int:
    return min(95, max(5, round(100 * (day - began).days / max((finish - began).days, 1))))
