-- grain: one row per given result of another kind than its attribute: a number for pass/fail, or a verdict alone for a number
-- tables: results, attributes
-- given: results
-- column: value
-- message: {attribute} is {data_type}, but the row gives {value}.
-- remedy: Give value for a numeric attribute and passed for a pass/fail one, or correct the attribute.
select
    results.line,
    case
        when results.value is not null then results.value::varchar
        else concat('passed ', results.passed)
    end as value,
    results.attribute_code as attribute,
    attributes.data_type
from given.results as results
inner join attributes on results.attribute_code = attributes.attribute_code
where (attributes.data_type = 'pass/fail' and results.value is not null)
    or (attributes.data_type = 'numeric' and results.value is null)
order by results.line
