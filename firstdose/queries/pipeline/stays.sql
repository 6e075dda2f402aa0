-- grain: one row per stay of a program in a stage, as it was known on the report day
-- params: $program, $group, $partner, $jurisdiction, $area (null = all), $since, $until (bound entered_on), $as_of
with chosen as (
    select program_id
    from programs
    where ($program is null or list_contains($program, program_id))
        and ($group is null or list_contains($group, indication_group))
        and ($jurisdiction is null or list_has_any(string_split(jurisdictions, ';'), $jurisdiction))
        and ($area is null or $area <> []) -- a program belongs to every area; a refused area still shows nothing
        and (
            $partner is null
            or list_contains($partner, lead_partner)
            or program_id in (
                select program_id
                from tasks
                where list_contains($partner, partner_id) or list_contains($partner, receiver_partner)
            )
            or program_id in (select program_id from readiness_items where list_contains($partner, owner_partner))
            or program_id in (select program_id from batches where list_contains($partner, partner_id))
        )
)

select
    stage_events.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    programs.target,
    programs.indication,
    programs.indication_ja,
    programs.status as program_status,
    stages.stage_code,
    stages.stage_order::integer as stage_order,
    stages.name as stage_name,
    stages.name_ja as stage_name_ja,
    stage_events.entered_on,
    if(stage_events.left_on <= $as_of, stage_events.left_on, null) as left_on,
    if(stage_events.left_on is null or stage_events.left_on > $as_of, 'open', stage_events.outcome) as outcome,
    (least(coalesce(stage_events.left_on, $as_of::date), $as_of::date) - stage_events.entered_on)::integer as days,
    stages.typical_duration_months_mid::integer as typical_mid_months,
    stages.typical_duration_months_high::integer as typical_high_months
from stage_events
inner join reference.stages on stage_events.stage_code = stages.stage_code
inner join programs on stage_events.program_id = programs.program_id
where stage_events.program_id in (select program_id from chosen)
    and stage_events.entered_on <= $as_of
    and ($since is null or stage_events.entered_on >= $since)
    and ($until is null or stage_events.entered_on <= $until)
order by stage_events.program_id, stage_events.entered_on, stages.stage_order
