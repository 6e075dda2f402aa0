-- grain: one row per program that the filters let through, the one whose milestone is nearest first
-- params: $chosen (the programs let through), $where (jurisdiction), $blocks (milestone), $as_of
-- picked: chosen by program_id
with waiting as (
    select
        program_id,
        count(*) filter (where status not in ('closed', 'not applicable')) as still_open
    from readiness_items
    where jurisdiction = $where and gate
        and (blocks = $blocks or $blocks = 'first dose')
    group by program_id
),

planned as (
    select
        program_id,
        min(coalesce(actual_finish, forecast_finish, baseline_finish)) as day
    from tasks
    where anchor = $blocks and coalesce(jurisdiction, $where) = $where
    group by program_id
)

select
    programs.program_id,
    coalesce(
        planned.day, if($blocks = 'filing', programs.target_filing_date, programs.target_fih_date)
    ) as milestone_on
from programs
left join waiting on programs.program_id = waiting.program_id
left join planned on programs.program_id = planned.program_id
where list_contains($chosen, programs.program_id)
order by
    coalesce(waiting.still_open, 0) = 0,
    coalesce(milestone_on < $as_of, false),
    abs(milestone_on - $as_of::date),
    programs.program_id
