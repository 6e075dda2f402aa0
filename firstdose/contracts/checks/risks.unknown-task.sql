-- grain: one row per task of a risk that does not exist
-- tables: risks, tasks
-- column: tasks
-- message: The risk {risk} names the task “{value}”, which does not exist.
-- remedy: Name task IDs separated by a semicolon, or send the tasks along.
with parts as (
    select
        line,
        risk_id,
        trim(unnest(string_split(tasks, ';'))) as part
    from risks
    where tasks is not null
)

select
    parts.line,
    left(parts.part, 200) as value,
    parts.risk_id as risk
from parts
where parts.part <> '' and parts.part not in (select task_id from tasks)
order by parts.line
