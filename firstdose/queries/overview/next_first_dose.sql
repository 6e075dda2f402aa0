-- grain: one row per first dose that an active program still has ahead, the earliest first
-- params: $chosen (the programs let through), $jurisdiction (null = all), $since, $until (bound expected_on), $as_of
-- picked: chosen by program_id, jurisdiction by jurisdiction or none, since by expected_on, until by expected_on
select
    tasks.task_id,
    tasks.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    tasks.jurisdiction,
    coalesce(tasks.forecast_finish, tasks.baseline_finish) as expected_on,
    tasks.forecast_finish is not null as is_forecast,
    programs.target_fih_date as target_on,
    (expected_on - programs.target_fih_date)::integer as to_target_days,
    (expected_on - tasks.baseline_finish)::integer as slip_days,
    expected_on < $as_of as has_passed
from tasks
inner join programs on tasks.program_id = programs.program_id
where tasks.anchor = 'first dose'
    and programs.status = 'active'
    and (tasks.actual_finish is null or tasks.actual_finish > $as_of)
    and expected_on is not null
    and list_contains($chosen, tasks.program_id)
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, tasks.jurisdiction)
        or (tasks.jurisdiction is null and $jurisdiction <> [])
    )
    and ($since is null or expected_on >= $since)
    and ($until is null or expected_on <= $until)
order by expected_on, tasks.program_id, tasks.jurisdiction nulls first
