-- grain: one row per deliverable of a technology transfer
-- params: $q (null = all; every word of it must occur), $confidence ('all' or one of the words in use)
select
    deliverable_code,
    stage_code,
    stages.name as stage,
    stages.name_ja as stage_ja,
    title,
    title_ja,
    criterion,
    criterion_ja,
    responsible,
    duration_low_days,
    duration_mid_days,
    duration_high_days,
    predecessors,
    deliverables.source,
    deliverables.basis,
    deliverables.confidence
from reference.transfer_deliverable_library as deliverables
inner join reference.transfer_stages as stages using (stage_code)
where (
        $q is null
        or list_bool_and([
            contains(
                lower(concat_ws(
                    ' ',
                    deliverable_code,
                    stages.name,
                    stages.name_ja,
                    title,
                    title_ja,
                    criterion,
                    criterion_ja,
                    responsible,
                    deliverables.source
                )),
                word
            )
            for word in string_split_regex(lower($q), '[\s　]+')
        ])
    )
    and $confidence in ('all', deliverables.confidence)
order by deliverable_code
