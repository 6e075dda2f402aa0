-- grain: one row per program that the shared filters let through: what other questions call chosen
-- params: $program, $group, $partner, $jurisdiction, $area (null = all)
-- picked: program by program_id, group by indication_group, partner by partners, jurisdiction by jurisdictions, area by anything
with part as ( -- who takes part in a program
    select program_id, lead_partner as partner_id from programs
    union
    select program_id, partner_id from tasks
    union
    select program_id, receiver_partner from tasks
    union
    select program_id, owner_partner from readiness_items
    union
    select program_id, partner_id from batches
),

taking_part as (
    select
        program_id,
        list(partner_id order by partner_id) as partners
    from part
    where partner_id is not null
    group by program_id
)

select
    programs.program_id,
    programs.indication_group,
    coalesce(string_split(programs.jurisdictions, ';'), []) as jurisdictions,
    coalesce(taking_part.partners, []) as partners
from programs
left join taking_part on programs.program_id = taking_part.program_id
where ($program is null or list_contains($program, programs.program_id))
    and ($group is null or list_contains($group, programs.indication_group))
    and ($jurisdiction is null or list_has_any(string_split(programs.jurisdictions, ';'), $jurisdiction))
    and ($area is null or $area <> []) -- a program belongs to every area; a refused area still shows nothing
    and ($partner is null or list_has_any(coalesce(taking_part.partners, []), $partner))
order by programs.program_id
