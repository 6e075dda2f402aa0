-- grain: one row per shutdown of a partner
-- params: none
select
    partner_id,
    from_on,
    to_on,
    reason
from closures
order by partner_id, from_on
