-- grain: one row per requirement and jurisdiction
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use), $jurisdiction and $area (null = all)
with waits_for as (
    select
        links.requirement_code,
        needed.jurisdiction,
        string_agg(links.depends_on_code, ' ' order by links.depends_on_code) as codes
    from reference.requirement_links as links
    inner join reference.requirements as needed on needed.requirement_code = links.depends_on_code
    group by all
)

select
    requirement_code,
    jurisdiction,
    area,
    title,
    title_ja,
    description,
    description_ja,
    gate,
    blocks,
    typical_lead_time_days,
    applies_to,
    waits_for.codes as waits_for,
    source_name as source,
    source_ref,
    source_url,
    confidence
from reference.requirements
left join waits_for using (requirement_code, jurisdiction)
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    requirement_code,
                    jurisdiction,
                    area,
                    title,
                    title_ja,
                    description,
                    description_ja,
                    source_name,
                    source_ref
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and ($jurisdiction is null or list_contains($jurisdiction, jurisdiction))
    and ($area is null or list_contains($area, area))
    and $confidence in ('all', confidence)
order by requirement_code, list_position(['JP', 'US', 'EU'], jurisdiction)
