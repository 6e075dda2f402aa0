-- grain: one row per term of the glossary
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    term,
    term_ja,
    definition,
    definition_ja,
    source,
    confidence
from reference.glossary
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    term,
                    term_ja,
                    definition,
                    definition_ja
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', confidence)
order by lower(term)
