-- grain: one row per published rate of success
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    rate_id,
    population,
    period,
    metric,
    from_phase,
    to_phase,
    value_pct,
    ci_low_pct,
    ci_high_pct,
    n,
    note,
    source,
    source_url,
    confidence
from reference.success_rates
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    population,
                    period,
                    metric,
                    from_phase,
                    to_phase,
                    note,
                    source
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
order by rate_id
