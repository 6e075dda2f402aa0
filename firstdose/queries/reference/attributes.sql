-- grain: one row per quality attribute of the library
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    attribute_code,
    material,
    category,
    name,
    name_ja,
    unit,
    method,
    lower,
    upper,
    direction,
    data_type,
    scale,
    turnaround_days_mid,
    dist_note,
    source,
    basis,
    confidence
from reference.attribute_library
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    attribute_code,
                    material,
                    category,
                    name,
                    name_ja,
                    method,
                    dist_note,
                    source
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
order by list_position(['starting material', 'drug product', 'vector'], material), attribute_code
