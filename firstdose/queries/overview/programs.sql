-- grain: one row per program chosen, with whether it stands in the clinic
-- params: $chosen (the programs let through), $as_of
-- picked: chosen by program_id
with standing as (
    select
        stage_events.program_id,
        max(stages.stage_order) as stage_order
    from stage_events
    inner join reference.stages on stage_events.stage_code = stages.stage_code
    where stage_events.entered_on <= $as_of
        and (stage_events.left_on is null or stage_events.left_on > $as_of)
    group by stage_events.program_id
)

select
    programs.program_id,
    programs.status,
    coalesce(
        standing.stage_order >= (select stage_order from reference.stages where stage_code = 'S07'), false
    ) as is_in_clinic
from programs
left join standing on programs.program_id = standing.program_id
where list_contains($chosen, programs.program_id)
order by programs.program_id
