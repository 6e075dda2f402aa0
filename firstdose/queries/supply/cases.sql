-- grain: one row per patient's case: the lots of one patient, repeats of failed ones included, told by its last lot
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $since, $until (bound the first collection), $as_of
-- picked: chosen by program_id, partner by partner_id, area by anything, since by begun_on, until by begun_on
with recursive made as (
    select
        *,
        case when harvested_on <= $as_of then harvested_on end as harvested,
        case when released_on <= $as_of then released_on end as released,
        case when shipped_on <= $as_of then shipped_on end as shipped,
        case when infused_on <= $as_of then infused_on end as infused,
        patient_outcome in ('withdrawn', 'died', 'ineligible')
        and coalesce(outcome_on <= $as_of, true) as dropped
    from batches
    where material = 'drug product'
        and purpose in ('clinical', 'commercial')
        and coalesce(collected_on, started_on) <= $as_of
),

chain as (
    select
        batch_id as first_batch_id,
        batch_id,
        started_on,
        collected_on as begun_on,
        1 as attempts
    from made
    where not exists (
        select 1 from made as failed
        where failed.batch_id = made.replaces_batch_id
            and (failed.started_on, failed.batch_id) < (made.started_on, made.batch_id)
    ) -- a repeat begins after the lot it repeats: else lots that replace each other would be lost
    union all
    select
        chain.first_batch_id,
        made.batch_id,
        made.started_on,
        coalesce(chain.begun_on, made.collected_on) as begun_on,
        chain.attempts + 1 as attempts
    from chain
    inner join made
        on chain.batch_id = made.replaces_batch_id
        and (chain.started_on, chain.batch_id) < (made.started_on, made.batch_id)
),

latest as (
    select *
    from chain
    qualify row_number() over (partition by first_batch_id order by attempts desc, batch_id desc) = 1
)

select
    made.batch_id,
    latest.first_batch_id,
    latest.attempts,
    made.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    made.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    made.donor_id,
    latest.begun_on,
    made.collected_on,
    case when made.received_on <= $as_of then made.received_on end as received_on,
    case when made.started_on <= $as_of then made.started_on end as started_on,
    made.harvested as harvested_on,
    made.released as released_on,
    made.shipped as shipped_on,
    made.infused as infused_on,
    case when made.dropped and made.infused is null then made.patient_outcome end as dropped_out,
    case when made.dropped and made.infused is null then coalesce(made.outcome_on, $as_of) end as dropped_on,
    if(made.released_on > $as_of, 'pending', made.disposition) in ('rejected', 'terminated') as failed,
    targets.value as target_days
from latest
inner join made on latest.batch_id = made.batch_id
inner join programs on made.program_id = programs.program_id
inner join partners on made.partner_id = partners.partner_id
left join targets
    on targets.metric = 'vein to vein days'
    and (targets.program_id is null or targets.program_id = made.program_id)
    and (targets.partner_id is null or targets.partner_id = made.partner_id)
    and targets.valid_from <= $as_of
where list_contains($chosen, made.program_id)
    and ($partner is null or list_contains($partner, made.partner_id))
    and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
    and ($since is null or latest.begun_on >= $since)
    and ($until is null or latest.begun_on <= $until)
qualify row_number() over (
    partition by made.batch_id
    order by (targets.program_id is not null)::integer + (targets.partner_id is not null)::integer desc,
        targets.valid_from desc
) = 1
order by latest.begun_on, made.batch_id
