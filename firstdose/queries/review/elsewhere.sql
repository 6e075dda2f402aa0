-- grain: one row per requirement of another jurisdiction that a chosen program does not collect anywhere yet
-- params: $chosen (the programs let through), $where (the jurisdiction of the review), $blocks (the gate), $area (null = all)
select
    programs.program_id,
    requirements.requirement_code,
    requirements.jurisdiction,
    requirements.area,
    requirements.title,
    requirements.title_ja,
    requirements.gate,
    requirements.blocks,
    requirements.typical_lead_time_days::integer as lead_days,
    requirements.source_name,
    requirements.source_ref,
    requirements.confidence
from reference.requirements as requirements
cross join programs
where list_contains($chosen, programs.program_id)
    and requirements.jurisdiction <> $where
    and (requirements.blocks = $blocks or $blocks = 'first dose') -- the first dose waits for filing too
    and requirements.gate
    and ($area is null or list_contains($area, requirements.area))
    and case requirements.applies_to
        when 'all' then true
        when 'autologous' then contains(programs.modality, 'autologous')
        when 'viral' then contains(programs.vector, 'viral') and not contains(programs.vector, 'non-viral')
        when 'integrating vector' then contains(programs.vector, 'viral') and not contains(programs.vector, 'non-viral')
        when 'non-viral or edited' then contains(programs.vector, 'non-viral') or coalesce(programs.gene_edited, false)
        when 'target-selected trials' then coalesce(programs.target_selected, false)
        else true
    end
    and not exists (
        select 1
        from readiness_items as items
        where items.program_id = programs.program_id
            and items.requirement_code = requirements.requirement_code
            and items.status <> 'not applicable'
    )
order by list_position(['JP', 'US', 'EU'], requirements.jurisdiction), requirements.requirement_code
