-- grain: one row per row of one table, every column of its contract
-- params: $table (a table name of the contracts)
from query_table($table)
order by all
