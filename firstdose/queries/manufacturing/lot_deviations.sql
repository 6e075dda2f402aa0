-- grain: one row per deviation of one lot, the oldest open one first
-- params: $chosen (the programs let through), $partner (null = all; of the lot), $lot, $as_of
select
    deviations.deviation_id,
    deviations.batch_id,
    batches.program_id,
    deviations.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    deviations.severity,
    deviations.category,
    deviations.title,
    deviations.opened_on,
    deviations.due_on,
    if(deviations.closed_on <= $as_of, deviations.closed_on, null) as closed_on,
    if(deviations.closed_on <= $as_of, deviations.root_cause, null) as root_cause,
    (coalesce(if(deviations.closed_on <= $as_of, deviations.closed_on, null), $as_of) - deviations.opened_on)::integer as age_days
from deviations
inner join partners on deviations.partner_id = partners.partner_id
inner join batches on deviations.batch_id = batches.batch_id
where deviations.batch_id = $lot
    and list_contains($chosen, batches.program_id)
    and ($partner is null or list_contains($partner, batches.partner_id))
    and deviations.opened_on <= $as_of
order by closed_on nulls first, deviations.opened_on, deviations.deviation_id
