-- grain: one row per first dose that an active program still has ahead, the earliest first
-- params: $program, $group, $partner, $jurisdiction, $area (null = all), $since, $until (bound expected_on), $as_of
with chosen as (
    select program_id
    from programs
    where ($program is null or list_contains($program, program_id))
        and ($group is null or list_contains($group, indication_group))
        and ($jurisdiction is null or list_has_any(string_split(jurisdictions, ';'), $jurisdiction))
        and ($area is null or $area <> []) -- a program belongs to every area; a refused area still shows nothing
        and (
            $partner is null
            or list_contains($partner, lead_partner)
            or program_id in (
                select program_id
                from tasks
                where list_contains($partner, partner_id) or list_contains($partner, receiver_partner)
            )
            or program_id in (select program_id from readiness_items where list_contains($partner, owner_partner))
            or program_id in (select program_id from batches where list_contains($partner, partner_id))
        )
)

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
    and tasks.program_id in (select program_id from chosen)
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, tasks.jurisdiction)
        or (tasks.jurisdiction is null and $jurisdiction <> [])
    )
    and ($since is null or expected_on >= $since)
    and ($until is null or expected_on <= $until)
order by expected_on, tasks.program_id, tasks.jurisdiction nulls first
