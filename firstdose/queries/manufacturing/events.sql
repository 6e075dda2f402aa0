-- grain: one row per event that concerns one attribute at one site
-- params: $attribute, $site, $since, $until (bound on_date), $as_of
select
    events.event_id,
    events.on_date,
    events.kind,
    events.title,
    events.title_ja
from events
inner join attributes on attributes.attribute_code = $attribute
where (events.partner_id is null or events.partner_id = $site)
    and (events.attribute_code is null or events.attribute_code = $attribute)
    and (events.material is null or events.material = attributes.material)
    and events.on_date <= $as_of
    and ($since is null or events.on_date >= $since)
    and ($until is null or events.on_date <= $until)
order by events.on_date, events.event_id
