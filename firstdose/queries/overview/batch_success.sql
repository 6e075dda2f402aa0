-- grain: one row per material, both of them
-- params: $program, $group, $partner, $jurisdiction, $area (null = all), $since, $until (bound started_on), $as_of
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

lots as (
    select
        material,
        disposition
    from batches
    where program_id in (select program_id from chosen)
        and ($partner is null or list_contains($partner, partner_id))
        and started_on <= $as_of
        and ($since is null or started_on >= $since)
        and ($until is null or started_on <= $until)
)

select
    made.material,
    count(lots.material)::integer as started,
    (count(*) filter (where lots.disposition = 'pending'))::integer as pending,
    (count(*) filter (where lots.disposition <> 'pending'))::integer as dispositioned,
    (count(*) filter (where lots.disposition = 'released'))::integer as released,
    (count(*) filter (where lots.disposition = 'released out of specification'))::integer as released_out_of_specification,
    (count(*) filter (where lots.disposition in ('rejected', 'terminated')))::integer as failed
from (values ('vector'), ('drug product')) as made (material)
left join lots on made.material = lots.material
group by made.material
order by made.material
