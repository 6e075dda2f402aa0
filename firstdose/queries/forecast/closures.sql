-- grain: one row per shutdown of a site
-- params: none
select
    partner_id,
    from_on,
    to_on
from closures
order by partner_id, from_on
