-- grain: one row per hand-off between two partners that is not done
-- params: $chosen (the programs let through), $program, $group, $partner, $jurisdiction, $area, $since, $until (bound the promised day; null = all)
-- picked: chosen by program_id or alliance, partner by partner_id or receiver_partner, jurisdiction by jurisdiction or none, area by workstream, since by promised_on, until by promised_on
with promised as (
    select
        *,
        coalesce(baseline_finish, forecast_finish) as promised_on
    from tasks
    where receiver_partner <> partner_id and actual_finish is null
)

select
    promised.task_id,
    promised.program_id,
    promised.name,
    promised.name_ja,
    promised.workstream,
    promised.jurisdiction,
    promised.partner_id,
    doing.name as partner_name,
    doing.name_ja as partner_name_ja,
    promised.receiver_partner,
    waiting.name as receiver_name,
    waiting.name_ja as receiver_name_ja,
    promised.promised_on,
    promised.baseline_start,
    promised.baseline_finish,
    promised.forecast_start,
    promised.forecast_finish,
    promised.actual_start,
    promised.actual_finish,
    promised.percent_complete,
    promised.note
from promised
left join partners as doing on promised.partner_id = doing.partner_id
left join partners as waiting on promised.receiver_partner = waiting.partner_id
where (
        list_contains($chosen, promised.program_id)
        or (promised.program_id is null and $program is null and ($group is null or $group <> []))
    )
    and ($partner is null or list_contains($partner, promised.partner_id) or list_contains($partner, promised.receiver_partner))
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, promised.jurisdiction)
        or (promised.jurisdiction is null and $jurisdiction <> [])
    )
    and ($area is null or list_contains($area, promised.workstream))
    and ($since is null or promised.promised_on >= $since)
    and ($until is null or promised.promised_on <= $until)
order by promised.promised_on nulls last, promised.task_id
