-- grain: one row per approved CAR-T product
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    product,
    inn,
    target,
    first_indication,
    sponsor,
    vector_type,
    donor_type,
    us_approval,
    jp_approval,
    eu_approval,
    cn_approval,
    other_approval,
    note,
    source,
    source_url,
    confidence
from reference.approved_products
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    product,
                    inn,
                    target,
                    first_indication,
                    sponsor,
                    vector_type,
                    other_approval,
                    note,
                    source
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
order by least(us_approval, jp_approval, eu_approval, cn_approval) nulls last, product
