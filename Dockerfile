# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
RUN python -m venv /opt/fireline \
 && /opt/fireline/bin/pip install --no-cache-dir --quiet -c constraints.txt .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/fireline --create-home fireline
COPY --from=build /opt/fireline /opt/fireline
WORKDIR /etc/fireline
COPY slo_definitions ./slo_definitions
COPY runbooks ./runbooks
COPY policies ./policies
ENV PATH=/opt/fireline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FIRELINE_DATABASE_URL=sqlite:////var/lib/fireline/fireline.db \
    FIRELINE_HTTP_HOST=0.0.0.0
USER fireline
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["fireline", "run"]
