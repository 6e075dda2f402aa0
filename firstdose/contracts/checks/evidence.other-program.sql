-- grain: one row per piece of evidence whose program is not the program of its readiness item
-- tables: evidence, readiness_items
-- column: program_id
-- message: The item {item_id} belongs to program {of_item}, not to {value}.
-- remedy: Name the item's own program.
select
    evidence.line,
    evidence.program_id as value,
    evidence.item_id,
    readiness_items.program_id as of_item
from evidence
inner join readiness_items on evidence.item_id = readiness_items.item_id
where evidence.program_id <> readiness_items.program_id
order by evidence.line
