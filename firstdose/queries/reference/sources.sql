-- grain: one row per reference table, source and confidence
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
with cited as (
    select
        'approved_products' as table_name,
        source,
        source_url,
        confidence
    from reference.approved_products
    union all
    select
        'attribute_library' as table_name,
        source,
        null as source_url,
        confidence
    from reference.attribute_library
    union all
    select
        'glossary' as table_name,
        source,
        null as source_url,
        confidence
    from reference.glossary
    union all
    select
        'manufacturing_benchmarks' as table_name,
        source,
        null as source_url,
        confidence
    from reference.manufacturing_benchmarks
    union all
    select
        'process_steps' as table_name,
        source,
        null as source_url,
        confidence
    from reference.process_steps
    union all
    select
        'requirement_links' as table_name,
        source,
        null as source_url,
        confidence
    from reference.requirement_links
    union all
    select
        'requirements' as table_name,
        source_name as source,
        source_url,
        confidence
    from reference.requirements
    union all
    select
        'stages' as table_name,
        source,
        source_url,
        confidence
    from reference.stages
    union all
    select
        'success_rates' as table_name,
        source,
        source_url,
        confidence
    from reference.success_rates
    union all
    select
        'transfer_deliverable_library' as table_name,
        source,
        null as source_url,
        confidence
    from reference.transfer_deliverable_library
    union all
    select
        'transfer_stages' as table_name,
        source,
        null as source_url,
        confidence
    from reference.transfer_stages
)

select
    source,
    table_name,
    confidence,
    count(*)::integer as facts,
    min(source_url) as source_url
from cited
where (
        $q is null
        or list_bool_and([
            contains(lower(concat_ws(' ', source, table_name, source_url)), word)
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
group by all
order by source, table_name, confidence
