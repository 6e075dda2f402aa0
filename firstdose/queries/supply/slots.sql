-- grain: one row per site, material and week
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $since, $until (bound week_start)
-- picked: chosen by anything, partner by partner_id, area by anything, since by week_start, until by week_start
select
    slots.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    partners.country,
    slots.material,
    slots.week_start,
    slots.available,
    slots.booked
from slots
inner join partners on slots.partner_id = partners.partner_id
where ($partner is null or list_contains($partner, slots.partner_id))
    and $chosen <> [] -- slots serve every program; filters that let none through show nothing
    and ($area is null or $area <> [])
    and ($since is null or slots.week_start >= $since)
    and ($until is null or slots.week_start <= $until)
order by slots.material, slots.partner_id, slots.week_start
