-- grain: one row per anchor milestone (filing or first dose) of a program in a jurisdiction
-- params: $chosen (the programs let through), $jurisdiction, $area (null = all), $since, $until (bound the day now expected)
-- picked: chosen by program_id, jurisdiction by jurisdiction or none, area by anything, since by expected_on, until by expected_on
select
    tasks.task_id,
    tasks.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    tasks.anchor,
    tasks.jurisdiction,
    case tasks.anchor when 'filing' then programs.target_filing_date else programs.target_fih_date end as target_on,
    tasks.baseline_start,
    tasks.baseline_finish,
    tasks.forecast_start,
    tasks.forecast_finish,
    tasks.actual_start,
    tasks.actual_finish,
    coalesce(tasks.actual_finish, tasks.forecast_finish, tasks.baseline_finish) as expected_on,
    (coalesce(tasks.actual_finish, tasks.forecast_finish) - tasks.baseline_finish)::integer as slip_days,
    (coalesce(tasks.actual_finish, tasks.forecast_finish, tasks.baseline_finish) - target_on)::integer as to_target_days
from tasks
inner join programs on tasks.program_id = programs.program_id
where tasks.anchor is not null
    and list_contains($chosen, tasks.program_id)
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, tasks.jurisdiction)
        or (tasks.jurisdiction is null and $jurisdiction <> [])
    )
    and ($area is null or $area <> []) -- an anchor belongs to every area; a refused area still shows nothing
    and ($since is null or expected_on >= $since)
    and ($until is null or expected_on <= $until)
order by expected_on nulls last, tasks.program_id, tasks.anchor, tasks.jurisdiction
