-- grain: one row per task of the plan that serves a transfer
-- params: none
select
    transfer_id,
    task_id,
    kind,
    actual_finish,
    duration_low_days,
    duration_mid_days,
    duration_high_days
from tasks
where transfer_id is not null
order by transfer_id, task_id
