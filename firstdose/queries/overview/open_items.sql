-- grain: one row per milestone that readiness items block, both of them
-- params: $program, $group, $partner, $jurisdiction, $area (null = all), $since, $until (bound due_on), $as_of
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

still_open as (
    select
        blocks,
        program_id,
        gate,
        due_on
    from readiness_items
    where status not in ('closed', 'not applicable')
        and program_id in (select program_id from chosen)
        and ($jurisdiction is null or list_contains($jurisdiction, jurisdiction))
        and ($area is null or list_contains($area, area))
        and ($partner is null or list_contains($partner, owner_partner))
        and ($since is null or due_on >= $since)
        and ($until is null or due_on <= $until)
)

select
    milestone.blocks,
    (count(*) filter (where still_open.gate))::integer as open_gate,
    (count(distinct still_open.program_id) filter (where still_open.gate))::integer as programs,
    (count(*) filter (where still_open.due_on < $as_of))::integer as overdue,
    min(still_open.due_on) filter (where still_open.due_on < $as_of) as oldest_due_on,
    ($as_of::date - oldest_due_on)::integer as oldest_days
from (values ('filing'), ('first dose')) as milestone (blocks)
left join still_open on milestone.blocks = still_open.blocks
group by milestone.blocks
order by milestone.blocks
