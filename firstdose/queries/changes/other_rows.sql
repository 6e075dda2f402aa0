-- grain: one row per asked row of a table whose changes are counted, not told one by one, that the filters let through
-- params: $chosen (the programs let through), $program, $group, $partner, $area (null = all), $keys (table:key, parts joined by a bar)
-- picked: chosen by program_id or alliance, partner by partner_id, area by area or none
with asked as (
    select
        split_part(key, ':', 1) as table_name,
        substr(key, instr(key, ':') + 1) as row_key
    from (select unnest($keys::varchar[]) as key)
),

-- a row of results is placed by its key alone: the table may hold millions
placed (table_name, row_key, program_id, partner_id, area) as (
    select 'results', asked.row_key, batches.program_id, string_split(asked.row_key, '|')[-1], 'Analytical'
    from asked
    left join batches on split_part(asked.row_key, '|', 1) = batches.batch_id
    where asked.table_name = 'results'
    union all
    select 'partners', partner_id, null, partner_id, 'Alliance' from partners
    union all
    select 'programs', program_id, program_id, lead_partner, null from programs
    union all
    select 'decisions', decision_id, program_id, null, null from decisions
    union all
    select 'actions', action_id, program_id, owner_partner, null from actions
    union all
    select 'risks', risk_id, program_id, owner_partner, null from risks
    union all
    select 'targets', target_id, program_id, partner_id, null from targets
    union all
    select 'attributes', attribute_code, null, null, 'Analytical' from attributes
    union all
    select 'baselines', baseline_id, null, partner_id, 'Analytical' from baselines
    union all
    select 'specifications', specification_id, program_id, null, 'Analytical' from specifications
    union all
    select 'events', event_id, null, partner_id, if(material = 'vector', 'CMC-Vector', 'CMC-Drug product') from events
    union all
    select 'closures', concat_ws('|', partner_id, from_on), null, partner_id, 'Supply & logistics' from closures
    union all
    select 'slots', concat_ws('|', partner_id, material, week_start), null, partner_id, 'Supply & logistics' from slots
    union all
    select 'demand', concat_ws('|', program_id, partner_id, scenario, month), program_id, partner_id, 'Supply & logistics'
    from demand
    union all
    select 'inventory', concat_ws('|', material_id, lot, partner_id), program_id, partner_id, 'Supply & logistics'
    from inventory
    union all
    select 'transfers', transfer_id, program_id, sending_partner, 'Technology transfer' from transfers
    union all
    select
        'transfer_deliverables',
        concat_ws('|', transfer_deliverables.transfer_id, transfer_deliverables.deliverable_code),
        transfers.program_id,
        transfers.sending_partner,
        'Technology transfer'
    from transfer_deliverables
    left join transfers on transfer_deliverables.transfer_id = transfers.transfer_id
    union all
    select 'evidence', evidence.evidence_id, evidence.program_id, readiness_items.owner_partner, readiness_items.area
    from evidence
    left join readiness_items on evidence.item_id = readiness_items.item_id
    union all
    select 'deviations', deviation_id, null, partner_id, 'Quality system' from deviations where batch_id is null
)

select
    placed.table_name,
    placed.row_key,
    placed.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    placed.area,
    placed.partner_id
from asked
inner join placed on asked.table_name = placed.table_name and asked.row_key = placed.row_key
left join programs on placed.program_id = programs.program_id
where (
        list_contains($chosen, placed.program_id)
        or (placed.program_id is null and $program is null and ($group is null or $group <> []))
    )
    and ($partner is null or list_contains($partner, placed.partner_id))
    and ($area is null or list_contains($area, placed.area) or (placed.area is null and $area <> []))
order by placed.table_name, placed.row_key
