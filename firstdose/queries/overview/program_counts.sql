-- grain: one row in all: the chosen programs by status
-- params: $chosen (the programs let through), $as_of
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
    count(*)::integer as programs,
    (count(*) filter (where programs.status = 'active'))::integer as active,
    (count(*) filter (where programs.status = 'on hold'))::integer as on_hold,
    (count(*) filter (where programs.status = 'stopped'))::integer as stopped,
    (
        count(*) filter (
            where programs.status = 'active'
                and standing.stage_order >= (select stage_order from reference.stages where stage_code = 'S07')
        )
    )::integer as in_clinic
from programs
left join standing on programs.program_id = standing.program_id
where list_contains($chosen, programs.program_id)
order by programs
