-- grain: one row per task or milestone that is not done and touches the 90 days after the report day
-- params: $chosen (the programs let through), $program, $group, $partner, $jurisdiction, $area (null = all), $since, $until (bound finish_on), $as_of
with planned as (
    select
        task_id,
        program_id,
        partner_id,
        receiver_partner,
        workstream,
        name,
        name_ja,
        kind,
        anchor,
        jurisdiction,
        baseline_start,
        baseline_finish,
        coalesce(actual_start, forecast_start, baseline_start, forecast_finish, baseline_finish) as start_on,
        coalesce(forecast_finish, baseline_finish, actual_start, forecast_start, baseline_start) as finish_on
    from tasks
    where actual_finish is null or actual_finish > $as_of
)

select
    planned.task_id,
    planned.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    planned.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    planned.partner_id = coalesce(programs.lead_partner, planned.partner_id) as is_lead,
    planned.receiver_partner,
    planned.workstream,
    planned.name,
    planned.name_ja,
    planned.kind,
    planned.anchor,
    planned.jurisdiction,
    planned.baseline_start,
    planned.baseline_finish,
    planned.start_on,
    planned.finish_on
from planned
left join programs on planned.program_id = programs.program_id
left join partners on planned.partner_id = partners.partner_id
where (
        (list_contains($chosen, planned.program_id) and programs.status <> 'stopped')
        or (planned.program_id is null and $program is null and ($group is null or $group <> []))
    )
    and ($partner is null or list_contains($partner, planned.partner_id) or list_contains($partner, planned.receiver_partner))
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, planned.jurisdiction)
        or (planned.jurisdiction is null and $jurisdiction <> [])
    )
    and ($area is null or list_contains($area, planned.workstream))
    and planned.start_on <= $as_of::date + 90
    and planned.finish_on >= $as_of
    and ($since is null or planned.finish_on >= $since)
    and ($until is null or planned.finish_on <= $until)
order by planned.finish_on, planned.start_on, planned.task_id
