-- grain: one row per published or planning figure of manufacturing
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    benchmark_id,
    topic,
    product,
    setting,
    metric,
    value_low,
    value_mid,
    value_high,
    unit,
    n,
    definition,
    source,
    basis,
    confidence
from reference.manufacturing_benchmarks
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    topic,
                    product,
                    setting,
                    metric,
                    definition,
                    source
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
order by benchmark_id
