-- grain: one row in all: the chosen programs by status
-- params: $program, $group, $partner, $jurisdiction, $area (null = all), $as_of
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

standing as (
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
where programs.program_id in (select program_id from chosen)
order by programs
