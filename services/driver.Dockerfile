# Two images: `driver`, which consumes, and `tools`, in which migrations, loads, tests and lint run on the mounted checkout.
ARG PG_MAJOR=17
FROM postgres:${PG_MAJOR}-bookworm AS server

FROM python:3.13-slim-bookworm AS base
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /warehouse
COPY pyproject.toml services/dependencies ./
# What a consumer imports: it shows no progress.
RUN python dependencies | grep --invert-match ^rich | pip install --no-cache-dir -r /dev/stdin

FROM base AS driver
COPY driver driver
USER nobody
CMD ["python", "-m", "driver", "consume"]

FROM base AS tools
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    libdbd-pg-perl libtap-parser-sourcehandler-pgtap-perl make postgresql-client sqitch \
 && rm -rf /var/lib/apt/lists/*
# pg_dump refuses a server newer than itself, so the programs are the server's own. Of two libpq ldconfig takes the newer one.
COPY --from=server /usr/lib/postgresql/*/bin/psql /usr/lib/postgresql/*/bin/pg_dump /usr/lib/postgresql/*/bin/pg_dumpall \
    /usr/lib/postgresql/*/bin/pg_restore /usr/local/bin/
COPY --from=server /usr/lib/*-linux-gnu/libpq.so.5.* /usr/local/share/libpq/
RUN cp --no-clobber /usr/local/share/libpq/* /usr/lib/*-linux-gnu/ && ldconfig && pg_dump --version
RUN python dependencies report dev | pip install --no-cache-dir -r /dev/stdin
# Any user may run here: make passes the one whose checkout it is.
ENV HOME=/tmp
