-- grain: one row per readiness item that the filters let through
-- params: $program, $group, $partner, $jurisdiction, $area, $since, $until (bound due_on), $blocks (null = all)
with chosen as (
    select program_id
    from programs
    where ($program is null or list_contains($program, program_id))
        and ($group is null or list_contains($group, indication_group))
        and ($jurisdiction is null or list_has_any(string_split(jurisdictions, ';'), $jurisdiction))
        and (
            $partner is null
            or list_contains($partner, lead_partner)
            or program_id in (
                select program_id
                from tasks
                where list_contains($partner, partner_id) or list_contains($partner, receiver_partner)
            )
            or program_id in (select program_id from readiness_items where list_contains($partner, owner_partner))
            or program_id in (select program_id from batches where list_contains($partner, partner_id))
        )
)
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
where program_id in (select program_id from chosen)
    and ($jurisdiction is null or list_contains($jurisdiction, jurisdiction))
    and ($area is null or list_contains($area, area))
    and ($partner is null or list_contains($partner, owner_partner))
    and ($since is null or due_on >= $since)
    and ($until is null or due_on <= $until)
    and ($blocks is null or $blocks = 'all' or blocks = $blocks)
order by program_id, jurisdiction, item_id
