-- grain: one row per item of a jurisdiction that its program does not plan, where the item or the program is given: what stood
-- before holds up nobody who leaves it as it is
-- tables: readiness_items, programs
-- column: jurisdiction
-- message: The item {item_id} is for {value}, where {program} plans no filing (only {planned}).
-- remedy: Add the jurisdiction to those of the program, or leave the item out.
select
    readiness_items.line,
    readiness_items.jurisdiction as value,
    readiness_items.item_id,
    readiness_items.program_id as program,
    replace(programs.jurisdictions, ';', ', ') as planned
from readiness_items
inner join programs on readiness_items.program_id = programs.program_id
where not list_contains(string_split(programs.jurisdictions, ';'), readiness_items.jurisdiction)
    and readiness_items.jurisdiction in (select jurisdiction from reference.requirements) -- an unknown one is told as such
    and (readiness_items.line is not null or programs.line is not null)
order by readiness_items.line, readiness_items.item_id
