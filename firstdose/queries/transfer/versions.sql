-- grain: one row per transfer asked about, with the versions that a data version says
-- params: $shown (ids of transfers)
select
    transfer_id,
    sending_version,
    receiving_version,
    filed_version
from transfers
where list_contains($shown, transfer_id)
order by transfer_id
