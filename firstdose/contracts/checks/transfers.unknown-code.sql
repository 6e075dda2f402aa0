-- grain: one row per transfer whose code is neither a process step nor a quality attribute
-- tables: transfers, attributes
-- column: code
-- message: The code “{value}” is neither a process step nor a quality attribute.
-- remedy: Take a step_code or attribute_code of the reference page, or leave it empty.
select
    line,
    code as value
from transfers
where code not in (select step_code from reference.process_steps)
    and code not in (select attribute_code from reference.attribute_library)
    and code not in (select attribute_code from attributes)
order by line
