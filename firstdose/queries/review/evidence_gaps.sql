-- grain: one row per gate item with fewer approved and valid documents than expected
-- params: $chosen (the programs let through), $where (jurisdiction), $blocks (the gate), $area, $partner, $since, $until (bound due_on; null = all), $as_of
-- picked: chosen by program_id, area by area, partner by owner_partner, since by due_on, until by due_on
with documents as (
    select
        item_id,
        document_id,
        bool_or(status = 'approved' and (valid_until is null or valid_until >= $as_of)) as is_proven,
        bool_or(status = 'draft') as is_draft,
        bool_or(status = 'superseded') as is_superseded,
        bool_or(status = 'approved' and valid_until < $as_of) as is_expired,
        string_agg(document_id || ' ' || version, ', ' order by version)
            filter (where status = 'superseded' or (status = 'approved' and valid_until < $as_of)) as versions
    from evidence
    group by item_id, document_id
),

counted as ( -- a document with a valid version counts as that alone
    select
        item_id,
        count(*) filter (where is_proven) as approved,
        count(*) filter (where is_draft and not is_proven) as drafts,
        count(*) filter (where is_superseded and not is_proven) as superseded,
        count(*) filter (where is_expired and not is_proven) as expired,
        string_agg(versions, ', ' order by document_id) filter (where not is_proven) as documents
    from documents
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
    items.due_on,
    items.owner_partner,
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
    and ($since is null or items.due_on >= $since)
    and ($until is null or items.due_on <= $until)
    and coalesce(counted.approved, 0) < items.evidence_expected -- the rule of the mark (rules.readiness)
order by is_closed desc, items.item_id
