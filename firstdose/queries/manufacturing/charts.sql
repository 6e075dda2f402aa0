-- grain: one row per numeric attribute and site that have results, the most critical attribute first
-- params: $chosen (the programs let through), $partner (null = all), $as_of
with tested as (
    select
        results.attribute_code,
        batches.partner_id,
        count(*)::integer as results
    from results
    inner join batches on results.batch_id = batches.batch_id
    where results.value is not null
        and results.tested_on <= $as_of
        and list_contains($chosen, batches.program_id)
        and ($partner is null or list_contains($partner, batches.partner_id))
    group by all
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
