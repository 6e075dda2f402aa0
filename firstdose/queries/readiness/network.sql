-- grain: one row per readiness item of the programs chosen, whatever area, partner, period and milestone the filters name: links cross them
-- params: $chosen (the programs let through), $jurisdiction (null = all), $as_of
-- picked: chosen by program_id, jurisdiction by jurisdiction
with proven as ( -- documents: versions of one are one piece of evidence
    select
        item_id,
        (count(distinct document_id) filter (where status = 'approved' and (valid_until is null or valid_until >= $as_of)))::integer as approved,
        (count(distinct document_id) filter (where status = 'superseded'))::integer as superseded,
        (count(distinct document_id) filter (where status = 'approved' and valid_until < $as_of))::integer as expired
    from evidence
    group by item_id
),

milestones as (
    select
        program_id,
        jurisdiction,
        anchor,
        min(coalesce(actual_finish, forecast_finish, baseline_finish)) as planned_on
    from tasks
    where anchor is not null and program_id is not null
    group by program_id, jurisdiction, anchor
)

select
    items.item_id,
    items.program_id,
    programs.name as program_name,
    programs.name_ja as program_name_ja,
    items.jurisdiction,
    items.requirement_code,
    items.area,
    items.title,
    items.title_ja,
    items.gate,
    items.blocks,
    items.status,
    items.owner_partner,
    partners.name as owner_name,
    partners.name_ja as owner_name_ja,
    partners.role as owner_kind,
    items.owner_role,
    items.due_on,
    items.forecast_on,
    items.closed_on,
    items.updated_on,
    coalesce(proven.approved, 0)::integer as evidence_approved,
    items.evidence_expected::integer as evidence_expected,
    coalesce(proven.superseded, 0)::integer as evidence_superseded,
    coalesce(proven.expired, 0)::integer as evidence_expired,
    requirements.typical_lead_time_days::integer as lead_days,
    coalesce(own.planned_on, shared.planned_on) as planned_on,
    if(items.blocks = 'filing', programs.target_filing_date, programs.target_fih_date) as target_on
from readiness_items as items
inner join programs on items.program_id = programs.program_id
left join partners on items.owner_partner = partners.partner_id
left join proven on items.item_id = proven.item_id
left join milestones as own
    on items.program_id = own.program_id and items.jurisdiction = own.jurisdiction and items.blocks = own.anchor
left join milestones as shared
    on items.program_id = shared.program_id and shared.jurisdiction is null and items.blocks = shared.anchor
left join reference.requirements as requirements
    on items.requirement_code = requirements.requirement_code and items.jurisdiction = requirements.jurisdiction
where list_contains($chosen, items.program_id)
    and ($jurisdiction is null or list_contains($jurisdiction, items.jurisdiction))
order by items.program_id, items.jurisdiction, items.item_id
