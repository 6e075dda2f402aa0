-- grain: one row per program that the shared filters let through: what other questions call chosen
-- params: $program, $group, $partner, $jurisdiction, $area (null = all)
select program_id
from programs
where ($program is null or list_contains($program, program_id))
    and ($group is null or list_contains($group, indication_group))
    and ($jurisdiction is null or list_has_any(string_split(jurisdictions, ';'), $jurisdiction))
    and ($area is null or $area <> []) -- a program belongs to every area; a refused area still shows nothing
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
order by program_id
