-- grain: one row per attribute of a kind of lot, its starting material included, with the specification in force
-- params: $of, $material, $as_of
with valid as (
    select
        attribute_code,
        phase,
        lower,
        upper
    from specifications
    where valid_from <= $as_of
        and (program_id is null or program_id = $of)
    qualify row_number() over (
        partition by attribute_code
        order by
            case phase when 'clinical' then 1 when 'commercial' then 2 else 3 end,
            program_id nulls last,
            valid_from desc,
            specification_id
    ) = 1
)

select
    attributes.attribute_code,
    attributes.material,
    attributes.name,
    attributes.name_ja,
    attributes.unit,
    attributes.data_type,
    attributes.scale,
    attributes.tier,
    attributes.margin_sd,
    attributes.quality_range_k,
    valid.phase,
    valid.lower as lower_limit,
    valid.upper as upper_limit
from attributes
left join valid on attributes.attribute_code = valid.attribute_code
where attributes.material = $material
    or (attributes.material = 'starting material' and $material = 'drug product')
order by
    attributes.tier nulls last,
    case attributes.material when 'starting material' then 2 else 1 end,
    attributes.data_type,
    attributes.name,
    attributes.attribute_code
