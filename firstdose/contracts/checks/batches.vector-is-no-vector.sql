-- grain: one row per batch whose vector lot is no vector
-- tables: batches
-- column: vector_batch_id
-- message: The vector lot {value} of batch {batch} is a batch of {material}.
-- remedy: Name the batch of the vector that was used.
select
    batches.line,
    batches.vector_batch_id as value,
    batches.batch_id as batch,
    used.material
from batches
inner join batches as used on batches.vector_batch_id = used.batch_id
where used.material <> 'vector'
order by batches.line
