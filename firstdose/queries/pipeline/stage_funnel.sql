-- grain: one row per stage of the reference table, all of them in order
-- params: $chosen (the programs let through), $since, $until (bound entered_on), $as_of
with stays as (
    select
        stage_events.program_id,
        stages.stage_code,
        stages.stage_order,
        if(stage_events.left_on is null or stage_events.left_on > $as_of, 'open', stage_events.outcome) as outcome
    from stage_events
    inner join reference.stages on stage_events.stage_code = stages.stage_code
    where list_contains($chosen, stage_events.program_id)
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
    len($chosen)::integer as programs,
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
