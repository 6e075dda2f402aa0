-- grain: one row per risk of the chosen programs, or of all programs, that is not closed
-- params: $chosen (the programs let through), $partner (null = all)
select
    risks.risk_id,
    risks.program_id,
    risks.title,
    risks.title_ja,
    risks.status,
    risks.probability_pct,
    risks.impact_low_days,
    risks.impact_mid_days,
    risks.impact_high_days,
    risks.mitigation,
    risks.accepted_by,
    risks.accepted_on,
    risks.review_on,
    partners.name as owner_name,
    partners.name_ja as owner_name_ja
from risks
left join partners on risks.owner_partner = partners.partner_id
where (
        list_contains($chosen, risks.program_id)
        or (
            risks.program_id is null
            and exists (
                select 1
                from tasks
                where list_contains($chosen, tasks.program_id)
                    and list_contains(list_transform(string_split(risks.tasks, ';'), lambda one: trim(one)), tasks.task_id)
            )
        )
    )
    and risks.status <> 'closed'
    and ($partner is null or list_contains($partner, risks.owner_partner))
order by list_position(['accepted', 'occurred', 'open'], risks.status), risks.risk_id
