-- grain: one row per method transfer and lot that both laboratories tested, in the sample nearest to release
-- params: $shown (ids of transfers), $chosen (the programs let through), $as_of
with tested as (
    select
        transfers.transfer_id,
        batches.batch_id,
        batches.donor_id,
        results.sample,
        results.lab_partner = transfers.receiving_partner as by_receiving,
        avg(results.value) as value,
        bool_or(results.qualifier is not null) as is_bound
    from transfers
    inner join results
        on transfers.code = results.attribute_code
        and results.lab_partner in (transfers.sending_partner, transfers.receiving_partner)
    inner join batches on results.batch_id = batches.batch_id
    where list_contains($shown, transfers.transfer_id)
        and transfers.kind = 'analytical method'
        and results.value is not null
        and results.tested_on <= $as_of
        and list_contains($chosen, batches.program_id)
        and (transfers.program_id is null or transfers.program_id = batches.program_id)
    group by all
)

select
    sending.transfer_id,
    sending.batch_id,
    sending.donor_id,
    sending.sample,
    sending.value as sending_value,
    receiving.value as receiving_value,
    sending.is_bound or receiving.is_bound as is_bound
from tested as sending
inner join tested as receiving using (transfer_id, batch_id, sample)
where not sending.by_receiving and receiving.by_receiving
-- samples of one lot are no independent lots, and different points are no pairs: of each method one is compared
qualify sending.sample = first(sending.sample) over (
    partition by sending.transfer_id
    order by
        case sending.sample
            when 'release' then 1 when 'starting material' then 2 when 'in process' then 3 else 4
        end
    rows between unbounded preceding and unbounded following
)
order by sending.transfer_id, sending.batch_id
