-- grain: one row per transfer that the filters let through, by program, vector and cell process first
-- params: $chosen (the programs let through), $program, $group, $jurisdiction, $partner, $area (null = all), $transfer ('' = all)
-- picked: chosen by program_id or alliance, jurisdiction by anything, partner by sending_partner or receiving_partner, area by area
with promised as (
    select
        transfer_id,
        max(due_on) as promised_on
    from transfer_deliverables
    where status <> 'not applicable'
    group by transfer_id
),

named as (
    select
        transfers.*,
        case transfers.kind
            when 'vector process' then 'CMC-Vector'
            when 'cell process' then 'CMC-Drug product'
            when 'analytical method' then 'Analytical'
            when 'quality system' then 'Quality system'
            else 'Supply & logistics'
        end as area
    from transfers
)

select
    named.transfer_id,
    named.program_id,
    named.kind,
    named.subject,
    named.subject_ja,
    named.code,
    named.sending_partner,
    sending.name as sending_name,
    sending.name_ja as sending_name_ja,
    named.receiving_partner,
    receiving.name as receiving_name,
    receiving.name_ja as receiving_name_ja,
    named.sending_version,
    named.receiving_version,
    named.filed_version,
    named.drift_since,
    named.approach,
    named.margin,
    promised.promised_on,
    named.area
from named
inner join partners as sending on named.sending_partner = sending.partner_id
inner join partners as receiving on named.receiving_partner = receiving.partner_id
left join promised on named.transfer_id = promised.transfer_id
where (
        list_contains($chosen, named.program_id)
        -- a transfer of the platform belongs to every program; a refused filter still shows nothing
        or (
            named.program_id is null
            and $program is null
            and ($group is null or $group <> [])
            and ($jurisdiction is null or $jurisdiction <> [])
        )
    )
    and (
        $partner is null
        or list_contains($partner, named.sending_partner)
        or list_contains($partner, named.receiving_partner)
    )
    and ($area is null or list_contains($area, named.area))
    and ($transfer = '' or named.transfer_id = $transfer)
order by
    named.program_id nulls first,
    list_position(['vector process', 'cell process', 'analytical method', 'quality system', 'supply'], named.kind),
    named.transfer_id
