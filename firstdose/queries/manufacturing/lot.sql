-- grain: one row: one lot with the days of its life and what it was made from
-- params: $chosen (the programs let through), $partner (null = all), $lot
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
    vector.disposition as vector_disposition,
    batches.donor_id,
    batches.replaces_batch_id,
    batches.disposition,
    batches.failure_reason,
    batches.collected_on,
    batches.received_on,
    batches.started_on,
    batches.harvested_on,
    batches.released_on,
    batches.shipped_on,
    batches.infused_on,
    batches.patient_outcome,
    batches.outcome_on
from batches
inner join programs on batches.program_id = programs.program_id
inner join partners on batches.partner_id = partners.partner_id
left join batches as vector on batches.vector_batch_id = vector.batch_id
where batches.batch_id = $lot
    and list_contains($chosen, batches.program_id)
    and ($partner is null or list_contains($partner, batches.partner_id))
