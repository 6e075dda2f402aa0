-- grain: one row per version of a document that proves one readiness item
-- params: $chosen (the programs let through), $item (id of the item), $as_of
select
    evidence_id,
    item_id,
    document_id,
    version,
    title,
    status,
    approved_on,
    approved_by,
    valid_until,
    coalesce(valid_until < $as_of, false) as is_expired,
    url
from evidence
where list_contains($chosen, program_id)
    and item_id = $item
order by document_id, version, evidence_id
