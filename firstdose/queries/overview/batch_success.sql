-- grain: one row per material, both of them
-- params: $chosen (the programs let through), $partner (null = all), $since, $until (bound started_on), $as_of
with lots as (
    select
        material,
        if(released_on > $as_of, 'pending', disposition) as disposition
    from batches
    where list_contains($chosen, program_id)
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
