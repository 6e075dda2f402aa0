-- grain: one row per decision taken at one gate of the chosen programs, the newest first
-- params: $chosen (the programs let through), $where (jurisdiction; decisions for all count too), $blocks (the gate)
-- picked: chosen by program_id
select
    decision_id,
    program_id,
    gate,
    jurisdiction,
    decided_on,
    outcome,
    conditions,
    conditions_due_on,
    rationale,
    data_version,
    decided_by
from decisions
where list_contains($chosen, program_id)
    and (jurisdiction is null or jurisdiction = $where)
    and gate = $blocks
order by decided_on desc, data_version desc nulls last, decision_id desc
