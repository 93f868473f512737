# One image for every stage: docker build -t tocsin .
# The first stage builds, the second holds only the virtual environment and the gazetteer's index.

FROM python:3.12-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/tocsin
COPY requirements/runtime.txt requirements/runtime.txt
RUN /opt/tocsin/bin/pip install --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY config config
COPY streams streams
COPY ingest ingest
COPY processors processors
COPY alerts alerts
COPY console console
RUN /opt/tocsin/bin/pip install --no-deps .
ENV XDG_CACHE_HOME=/opt/tocsin/cache
RUN /opt/tocsin/bin/python -m console.gazetteer

FROM python:3.12-slim AS tocsin
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/tocsin tocsin
COPY --from=build /opt/tocsin /opt/tocsin
ENV PATH=/opt/tocsin/bin:$PATH \
    XDG_CACHE_HOME=/opt/tocsin/cache \
    TOCSIN_CONFIG=/etc/tocsin \
    TOCSIN_DATA=/var/lib/tocsin \
    PYTHONUNBUFFERED=1
COPY config/tocsin.yaml config/feeds.yaml config/regions.yaml config/rules.yaml config/channels.yaml /etc/tocsin/
USER tocsin
WORKDIR /var/lib/tocsin
VOLUME /var/lib/tocsin
STOPSIGNAL SIGTERM
ENTRYPOINT ["tocsin"]
CMD ["run"]
