-- grain: one row: drug-product lots decided until the report day, those for patients and all
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $as_of
with made as (
    select
        batches.disposition in ('rejected', 'terminated') as failed,
        batches.purpose in ('clinical', 'commercial') as for_patient,
        exists (
            select 1 from batches as repeats
            where repeats.replaces_batch_id = batches.batch_id and repeats.started_on <= $as_of
        ) as repeated
    from batches
    where batches.material = 'drug product'
        and if(batches.released_on > $as_of, 'pending', batches.disposition) <> 'pending'
        and batches.started_on <= $as_of
        and list_contains($chosen, batches.program_id)
        and ($partner is null or list_contains($partner, batches.partner_id))
        and ($area is null or $area <> [])
)

select
    (count(*) filter (where for_patient))::integer as patients_lots,
    (count(*) filter (where for_patient and failed))::integer as patients_failed,
    (count(*) filter (where for_patient and failed and repeated))::integer as patients_repeated,
    count(*)::integer as lots,
    (count(*) filter (where failed))::integer as lots_failed
from made
