# PostgreSQL with what the SQL tests and lint need.
ARG PG_MAJOR=17
FROM postgres:${PG_MAJOR}-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-$PG_MAJOR-pgtap postgresql-$PG_MAJOR-plpgsql-check \
 && rm -rf /var/lib/apt/lists/*
COPY services/tuned /usr/local/bin/
COPY services/owner.sql /docker-entrypoint-initdb.d/
