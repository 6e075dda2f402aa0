-- grain: one row per program with vector lots that are not decided on the report day
-- params: $chosen (the programs let through), $area (null = all), $as_of
select
    program_id,
    count(*)::integer as pending
from batches
where material = 'vector'
    and if(released_on > $as_of, 'pending', disposition) = 'pending'
    and started_on <= $as_of
    and list_contains($chosen, program_id)
    and ($area is null or $area <> [])
group by program_id
order by program_id
