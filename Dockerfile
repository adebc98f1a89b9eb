# syntax=docker/dockerfile:1
# The build serves SQLite and Postgres alike; DATABASE_URL chooses at run time. No secret is needed to build, and none
# is in a layer. Migrations are not run at start: a release runs `npm run prisma:migrate` once, and the app waits
# unready (/readyz) until they are applied.

FROM node:22-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY prisma ./prisma
COPY prisma.config.ts tsconfig.json ./
COPY app/platform ./app/platform
COPY ops/run.mjs ./ops/
RUN npm ci --no-audit --no-fund

FROM packages AS build
COPY . .
RUN npm run build

FROM packages AS production-packages
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production
# The app's own folder is root's, and the process is not root.
ENV BACKUP_FOLDER=/data/backups
WORKDIR /app
# postgresql-client: pg_dump and pg_restore, for backups. Debian bookworm has 15, which refuses a later server (trixie has 17).
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates postgresql-client && rm -rf /var/lib/apt/lists/* \
  && mkdir /data && chown node:node /data
COPY --from=production-packages /app/node_modules ./node_modules
COPY --from=production-packages /app/prisma/generated ./prisma/generated
COPY --from=build /app/build ./build
COPY --from=build /app/public ./public
# Every command (npm run …) is in build/, and ops/run.mjs starts it; the Prisma CLI looks for its config beside package.json.
COPY --from=build /app/build/prisma.config.mjs ./
COPY ops/run.mjs ./ops/
COPY prisma/schema.prisma prisma/schema.sqlite.prisma ./prisma/
COPY prisma/migrations ./prisma/migrations
COPY prisma/migrations-sqlite ./prisma/migrations-sqlite
# shopify.app.toml says which webhooks Shopify sends by itself; the diagnostics page compares with it.
COPY package.json shopify.app.toml ./
USER node
EXPOSE 3000
# Alive, not ready: a database that is away is no reason to restart the app.
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "build/index.js"]
