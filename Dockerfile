# The rocketlift command; without arguments a worker. docs/docker.md tells how it is used.

# Debian, not Alpine: Temporal's SDK has a binary that needs glibc.
FROM node:20.20.2-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM base AS dependencies
COPY package.json package-lock.json ./
# The SDK brings its binary for every platform, 30 MB each: those of others go.
RUN npm ci --omit=dev --no-audit --no-fund \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name '*-linux-gnu' -exec rm -r {} +

FROM base AS runtime
# The certificate authorities for a Temporal behind TLS; tini, so that signals arrive and nothing is left behind.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
  ROCKETLIFT_HEALTH_FILE=/tmp/rocketlift-worker
COPY package.json LICENSE ./
COPY src/dev/rocketmq.pom.xml ./src/dev/rocketmq.pom.xml
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN ln -s /app/dist/cli/main.js /usr/local/bin/rocketlift \
  && install --directory --owner=node --group=node /data/input /data/dirty
USER node
WORKDIR /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=2 CMD ["rocketlift", "health"]
ENTRYPOINT ["tini", "--", "rocketlift"]
CMD ["worker"]
