-- grain: one row per phase and pair of limits of one attribute valid on the report day for programs with lots in a chart
-- params: $made (the programs of those lots), $attribute, $as_of
with valid as (
    select
        programs.program_id,
        specifications.phase,
        specifications.lower,
        specifications.upper,
        specifications.specification_id
    from specifications
    inner join programs
        on specifications.program_id = programs.program_id or specifications.program_id is null
    where specifications.attribute_code = $attribute
        and specifications.valid_from <= $as_of
        and list_contains($made, programs.program_id)
    qualify row_number() over (
        partition by programs.program_id, specifications.phase
        order by specifications.program_id nulls last, specifications.valid_from desc, specifications.specification_id
    ) = 1
)

select
    phase,
    lower,
    upper,
    min(specification_id) as specification_id,
    count(*)::integer as programs
from valid
group by phase, lower, upper
order by case phase when 'clinical' then 1 when 'commercial' then 2 else 3 end, programs desc, lower, upper
