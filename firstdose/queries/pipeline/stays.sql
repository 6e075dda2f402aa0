-- grain: one row per stay of a program in a stage, as it was known on the report day
-- params: $chosen (the programs let through), $since, $until (bound entered_on), $as_of
-- picked: chosen by program_id, since by entered_on, until by entered_on
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
where list_contains($chosen, stage_events.program_id)
    and stage_events.entered_on <= $as_of
    and ($since is null or stage_events.entered_on >= $since)
    and ($until is null or stage_events.entered_on <= $until)
order by stage_events.program_id, stage_events.entered_on, stages.stage_order
