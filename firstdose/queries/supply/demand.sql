-- grain: one row per program, site, scenario and month from the month of the report day on
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $since, $until (bound month), $as_of
-- picked: chosen by program_id, partner by partner_id, area by anything, since by month, until by month
select
    demand.scenario,
    demand.month,
    demand.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    coalesce(programs.vector, '') not in ('non-viral', 'none', '') as needs_vector,
    demand.partner_id,
    partners.name as partner_name,
    partners.name_ja as partner_name_ja,
    partners.country,
    demand.patients
from demand
inner join programs on demand.program_id = programs.program_id
inner join partners on demand.partner_id = partners.partner_id
where demand.month >= date_trunc('month', $as_of::date)
    and list_contains($chosen, demand.program_id)
    and ($partner is null or list_contains($partner, demand.partner_id))
    and ($area is null or $area <> [])
    and ($since is null or demand.month >= $since)
    and ($until is null or demand.month <= $until)
order by demand.scenario, demand.month, demand.partner_id, demand.program_id
