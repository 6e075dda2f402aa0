-- grain: one row per lot out of specification or rejected, and attribute that it failed
-- params: $chosen (the programs let through), $partner (null = all), $area (null = all), $since, $until (bound started_on), $as_of
with lots as (
    select
        batch_id,
        program_id,
        disposition,
        case when purpose in ('development', 'commercial') then purpose else 'clinical' end as phase
    from batches
    where disposition in ('released out of specification', 'rejected')
        and coalesce(released_on <= $as_of, true)
        and list_contains($chosen, program_id)
        and ($partner is null or list_contains($partner, partner_id))
        and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
        and started_on <= $as_of
        and ($since is null or started_on >= $since)
        and ($until is null or started_on <= $until)
),

-- what lies within every specification that was ever written needs none looked up
bounds as (
    select
        attribute_code,
        max(lower) as lower,
        min(upper) as upper
    from specifications
    group by attribute_code
),

suspects as (
    select
        lots.*,
        result_lots.attribute_code,
        result_lots.first_on,
        result_lots.lowest,
        result_lots.highest,
        result_lots.failed,
        result_lots.last_on <= $as_of
        and not exists (
            from specifications
            where specifications.attribute_code = result_lots.attribute_code
                and specifications.valid_from > result_lots.first_on
                and specifications.valid_from <= result_lots.last_on
        ) as whole
    from lots
    inner join result_lots on lots.batch_id = result_lots.batch_id
    left join bounds on result_lots.attribute_code = bounds.attribute_code
    where result_lots.first_on <= $as_of
        and (
            result_lots.failed > 0
            or result_lots.lowest < bounds.lower
            or result_lots.highest > bounds.upper
        )
),

-- single days count only where a specification or the report day lies between them
days as (
    select
        batch_id,
        program_id,
        disposition,
        phase,
        attribute_code,
        first_on as tested_on,
        lowest,
        highest,
        failed
    from suspects
    where whole
    union all
    select
        suspects.batch_id,
        suspects.program_id,
        suspects.disposition,
        suspects.phase,
        suspects.attribute_code,
        result_days.tested_on,
        min(result_days.lowest) as lowest,
        max(result_days.highest) as highest,
        sum(result_days.failed) as failed
    from suspects
    inner join result_days
        on suspects.batch_id = result_days.batch_id
        and suspects.attribute_code = result_days.attribute_code
    where not suspects.whole
        and result_days.tested_on <= $as_of
    group by all
),

judged as (
    select
        days.*,
        specifications.lower,
        specifications.upper
    from days
    left join specifications
        on days.attribute_code = specifications.attribute_code
        and days.phase = specifications.phase
        and days.tested_on >= specifications.valid_from
        and (specifications.program_id is null or specifications.program_id = days.program_id)
    qualify row_number() over (
        partition by days.batch_id, days.attribute_code, days.tested_on
        order by specifications.program_id nulls last, specifications.valid_from desc, specifications.specification_id
    ) = 1
)

select distinct
    judged.batch_id,
    judged.disposition,
    judged.attribute_code,
    attributes.name,
    attributes.name_ja
from judged
inner join attributes on judged.attribute_code = attributes.attribute_code
-- a number is judged by itself, whatever verdict stands beside it
where (judged.failed > 0 and attributes.data_type = 'pass/fail')
    or judged.lowest < judged.lower
    or judged.highest > judged.upper
order by judged.batch_id, judged.attribute_code
