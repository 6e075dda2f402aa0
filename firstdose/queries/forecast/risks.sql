-- grain: one row per schedule risk that may still strike
-- params: none
select
    risk_id,
    program_id,
    title,
    title_ja,
    status,
    probability_pct,
    impact_low_days,
    impact_mid_days,
    impact_high_days,
    tasks
from risks
where status in ('open', 'accepted')
order by risk_id
