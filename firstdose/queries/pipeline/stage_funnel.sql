-- grain: one row per stage of the reference table, all of them in order
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
),

stays as (
    select
        stage_events.program_id,
        stages.stage_code,
        stages.stage_order,
        if(stage_events.left_on is null or stage_events.left_on > $as_of, 'open', stage_events.outcome) as outcome
    from stage_events
    inner join reference.stages on stage_events.stage_code = stages.stage_code
    where stage_events.program_id in (select program_id from chosen)
        and stage_events.entered_on <= $as_of
        and ($since is null or stage_events.entered_on >= $since)
        and ($until is null or stage_events.entered_on <= $until)
),

furthest as (
    select
        program_id,
        max(stage_order) as stage_order
    from stays
    group by program_id
)

select
    stages.stage_code,
    stages.stage_order::integer as stage_order,
    stages.name as stage_name,
    stages.name_ja as stage_name_ja,
    (select count(*) from chosen)::integer as programs,
    (select count(*) from furthest where furthest.stage_order >= stages.stage_order)::integer as reached,
    count(stays.stage_code)::integer as entered,
    (count(*) filter (where stays.outcome = 'advanced'))::integer as advanced,
    (count(*) filter (where stays.outcome = 'stopped'))::integer as stopped,
    (count(*) filter (where stays.outcome = 'open'))::integer as still_open,
    stages.typical_duration_months_low::integer as typical_low_months,
    stages.typical_duration_months_mid::integer as typical_mid_months,
    stages.typical_duration_months_high::integer as typical_high_months
from reference.stages
left join stays on stages.stage_code = stays.stage_code
group by all
order by stage_order
