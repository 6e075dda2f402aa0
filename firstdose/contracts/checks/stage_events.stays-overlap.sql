-- grain: one row per stay in a stage that begins before an earlier stay of the program ended
-- tables: stage_events
-- column: entered_on
-- message: {program} entered {stage} on {value}, while it still stood in {other} (until {until}).
-- remedy: A program stands in one stage at a time: correct one of the two days.
select
    later.line,
    later.entered_on::varchar as value,
    later.program_id as program,
    later.stage_code as stage,
    earlier.stage_code as other,
    coalesce(earlier.left_on::varchar, 'open') as until
from stage_events as later
inner join stage_events as earlier
    on later.program_id = earlier.program_id
    and (earlier.entered_on, earlier.stage_code) < (later.entered_on, later.stage_code)
    and (earlier.left_on is null or earlier.left_on > later.entered_on)
order by later.line
