-- grain: one row per lot made with one vector lot, or with the vector lot of the lot given
-- params: $chosen (the programs let through), $lot, $as_of
select
    made.batch_id,
    made.vector_batch_id,
    made.program_id,
    made.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    made.purpose,
    made.process_version,
    made.donor_id,
    made.started_on,
    if(made.released_on > $as_of, 'pending', made.disposition) as disposition,
    made.failure_reason
from batches as made
inner join partners on made.partner_id = partners.partner_id
where made.vector_batch_id = $lot
    and made.started_on <= $as_of
    and list_contains($chosen, made.program_id)
order by made.started_on, made.batch_id
