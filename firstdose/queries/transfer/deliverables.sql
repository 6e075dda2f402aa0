-- grain: one row per deliverable of the transfers shown, stage by stage
-- params: $shown (ids of transfers; null = all), $since, $until (bound due_on)
-- picked: shown by transfer_id or in order, since by due_on, until by due_on
select
    deliverables.transfer_id,
    deliverables.deliverable_code,
    deliverables.stage_code,
    stages.name as stage_name,
    stages.name_ja as stage_name_ja,
    deliverables.title,
    deliverables.title_ja,
    deliverables.criterion,
    if(deliverables.criterion = library.criterion, library.criterion_ja, null) as criterion_ja,
    deliverables.status,
    deliverables.since_on,
    deliverables.waiting_on,
    deliverables.due_on,
    deliverables.done_on,
    deliverables.item_id,
    items.requirement_code,
    items.title as item_title,
    items.title_ja as item_title_ja,
    items.status as item_status,
    items.blocks as item_blocks
from transfer_deliverables as deliverables
inner join reference.transfer_stages as stages on deliverables.stage_code = stages.stage_code
left join reference.transfer_deliverable_library as library
    on deliverables.deliverable_code = library.deliverable_code
left join readiness_items as items on deliverables.item_id = items.item_id
where ($shown is null or list_contains($shown, deliverables.transfer_id))
    and ($since is null or deliverables.due_on >= $since)
    and ($until is null or deliverables.due_on <= $until)
order by list_position($shown, deliverables.transfer_id), stages.stage_order, deliverables.deliverable_code
