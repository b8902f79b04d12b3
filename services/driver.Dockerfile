# Two images: `driver`, which consumes, and `tools`, in which migrations, loads, tests and lint run on the mounted checkout.
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
RUN python dependencies report dev | pip install --no-cache-dir -r /dev/stdin
# Any user may run here: make passes the one whose checkout it is.
ENV HOME=/tmp
