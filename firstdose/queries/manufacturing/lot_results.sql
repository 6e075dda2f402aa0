-- grain: one row per result of one lot, with the specification of its phase that was valid on the day of the test
-- params: $chosen (the programs let through), $partner (null = all), $lot, $as_of
with tested as (
    select
        results.*,
        batches.program_id,
        case
            when batches.purpose in ('development', 'commercial') then batches.purpose
            else 'clinical'
        end as phase
    from results
    inner join batches on results.batch_id = batches.batch_id
    where results.batch_id = $lot
        and results.tested_on <= $as_of
        and list_contains($chosen, batches.program_id)
        and ($partner is null or list_contains($partner, batches.partner_id))
)

select
    tested.attribute_code,
    attributes.name,
    attributes.name_ja,
    attributes.unit,
    attributes.data_type,
    tested.sample,
    tested.replicate,
    tested.tested_on,
    tested.value,
    tested.qualifier,
    tested.passed,
    tested.lab_partner,
    tested.method_version,
    tested.phase,
    specifications.specification_id,
    specifications.lower,
    specifications.upper,
    specifications.valid_from
from tested
inner join attributes on tested.attribute_code = attributes.attribute_code
left join specifications
    on tested.attribute_code = specifications.attribute_code
    and tested.phase = specifications.phase
    and tested.tested_on >= specifications.valid_from
    and (specifications.program_id is null or specifications.program_id = tested.program_id)
qualify row_number() over (
    partition by tested.attribute_code, tested.sample, tested.replicate, tested.lab_partner
    order by specifications.program_id nulls last, specifications.valid_from desc, specifications.specification_id
) = 1
order by attributes.material, tested.attribute_code, tested.sample, tested.replicate, tested.lab_partner
