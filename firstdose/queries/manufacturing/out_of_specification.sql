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
        and list_contains($chosen, program_id)
        and ($partner is null or list_contains($partner, partner_id))
        and ($area is null or $area <> []) -- a lot belongs to every area; a refused area still shows nothing
        and started_on <= $as_of
        and ($since is null or started_on >= $since)
        and ($until is null or started_on <= $until)
),

judged as (
    select
        lots.batch_id,
        lots.disposition,
        results.attribute_code,
        results.value,
        results.qualifier,
        results.passed,
        specifications.lower,
        specifications.upper
    from lots
    inner join results on lots.batch_id = results.batch_id
    left join specifications
        on results.attribute_code = specifications.attribute_code
        and lots.phase = specifications.phase
        and results.tested_on >= specifications.valid_from
        and (specifications.program_id is null or specifications.program_id = lots.program_id)
    where results.tested_on <= $as_of
    qualify row_number() over (
        partition by results.batch_id, results.attribute_code, results.sample, results.replicate, results.lab_partner
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
where judged.passed = false
    or (judged.value < judged.lower and judged.qualifier is distinct from '>')
    or (judged.value > judged.upper and judged.qualifier is distinct from '<')
order by judged.batch_id, judged.attribute_code
