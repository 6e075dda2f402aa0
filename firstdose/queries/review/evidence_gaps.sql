-- grain: one row per gate item with fewer approved and valid documents than expected
-- params: $chosen (the programs let through), $where (jurisdiction), $blocks (the gate), $area, $partner (null = all), $as_of
with counted as (
    select
        item_id,
        count(*) filter (where status = 'approved' and (valid_until is null or valid_until >= $as_of))::integer as approved,
        count(*) filter (where status = 'draft')::integer as drafts,
        count(*) filter (where status = 'superseded')::integer as superseded,
        count(*) filter (where status = 'approved' and valid_until < $as_of)::integer as expired,
        string_agg(document_id || ' ' || version, ', ' order by document_id)
            filter (where status = 'superseded' or valid_until < $as_of) as documents
    from evidence
    group by item_id
)

select
    items.item_id,
    items.program_id,
    items.jurisdiction,
    items.area,
    items.title,
    items.title_ja,
    items.status,
    items.status = 'closed' as is_closed,
    items.evidence_expected::integer as expected,
    coalesce(counted.approved, 0)::integer as approved,
    coalesce(counted.drafts, 0)::integer as drafts,
    coalesce(counted.superseded, 0)::integer as superseded,
    coalesce(counted.expired, 0)::integer as expired,
    counted.documents,
    partners.name as owner_name,
    partners.name_ja as owner_name_ja
from readiness_items as items
left join counted on items.item_id = counted.item_id
left join partners on items.owner_partner = partners.partner_id
where list_contains($chosen, items.program_id)
    and items.jurisdiction = $where
    and (items.blocks = $blocks or $blocks = 'first dose') -- the first dose waits for filing too
    and items.gate
    and items.status <> 'not applicable'
    and ($area is null or list_contains($area, items.area))
    and ($partner is null or list_contains($partner, items.owner_partner))
    and coalesce(counted.approved, 0) < items.evidence_expected -- the rule of the mark (rules.readiness)
order by is_closed desc, items.item_id
