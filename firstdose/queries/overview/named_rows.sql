-- grain: one row per task, readiness item, batch, stage event or deviation that the filters let through
-- params: $chosen (the programs let through), $program, $group, $partner, $jurisdiction, $area (null = all), $keys (table:key, parts joined by a bar; null = all)
-- picked: chosen by program_id or alliance, partner by partner_id or receiver_partner or has_every_partner, jurisdiction by jurisdiction or has_every_jurisdiction, area by area or has_every_area
with named as (
    select
        'tasks' as table_name,
        task_id as row_key,
        program_id,
        name as label,
        name_ja as label_ja,
        coalesce(anchor, kind) as kind,
        jurisdiction,
        anchor is not null as is_gate,
        workstream as area,
        partner_id,
        receiver_partner,
        false as has_every_partner,
        jurisdiction is null as has_every_jurisdiction,
        anchor is not null as has_every_area
    from tasks
    union all
    select
        'readiness_items',
        item_id,
        program_id,
        title,
        title_ja,
        blocks,
        jurisdiction,
        gate,
        area,
        owner_partner,
        null,
        false,
        false,
        false
    from readiness_items
    union all
    select
        'batches',
        batch_id,
        program_id,
        concat_ws(': ', batch_id, failure_reason),
        null,
        disposition,
        null,
        purpose in ('engineering', 'qualification', 'clinical', 'commercial'),
        if(material = 'vector', 'CMC-Vector', 'CMC-Drug product'),
        partner_id,
        null,
        false,
        true,
        true
    from batches
    union all
    select
        'stage_events',
        concat_ws('|', stage_events.program_id, stage_events.stage_code, stage_events.entered_on),
        stage_events.program_id,
        stages.name,
        stages.name_ja,
        stage_events.outcome,
        null,
        true,
        null,
        null,
        null,
        true,
        true,
        true
    from stage_events
    left join reference.stages on stage_events.stage_code = stages.stage_code
    union all
    select
        'deviations',
        deviations.deviation_id,
        batches.program_id,
        concat(deviations.batch_id, ': ', deviations.title),
        null,
        deviations.severity,
        null,
        deviations.severity <> 'minor',
        'Quality system',
        deviations.partner_id,
        null,
        false,
        true,
        true
    from deviations
    inner join batches on deviations.batch_id = batches.batch_id
)

select
    named.table_name,
    named.row_key,
    named.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    named.label,
    named.label_ja,
    named.kind,
    named.jurisdiction,
    named.is_gate,
    named.area,
    named.partner_id,
    named.receiver_partner,
    named.has_every_partner,
    named.has_every_jurisdiction,
    named.has_every_area
from named
left join programs on named.program_id = programs.program_id
where (
        list_contains($chosen, named.program_id)
        or (named.program_id is null and $program is null and ($group is null or $group <> []))
    )
    -- a refused filter lets nothing through, not even what has every value
    and (
        $partner is null
        or list_contains($partner, named.partner_id)
        or list_contains($partner, named.receiver_partner)
        or (named.has_every_partner and $partner <> [])
    )
    and (
        $jurisdiction is null
        or list_contains($jurisdiction, named.jurisdiction)
        or (named.has_every_jurisdiction and $jurisdiction <> [])
    )
    and ($area is null or list_contains($area, named.area) or (named.has_every_area and $area <> []))
    and ($keys is null or concat(named.table_name, ':', named.row_key) in (select unnest($keys::varchar[])))
order by named.table_name, named.row_key
