-- grain: one row per target of lots valid on the report day for all programs and partners
-- params: $as_of
select
    case metric when 'release in specification pct' then 'success' else 'right_first_time' end as measure,
    value as value_pct,
    valid_from
from targets
where metric in ('release in specification pct', 'right first time pct')
    and program_id is null
    and partner_id is null
    and valid_from <= $as_of
qualify row_number() over (partition by metric order by valid_from desc) = 1
order by measure
