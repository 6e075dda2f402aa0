-- grain: one row per value that a shared filter offers
-- params: none
select
    'program' as filter,
    program_id as id,
    program_id || ' · ' || name as label,
    program_id || ' · ' || coalesce(name_ja, name) as label_ja,
    1 as filter_order
from programs
union all
select distinct
    'group' as filter,
    indication_group as id,
    indication_group as label,
    indication_group as label_ja,
    2 as filter_order
from programs
union all
select
    'partner' as filter,
    partner_id as id,
    name as label,
    coalesce(name_ja, name) as label_ja,
    3 as filter_order
from partners
union all
select distinct
    'jurisdiction' as filter,
    unnest(string_split(jurisdictions, ';')) as id,
    id as label,
    id as label_ja,
    4 as filter_order
from programs
order by filter_order, id
