# presswatch in a container: slim, not root, versions and hashes of requirements.lock.
#   docker build -t presswatch .          (extras: --build-arg EXTRAS=web,fleet)
#   docker run -d --name presswatch -v presswatch:/data presswatch
#   docker exec presswatch presswatch add https://ministry.example/news
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/presswatch
COPY pyproject.toml requirements.lock deploy/runtime_lock.py ./
ARG EXTRAS=web
RUN python runtime_lock.py "${EXTRAS}" < requirements.lock > runtime.lock \
    && /opt/presswatch/bin/pip install --require-hashes --requirement runtime.lock
COPY README.md LICENSE ./
COPY docs/man docs/man
COPY fixtures fixtures
COPY scraper scraper
COPY scheduler scheduler
COPY presswatch presswatch
RUN /opt/presswatch/bin/pip install --no-deps .

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="presswatch" \
      org.opencontainers.image.description="Watches news pages that have no feed" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin presswatch \
    && install --directory --owner=presswatch --mode=0700 /data
COPY --from=build /opt/presswatch /opt/presswatch
ENV PATH=/opt/presswatch/bin:$PATH \
    PRESSWATCH_HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
# The service holds a lease in the database; without one that is in force it does not work.
HEALTHCHECK --interval=1m --timeout=20s --start-period=2m --retries=3 CMD ["presswatch", "status", "--check"]
ENTRYPOINT ["presswatch"]
CMD ["run", "--log-format", "json"]
