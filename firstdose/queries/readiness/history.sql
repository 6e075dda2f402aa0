-- grain: one row per readiness item of the programs chosen in one data version: what a burn-up and its forecast need
-- params: $chosen (the programs the view names), $jurisdiction (null = all)
-- picked: chosen by program_id, jurisdiction by jurisdiction
select
    items.item_id,
    items.program_id,
    items.jurisdiction,
    items.requirement_code,
    items.area,
    items.gate,
    items.blocks,
    items.status,
    items.closed_on,
    requirements.typical_lead_time_days::integer as lead_days,
    if(items.blocks = 'filing', programs.target_filing_date, programs.target_fih_date) as target_on
from readiness_items as items
inner join programs on items.program_id = programs.program_id
left join reference.requirements as requirements
    on items.requirement_code = requirements.requirement_code and items.jurisdiction = requirements.jurisdiction
where list_contains($chosen, items.program_id)
    and ($jurisdiction is null or list_contains($jurisdiction, items.jurisdiction))
order by items.item_id
