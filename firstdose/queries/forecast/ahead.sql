-- grain: one row per anchor milestone (filing or first dose) of the whole plan that is not done
-- params: none
select
    tasks.task_id,
    tasks.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    tasks.anchor,
    tasks.jurisdiction,
    case tasks.anchor when 'filing' then programs.target_filing_date else programs.target_fih_date end as target_on,
    tasks.actual_finish
from tasks
inner join programs on tasks.program_id = programs.program_id
where tasks.anchor is not null and tasks.actual_finish is null
order by tasks.task_id
