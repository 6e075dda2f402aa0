-- grain: one row per lot that the filters let through
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $since, $until (bound started_on), $as_of
-- picked: chosen by program_id, partner by partner_id, area by anything, since by started_on, until by started_on
with found as (
    select
        batch_id,
        count(*)::integer as deviations,
        (count(*) filter (where closed_on is null or closed_on > $as_of))::integer as open_deviations
    from deviations
    where batch_id is not null and opened_on <= $as_of
    group by batch_id
),

made as (
    select
        vector_batch_id,
        count(*)::integer as products
    from batches
    where vector_batch_id is not null and started_on <= $as_of
    group by vector_batch_id
)

select
    batches.batch_id,
    batches.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    batches.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    batches.material,
    batches.purpose,
    batches.process_version,
    batches.vector_batch_id,
    batches.donor_id,
    batches.is_remanufacture,
    batches.replaces_batch_id,
    batches.started_on,
    if(batches.harvested_on <= $as_of, batches.harvested_on, null) as harvested_on,
    if(batches.released_on <= $as_of, batches.released_on, null) as released_on,
    if(batches.released_on > $as_of, 'pending', batches.disposition) as disposition,
    batches.failure_reason,
    coalesce(found.deviations, 0) as deviations,
    coalesce(found.open_deviations, 0) as open_deviations,
    coalesce(made.products, 0) as products
from batches
inner join programs on batches.program_id = programs.program_id
inner join partners on batches.partner_id = partners.partner_id
left join found on batches.batch_id = found.batch_id
left join made on batches.batch_id = made.vector_batch_id
where list_contains($chosen, batches.program_id)
    and ($partner is null or list_contains($partner, batches.partner_id))
    and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
    and batches.started_on <= $as_of
    and ($since is null or batches.started_on >= $since)
    and ($until is null or batches.started_on <= $until)
order by batches.started_on desc, batches.batch_id desc
