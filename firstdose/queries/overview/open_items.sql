-- grain: one row per milestone that readiness items block, both of them
-- params: $chosen (the programs let through), $partner, $jurisdiction, $area (null = all), $since, $until (bound due_on)
with still_open as (
    select
        blocks,
        program_id,
        gate
    from readiness_items
    where status not in ('closed', 'not applicable')
        and list_contains($chosen, program_id)
        and ($jurisdiction is null or list_contains($jurisdiction, jurisdiction))
        and ($area is null or list_contains($area, area))
        and ($partner is null or list_contains($partner, owner_partner))
        and ($since is null or due_on >= $since)
        and ($until is null or due_on <= $until)
)

select
    milestone.blocks,
    (count(*) filter (where still_open.gate))::integer as open_gate,
    (count(distinct still_open.program_id) filter (where still_open.gate))::integer as programs
from (values ('filing'), ('first dose')) as milestone (blocks)
left join still_open on milestone.blocks = still_open.blocks
group by milestone.blocks
order by milestone.blocks
