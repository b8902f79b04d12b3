# The coordinator of a Citus cluster, with what the SQL tests need.
FROM citusdata/citus:13.0
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-$PG_MAJOR-pgtap \
 && rm -rf /var/lib/apt/lists/*
