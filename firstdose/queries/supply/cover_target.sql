-- grain: one row: the weeks of vector cover wanted of all programs, as valid on the report day
-- params: $as_of
select max_by(value, valid_from) as weeks
from targets
where metric = 'vector cover weeks'
    and program_id is null
    and partner_id is null
    and valid_from <= $as_of
