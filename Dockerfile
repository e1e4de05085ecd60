# One image for web, worker, beat and migrate; docker-compose.yml says which does what.

FROM node:22-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY frontend frontend
RUN npm run build

FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /venv
# The packages come before the code, so that a change of code does not fetch them again.
COPY pyproject.toml requirements.lock README.md ./
RUN mkdir booking routing workers \
    && /venv/bin/pip install -q -c requirements.lock -e ".[roads]"

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/outabout outabout
WORKDIR /app
COPY --from=packages /venv /venv
COPY pyproject.toml LICENSE ./
COPY routing routing
COPY booking booking
COPY workers workers
COPY migrations migrations
COPY templates templates
COPY sample_data sample_data
COPY --from=front-end /app/static static
ENV PATH=/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    OUTABOUT_DATA_DIR=/var/lib/outabout \
    NUMBA_CACHE_DIR=/var/lib/outabout/compiled
USER 10001
# Compiled here, so that the first request of a new container does not wait for it.
RUN python -c "from routing.warming import warm, warm_roads; warm(); warm_roads()"
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["outabout", "serve", "--host", "0.0.0.0", "--port", "8000"]
