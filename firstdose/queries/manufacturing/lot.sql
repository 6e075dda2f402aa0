-- grain: one row: one lot with the days of its life and what it was made from
-- params: $chosen (the programs let through), $partner (null = all), $lot, $as_of
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
    if(vector.released_on > $as_of, 'pending', vector.disposition) as vector_disposition,
    batches.donor_id,
    batches.replaces_batch_id,
    if(batches.released_on > $as_of, 'pending', batches.disposition) as disposition,
    batches.failure_reason,
    if(batches.collected_on <= $as_of, batches.collected_on, null) as collected_on,
    if(batches.received_on <= $as_of, batches.received_on, null) as received_on,
    if(batches.started_on <= $as_of, batches.started_on, null) as started_on,
    if(batches.harvested_on <= $as_of, batches.harvested_on, null) as harvested_on,
    if(batches.released_on <= $as_of, batches.released_on, null) as released_on,
    if(batches.shipped_on <= $as_of, batches.shipped_on, null) as shipped_on,
    if(batches.infused_on <= $as_of, batches.infused_on, null) as infused_on,
    case
        when coalesce(batches.outcome_on, batches.infused_on) > $as_of and batches.patient_outcome is not null then 'waiting'
        else batches.patient_outcome
    end as patient_outcome,
    if(batches.outcome_on <= $as_of, batches.outcome_on, null) as outcome_on
from batches
inner join programs on batches.program_id = programs.program_id
inner join partners on batches.partner_id = partners.partner_id
left join batches as vector on batches.vector_batch_id = vector.batch_id
where batches.batch_id = $lot
    and list_contains($chosen, batches.program_id)
    and ($partner is null or list_contains($partner, batches.partner_id))
