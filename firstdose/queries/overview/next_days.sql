-- grain: one row per task or milestone that is not done and touches the 90 days after the report day, and per open gate item due in them (kind 'gate item')
-- params: $chosen (the programs let through), $program, $group, $partner, $jurisdiction, $area (null = all), $since, $until (bound finish_on), $as_of
-- picked: chosen by program_id or alliance, partner by partner_id or receiver_partner, jurisdiction by jurisdiction or none, area by workstream, since by finish_on, until by finish_on
with planned as (
    select
        task_id as row_key,
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
),

due as (
    select
        item_id as row_key,
        program_id,
        owner_partner as partner_id,
        null::varchar as receiver_partner,
        area as workstream,
        title as name,
        title_ja as name_ja,
        'gate item' as kind,
        blocks as anchor,
        jurisdiction,
        null::date as baseline_start,
        null::date as baseline_finish,
        due_on as start_on,
        due_on as finish_on
    from readiness_items
    where gate and status not in ('closed', 'not applicable')
),

ahead as (
    select * from planned
    union all by name
    select * from due
)

select
    ahead.row_key,
    ahead.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    ahead.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    ahead.partner_id = coalesce(programs.lead_partner, ahead.partner_id) as is_lead,
    ahead.receiver_partner,
    ahead.workstream,
    ahead.name,
    ahead.name_ja,
    ahead.kind,
    ahead.anchor,
    ahead.jurisdiction,
    ahead.baseline_start,
    ahead.baseline_finish,
    ahead.start_on,
    ahead.finish_on
from ahead
left join programs on ahead.program_id = programs.program_id
left join partners on ahead.partner_id = partners.partner_id
where (
        (list_contains($chosen, ahead.program_id) and programs.status <> 'stopped')
        or (ahead.program_id is null and $program is null and ($group is null or $group <> []))
    )
    and ($partner is null or list_contains($partner, ahead.partner_id) or list_contains($partner, ahead.receiver_partner))
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, ahead.jurisdiction)
        or (ahead.jurisdiction is null and $jurisdiction <> [])
    )
    and ($area is null or list_contains($area, ahead.workstream))
    and ahead.start_on <= $as_of::date + 90
    and ahead.finish_on >= $as_of
    and ($since is null or ahead.finish_on >= $since)
    and ($until is null or ahead.finish_on <= $until)
order by ahead.finish_on, ahead.start_on, ahead.kind, ahead.row_key
