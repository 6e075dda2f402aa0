-- grain: one row per specification that another one already gives for the same program, attribute, phase and day
-- tables: specifications
-- column: valid_from
-- message: {attribute}, {phase}, valid from {value}, is specified by {other} already.
-- remedy: Give the newer specification its own day, or remove one.
with numbered as (
    select
        line,
        specification_id,
        attribute_code,
        phase,
        valid_from,
        first(specification_id) over (
            partition by program_id, attribute_code, phase, valid_from
            order by line nulls first, specification_id
        ) as first_one
    from specifications
)

select
    line,
    valid_from::varchar as value,
    attribute_code as attribute,
    phase,
    first_one as other
from numbered
where specification_id <> first_one
order by line
