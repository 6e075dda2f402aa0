-- grain: one row per program, kind of lot, site and process version with lots that the filters let through
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $since, $until (bound started_on), $as_of
select
    batches.program_id,
    batches.material,
    batches.partner_id,
    batches.process_version,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    count(*)::integer as lots,
    min(batches.started_on) as first_on
from batches
inner join partners on batches.partner_id = partners.partner_id
where list_contains($chosen, batches.program_id)
    and ($partner is null or list_contains($partner, batches.partner_id))
    and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
    and batches.started_on <= $as_of
    and ($since is null or batches.started_on >= $since)
    and ($until is null or batches.started_on <= $until)
group by all
order by batches.program_id, batches.material, first_on, batches.partner_id, batches.process_version
