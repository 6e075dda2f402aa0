-- grain: one row per task, deliverable, decision or milestone that touches the days shown
-- params: $chosen (the programs let through), $program, $group, $partner, $jurisdiction, $area (null = all), $first_day, $last_day (null = all days), $as_of
-- picked: chosen by program_id or alliance, partner by partner_id or receiver_partner, jurisdiction by jurisdiction or none, area by workstream
with planned as (
    select
        *,
        coalesce(actual_start, forecast_start, baseline_start, actual_finish, forecast_finish, baseline_finish) as start_on,
        coalesce(actual_finish, forecast_finish, baseline_finish, actual_start, forecast_start, baseline_start) as finish_on,
        -- work begun and not done runs up to the report day, however long it is overdue
        case
            when actual_start is not null and actual_finish is null and kind not in ('milestone', 'decision')
                then cast($as_of as date)
        end as runs_until
    from tasks
)

select
    planned.task_id,
    planned.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    planned.partner_id,
    doing.name as partner_name,
    doing.name_ja as partner_name_ja,
    doing.role as partner_role,
    doing.country,
    planned.receiver_partner,
    waiting.name as receiver_name,
    waiting.name_ja as receiver_name_ja,
    planned.workstream,
    planned.name,
    planned.name_ja,
    planned.kind,
    planned.anchor,
    planned.jurisdiction,
    planned.baseline_start,
    planned.baseline_finish,
    planned.forecast_start,
    planned.forecast_finish,
    planned.actual_start,
    planned.actual_finish,
    planned.percent_complete,
    planned.predecessors,
    planned.start_on,
    planned.finish_on,
    planned.note
from planned
left join programs on planned.program_id = programs.program_id
left join partners as doing on planned.partner_id = doing.partner_id
left join partners as waiting on planned.receiver_partner = waiting.partner_id
where (
        list_contains($chosen, planned.program_id)
        or (planned.program_id is null and $program is null and ($group is null or $group <> []))
    )
    and ($partner is null or list_contains($partner, planned.partner_id) or list_contains($partner, planned.receiver_partner))
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, planned.jurisdiction)
        or (planned.jurisdiction is null and $jurisdiction <> [])
    )
    and ($area is null or list_contains($area, planned.workstream))
    and ($first_day is null or greatest(planned.finish_on, planned.runs_until, planned.baseline_finish) >= $first_day)
    and ($last_day is null or least(planned.start_on, planned.baseline_start, planned.baseline_finish) <= $last_day)
order by planned.start_on, planned.finish_on, planned.task_id
