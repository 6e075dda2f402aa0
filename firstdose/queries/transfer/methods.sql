-- grain: one row per method transfer shown whose code is an attribute
-- params: $shown (ids of transfers; null = all)
-- picked: shown by transfer_id
select
    transfers.transfer_id,
    attributes.unit,
    attributes.data_type,
    attributes.margin_sd
from transfers
inner join attributes on transfers.code = attributes.attribute_code
where ($shown is null or list_contains($shown, transfers.transfer_id)) and transfers.kind = 'analytical method'
order by transfers.transfer_id
