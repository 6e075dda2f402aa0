-- grain: one row per deviation that the filters let through, the oldest open one first
-- params: $chosen (the programs let through), $program, $group (null = all), $partner (null = all), $area (null = all), $since, $until (bound opened_on), $as_of
-- picked: chosen by program_id or alliance, partner by partner_id, area by anything, since by opened_on, until by opened_on
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
left join batches on deviations.batch_id = batches.batch_id
where (
        list_contains($chosen, batches.program_id)
        or (batches.program_id is null and $program is null and ($group is null or $group <> []))
    )
    and ($partner is null or list_contains($partner, deviations.partner_id))
    and ($area is null or $area <> []) -- a deviation belongs to every area; a refused area still shows nothing
    and deviations.opened_on <= $as_of
    and ($since is null or deviations.opened_on >= $since)
    and ($until is null or deviations.opened_on <= $until)
order by closed_on nulls first, deviations.opened_on, deviations.deviation_id
