-- grain: one row per program and site for which a number of successful runs is asked on the report day
-- params: $as_of
select
    program_id,
    partner_id,
    value::integer as runs_needed
from targets
where metric = 'run ladder successes' and valid_from <= $as_of
qualify row_number() over (partition by program_id, partner_id order by valid_from desc, target_id) = 1
order by program_id nulls first, partner_id nulls first
