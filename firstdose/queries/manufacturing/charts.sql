-- grain: one row per numeric attribute and site that have results, the most critical attribute first
-- params: $chosen (the programs let through), $partner (null = all), $as_of
with known as (
    select *
    from charted
    where first_on <= $as_of
        and list_contains($chosen, program_id)
        and ($partner is null or list_contains($partner, partner_id))
),

-- lots are read only of what was tested after the report day too, and days only of lots that were
lots as (
    select result_lots.*
    from result_lots
    inner join batches on result_lots.batch_id = batches.batch_id
    inner join known
        on result_lots.attribute_code = known.attribute_code
        and result_lots.partner_id = known.partner_id
        and batches.program_id = known.program_id
    where known.last_on > $as_of
        and result_lots.first_on <= $as_of
),

parts as (
    select
        attribute_code,
        partner_id,
        results
    from known
    where last_on <= $as_of
    union all
    select
        attribute_code,
        partner_id,
        results
    from lots
    where last_on <= $as_of
    union all
    select
        result_days.attribute_code,
        result_days.partner_id,
        result_days.results
    from result_days
    inner join lots
        on result_days.batch_id = lots.batch_id
        and result_days.attribute_code = lots.attribute_code
    where lots.last_on > $as_of
        and result_days.tested_on <= $as_of
),

tested as (
    select
        attribute_code,
        partner_id,
        sum(results)::integer as results
    from parts
    group by all
    having sum(results) > 0
)

select
    tested.attribute_code,
    attributes.name,
    attributes.name_ja,
    attributes.unit,
    attributes.material,
    attributes.scale,
    attributes.tier,
    tested.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    tested.results
from tested
inner join attributes on tested.attribute_code = attributes.attribute_code
inner join partners on tested.partner_id = partners.partner_id
where attributes.data_type = 'numeric'
order by attributes.tier nulls last, attributes.material, attributes.name, tested.results desc, tested.partner_id
