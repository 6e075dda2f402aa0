-- grain: one row per program chosen and requirement of the library in a jurisdiction, with the item that the program has for it
-- params: $chosen (the programs let through), $place (the jurisdiction; null = all three), $lacking (true = only what the
-- program has no item for where it files, or collects nowhere where it does not file)
-- picked: chosen by program_id, place by jurisdiction
with held as (
    select
        program_id,
        jurisdiction,
        requirement_code,
        min(item_id) as item_id
    from readiness_items
    where requirement_code is not null
    group by program_id, jurisdiction, requirement_code
),

anywhere as (
    select
        program_id,
        requirement_code,
        array_to_string(list_sort(list_distinct(list(jurisdiction))), ', ') as held_in -- measured: string_agg takes twice as long
    from readiness_items
    where requirement_code is not null and jurisdiction is not null and status is distinct from 'not applicable' -- nothing is collected under it
    group by program_id, requirement_code
)

select
    programs.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    programs.modality,
    programs.vector,
    programs.gene_edited,
    programs.target_selected,
    programs.lead_partner,
    programs.jurisdictions,
    requirements.jurisdiction,
    requirements.requirement_code,
    requirements.area,
    requirements.title,
    requirements.title_ja,
    requirements.gate,
    requirements.blocks,
    requirements.typical_lead_time_days::integer as lead_days,
    requirements.applies_to,
    requirements.source_name,
    requirements.source_ref,
    requirements.source_url,
    requirements.confidence,
    held.item_id,
    anywhere.held_in
from programs
cross join reference.requirements as requirements
left join held
    on programs.program_id = held.program_id
    and requirements.jurisdiction = held.jurisdiction
    and requirements.requirement_code = held.requirement_code
left join anywhere
    on programs.program_id = anywhere.program_id and requirements.requirement_code = anywhere.requirement_code
where list_contains($chosen, programs.program_id)
    and ($place is null or requirements.jurisdiction = $place)
    and (
        not $lacking
        or if(
            list_contains(string_split(programs.jurisdictions, ';'), requirements.jurisdiction),
            held.item_id is null,
            anywhere.held_in is null
        )
    )
order by programs.program_id, requirements.jurisdiction, requirements.requirement_code
