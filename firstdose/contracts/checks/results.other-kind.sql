-- grain: one row per given result of another kind than its attribute: a number for pass/fail, or a verdict alone for a number
-- tables: results, attributes
-- given: results
-- column: value
-- message: {attribute} is {data_type}, but the row gives {value}.
-- remedy: Give value for a numeric attribute and passed for a pass/fail one, or correct the attribute.
-- over the kinds of value of an attribute: a million rows have few, and are looked up only for wrong ones
with kinds as (
    select distinct
        attribute_code,
        value is null as verdict
    from given.results
),

wrong as (
    select
        kinds.attribute_code,
        kinds.verdict,
        attributes.data_type
    from kinds
    inner join attributes on kinds.attribute_code = attributes.attribute_code
    where (attributes.data_type = 'pass/fail' and not kinds.verdict)
        or (attributes.data_type = 'numeric' and kinds.verdict)
)

select
    results.line,
    case
        when results.value is not null then results.value::varchar
        else concat('passed ', results.passed)
    end as value,
    results.attribute_code as attribute,
    wrong.data_type
from given.results as results
inner join wrong on results.attribute_code = wrong.attribute_code and (results.value is null) = wrong.verdict
order by results.line
