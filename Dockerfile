# One image for every part of Waymark; docker-compose.yml says which part each container is.
FROM node:22-bookworm-slim AS front
WORKDIR /front
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.12-slim-bookworm
# What WeasyPrint draws with; no wheel carries these.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /waymark
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=front /front/node_modules ./node_modules
# Gathering styles needs no server, but the settings want to be told of some.
RUN DATABASE_URL=postgresql://nobody@nowhere/none REDIS_URL=redis://nowhere WAYMARK_SECRET_KEY=only-while-building \
    WAYMARK_STATIC=/srv/static python manage.py collectstatic --noinput --verbosity 0 \
    && useradd --system --home-dir /waymark waymark \
    && install -d -o waymark -g waymark -m 700 /srv/var /srv/keys
ENV WAYMARK_STATIC=/srv/static WAYMARK_VAR=/srv/var WAYMARK_KEYS=/srv/keys PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1
USER waymark
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket"]
