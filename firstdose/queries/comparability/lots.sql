-- grain: one row per lot of one of the two groups compared, in the order of manufacture
-- params: $chosen (the programs let through), $of, $material, $compare (sites, versions), $first, $second, $within (null = all), $partner (null = all), $area (null = all), $since, $until (bound started_on), $as_of
with sided as (
    select
        batches.batch_id,
        batches.program_id,
        batches.partner_id,
        partners.name as partner_name,
        partners.name_ja as partner_name_ja,
        batches.process_version,
        batches.purpose,
        batches.donor_id,
        batches.started_on,
        if(batches.released_on > $as_of, 'pending', batches.disposition) as disposition,
        if($compare = 'versions', batches.process_version, batches.partner_id) as compared,
        if($compare = 'versions', batches.partner_id, batches.process_version) as held
    from batches
    inner join partners on batches.partner_id = partners.partner_id
    where batches.program_id = $of
        and batches.material = $material
        and list_contains($chosen, batches.program_id)
        and ($partner is null or list_contains($partner, batches.partner_id))
        and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
        and batches.started_on <= $as_of
        and ($since is null or batches.started_on >= $since)
        and ($until is null or batches.started_on <= $until)
)

select
    batch_id,
    program_id,
    partner_id,
    partner_name,
    partner_name_ja,
    process_version,
    purpose,
    donor_id,
    started_on,
    disposition,
    if(compared = $first, 'first', 'second') as side
from sided
where compared in ($first, $second)
    and ($within is null or held = $within)
order by started_on, batch_id
