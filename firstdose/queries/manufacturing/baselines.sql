-- grain: one row per baseline of one attribute at one site
-- params: $attribute, $site
select
    baseline_id,
    process_version,
    first_on,
    last_on,
    set_by,
    reason
from baselines
where attribute_code = $attribute and partner_id = $site
order by last_on desc, baseline_id
