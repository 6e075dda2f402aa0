-- grain: one row per anchor milestone that its program and jurisdiction have already
-- tables: tasks
-- column: anchor
-- message: {program} has the anchor “{value}” more than once for {place} (task {other}).
-- remedy: Mark one milestone of a program and jurisdiction.
with anchors as (
    select
        line,
        task_id,
        program_id,
        anchor,
        jurisdiction,
        first(task_id) over (
            partition by program_id, jurisdiction, anchor order by line nulls first, task_id
        ) as first_task
    from tasks
    where anchor is not null
)

select
    line,
    anchor as value,
    coalesce(program_id, '–') as program,
    coalesce(jurisdiction, '–') as place,
    first_task as other
from anchors
where task_id <> first_task
order by line
