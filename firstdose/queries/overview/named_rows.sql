-- grain: one row per task, readiness item, batch, stage event or deviation that the filters let through
-- params: $chosen (the programs let through), $program, $group, $partner, $jurisdiction, $area (null = all), $keys (table:key, parts joined by a bar; null = all)
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
        workstream as area
    from tasks
    where ($partner is null or list_contains($partner, partner_id) or list_contains($partner, receiver_partner))
        and (
            $jurisdiction is null
            or list_contains($jurisdiction, jurisdiction)
            or (jurisdiction is null and $jurisdiction <> [])
        )
        and ($area is null or anchor is not null or list_contains($area, workstream))
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
        area
    from readiness_items
    where ($partner is null or list_contains($partner, owner_partner))
        and ($jurisdiction is null or list_contains($jurisdiction, jurisdiction))
        and ($area is null or list_contains($area, area))
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
        if(material = 'vector', 'CMC-Vector', 'CMC-Drug product')
    from batches
    where $partner is null or list_contains($partner, partner_id)
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
        null
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
        'Quality system'
    from deviations
    inner join batches on deviations.batch_id = batches.batch_id
    where $partner is null or list_contains($partner, deviations.partner_id)
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
    named.area
from named
left join programs on named.program_id = programs.program_id
where (
        list_contains($chosen, named.program_id)
        or (named.program_id is null and $program is null and ($group is null or $group <> []))
    )
    and (
        $keys is null
        or concat(named.table_name, ':', named.row_key) in (select unnest($keys::varchar[]))
    )
order by named.table_name, named.row_key
