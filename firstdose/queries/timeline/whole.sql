-- grain: one row per task of the whole plan: links cross programs, so no filter applies
-- params: none
select
    tasks.task_id,
    tasks.program_id,
    tasks.partner_id,
    doing.name as partner_name,
    doing.name_ja as partner_name_ja,
    doing.role as partner_role,
    doing.country,
    tasks.receiver_partner,
    waiting.name as receiver_name,
    waiting.name_ja as receiver_name_ja,
    tasks.workstream,
    tasks.name,
    tasks.name_ja,
    tasks.kind,
    tasks.anchor,
    tasks.jurisdiction,
    tasks.baseline_start,
    tasks.baseline_finish,
    tasks.forecast_start,
    tasks.forecast_finish,
    tasks.actual_start,
    tasks.actual_finish,
    tasks.percent_complete,
    tasks.predecessors,
    tasks.duration_low_days,
    tasks.duration_mid_days,
    tasks.duration_high_days
from tasks
left join partners as doing on tasks.partner_id = doing.partner_id
left join partners as waiting on tasks.receiver_partner = waiting.partner_id
order by tasks.task_id
