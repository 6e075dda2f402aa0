-- grain: one row per lot made for a patient, with what its chain of identity hangs on
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $since, $until (bound started_on), $as_of
-- picked: chosen by program_id, partner by partner_id, area by anything, since by started_on, until by started_on
with patients as (
    select *
    from batches
    where material = 'drug product' and purpose in ('clinical', 'commercial') and started_on <= $as_of
),

shared as ( -- donors that stand with lots which no repeat links
    select
        mine.batch_id,
        min(other.batch_id) as other_batch_id
    from patients as mine
    inner join patients as other
        on mine.donor_id = other.donor_id
        and mine.batch_id <> other.batch_id
        and mine.program_id <> other.program_id
    group by mine.batch_id
)

select
    patients.batch_id,
    patients.program_id,
    patients.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    patients.donor_id,
    patients.vector_batch_id,
    vector.material as vector_material,
    vector.program_id as vector_program_id,
    vector.disposition as vector_disposition,
    vector.released_on as vector_released_on,
    patients.is_remanufacture,
    patients.replaces_batch_id,
    failed.donor_id as replaced_donor_id,
    failed.disposition as replaced_disposition,
    failed.started_on as replaced_started_on,
    patients.disposition,
    patients.collected_on,
    patients.received_on,
    patients.started_on,
    case when patients.harvested_on <= $as_of then patients.harvested_on end as harvested_on,
    case when patients.released_on <= $as_of then patients.released_on end as released_on,
    coalesce(patients.released_on <= $as_of, true) as decided,
    case when patients.shipped_on <= $as_of then patients.shipped_on end as shipped_on,
    case when patients.infused_on <= $as_of then patients.infused_on end as infused_on,
    case when patients.outcome_on > $as_of then 'waiting' else patients.patient_outcome end as patient_outcome,
    shared.other_batch_id
from patients
inner join partners on patients.partner_id = partners.partner_id
left join batches as vector on patients.vector_batch_id = vector.batch_id
left join batches as failed on patients.replaces_batch_id = failed.batch_id
left join shared on patients.batch_id = shared.batch_id
where list_contains($chosen, patients.program_id)
    and ($partner is null or list_contains($partner, patients.partner_id))
    and ($area is null or $area <> [])
    and ($since is null or patients.started_on >= $since)
    and ($until is null or patients.started_on <= $until)
order by patients.started_on desc, patients.batch_id desc
