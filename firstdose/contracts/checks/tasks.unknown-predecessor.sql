-- grain: one row per predecessor that is no task
-- tables: tasks
-- column: predecessors
-- message: The predecessor “{value}” of task {task} does not exist.
-- remedy: Name task IDs separated by a semicolon, each with FS, SS, FF or SF and a lag at most, as in T12SS+10d.
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
    left(parts.part, 200) as value,
    parts.task_id as task
from parts
where parts.part <> ''
    and parts.part not in (select task_id from tasks)
    and regexp_extract(parts.part, '^(.*?)(FS|SS|FF|SF)?([+-][0-9]+d)?$', 1) not in (select task_id from tasks)
order by parts.line
