-- grain: one row per readiness item of the checklist, with its owner, evidence and the source of its requirement
-- params: $chosen (the programs let through), $partner, $jurisdiction, $area, $since, $until (bound due_on), $as_of, $blocks, $state, $gate (null = all)
-- picked: chosen by program_id, jurisdiction by jurisdiction, area by area, partner by owner_partner, since by due_on, until by due_on
with proven as (
    select
        item_id,
        count(distinct document_id)::integer as evidence_approved -- versions of one document are one piece
    from evidence
    where status = 'approved' and (valid_until is null or valid_until >= $as_of)
    group by item_id
)

select
    items.item_id,
    items.program_id,
    items.requirement_code,
    items.jurisdiction,
    items.area,
    items.title,
    items.title_ja,
    items.gate,
    items.blocks,
    items.status,
    items.owner_partner,
    partners.name as owner_name,
    partners.name_ja as owner_name_ja,
    items.owner_role,
    items.due_on,
    items.forecast_on,
    items.closed_on,
    items.updated_on,
    coalesce(proven.evidence_approved, 0)::integer as evidence_approved,
    items.evidence_expected::integer as evidence_expected,
    requirements.source_name,
    requirements.source_ref,
    requirements.source_url,
    requirements.confidence,
    items.na_reason,
    items.note
from readiness_items as items
left join partners on items.owner_partner = partners.partner_id
left join proven on items.item_id = proven.item_id
left join reference.requirements as requirements
    on items.requirement_code = requirements.requirement_code and items.jurisdiction = requirements.jurisdiction
where list_contains($chosen, items.program_id)
    and ($jurisdiction is null or list_contains($jurisdiction, items.jurisdiction))
    and ($area is null or list_contains($area, items.area))
    and ($partner is null or list_contains($partner, items.owner_partner))
    and ($since is null or items.due_on >= $since)
    and ($until is null or items.due_on <= $until)
    and ($blocks is null or $blocks = 'all' or items.blocks = $blocks)
    and ($gate is null or $gate = 'all' or ($gate = 'gate' and items.gate))
    and (
        $state is null
        or $state = 'all'
        or ($state in ('open', 'overdue') and items.status not in ('closed', 'not applicable'))
    )
order by items.program_id, items.jurisdiction, items.item_id
