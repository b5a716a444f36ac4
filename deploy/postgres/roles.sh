#!/bin/bash
# First start of the database: the two roles. Neither is a superuser, neither may bypass row-level security.
set -euo pipefail
owner=$(cat /run/secrets/portal_owner_password)
application=$(cat /run/secrets/portal_app_password)
psql -v ON_ERROR_STOP=1 -U postgres -d "$POSTGRES_DB" -v owner="$owner" -v application="$application" -v database="$POSTGRES_DB" <<'SQL'
CREATE ROLE portal_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'owner';
CREATE ROLE portal_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'application';
ALTER DATABASE :"database" OWNER TO portal_owner;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
SQL
