-- grain: one row per stage of development
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    stage_code,
    stage_order,
    name,
    name_ja,
    entry_criterion,
    entry_criterion_ja,
    exit_criterion,
    exit_criterion_ja,
    typical_duration_months_low,
    typical_duration_months_mid,
    typical_duration_months_high,
    trl,
    mrl,
    regulator_touchpoint,
    source,
    source_url,
    confidence
from reference.stages
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    stage_code,
                    name,
                    name_ja,
                    entry_criterion,
                    entry_criterion_ja,
                    exit_criterion,
                    exit_criterion_ja,
                    regulator_touchpoint
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
order by stage_order
