-- grain: one row per task that the filters let through, on whatever day
-- params: $chosen (the programs let through), $program, $group, $partner, $jurisdiction, $area (null = all)
-- picked: chosen by program_id or alliance, partner by partner_id or receiver_partner, jurisdiction by jurisdiction or none, area by workstream
select
    task_id,
    program_id,
    partner_id,
    receiver_partner,
    jurisdiction,
    workstream
from tasks
where (
        list_contains($chosen, program_id)
        or (program_id is null and $program is null and ($group is null or $group <> []))
    )
    and ($partner is null or list_contains($partner, partner_id) or list_contains($partner, receiver_partner))
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, jurisdiction)
        or (jurisdiction is null and $jurisdiction <> [])
    )
    and ($area is null or list_contains($area, workstream))
order by task_id
