-- grain: one row per step of the cell or vector process
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    step_code,
    process,
    step_order,
    name,
    name_ja,
    duration_low,
    duration_mid,
    duration_high,
    duration_unit,
    predecessors,
    key_process_parameters,
    in_process_controls,
    source,
    basis,
    confidence
from reference.process_steps
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    step_code,
                    process,
                    name,
                    name_ja,
                    key_process_parameters,
                    in_process_controls,
                    source
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
order by step_code
