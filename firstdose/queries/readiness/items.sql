-- grain: one row per readiness item that the filters let through
-- params: $chosen (the programs let through), $partner, $jurisdiction, $area, $since, $until (bound due_on), $blocks (null = all)
-- picked: chosen by program_id, jurisdiction by jurisdiction, area by area, partner by owner_partner, since by due_on, until by due_on
select
    item_id,
    program_id,
    jurisdiction,
    area,
    gate,
    blocks,
    status,
    owner_partner,
    due_on,
    forecast_on,
    closed_on,
    updated_on
from readiness_items
where list_contains($chosen, program_id)
    and ($jurisdiction is null or list_contains($jurisdiction, jurisdiction))
    and ($area is null or list_contains($area, area))
    and ($partner is null or list_contains($partner, owner_partner))
    and ($since is null or due_on >= $since)
    and ($until is null or due_on <= $until)
    and ($blocks is null or $blocks = 'all' or blocks = $blocks)
order by program_id, jurisdiction, item_id
