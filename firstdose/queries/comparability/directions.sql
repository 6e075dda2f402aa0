-- grain: one row per transfer of a process between two sites, of a program let through or of the platform
-- params: $chosen (the programs let through)
select
    program_id,
    case kind when 'vector process' then 'vector' else 'drug product' end as material,
    sending_partner,
    receiving_partner,
    transfer_id
from transfers
where kind in ('vector process', 'cell process')
    and (program_id is null or list_contains($chosen, program_id))
order by program_id nulls last, transfer_id
