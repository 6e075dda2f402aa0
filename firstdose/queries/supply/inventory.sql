-- grain: one row per material, lot and site
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all)
-- picked: chosen by program_id or none, partner by partner_id, area by anything
select
    inventory.material_id,
    inventory.lot,
    inventory.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    inventory.program_id,
    inventory.name,
    inventory.kind,
    inventory.quantity,
    inventory.unit,
    inventory.use_per_batch,
    inventory.doses_supported,
    inventory.expires_on,
    inventory.lead_time_days,
    inventory.single_source
from inventory
inner join partners on inventory.partner_id = partners.partner_id
where $chosen <> []
    and (inventory.program_id is null or list_contains($chosen, inventory.program_id))
    and ($partner is null or list_contains($partner, inventory.partner_id))
    and ($area is null or $area <> [])
order by inventory.kind = 'vector' desc, inventory.material_id, inventory.partner_id, inventory.expires_on, inventory.lot
