-- grain: one row per task and predecessor; those that wait for each other in a ring are told
-- tables: tasks
-- column: predecessors
-- message: These tasks wait for each other: {ring}.
-- remedy: Remove one of the predecessors.
with parts as (
    select
        line,
        task_id,
        trim(unnest(string_split(predecessors, ';'))) as part
    from tasks
    where predecessors is not null
)

select
    parts.line,
    parts.task_id,
    coalesce(
        whole.task_id, regexp_extract(parts.part, '^(.*?)(FS|SS|FF|SF)?([+-][0-9]+d)?$', 1)
    ) as predecessor
from parts
left join tasks as whole on parts.part = whole.task_id
where parts.part <> ''
order by parts.line, predecessor
