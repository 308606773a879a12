#!/bin/sh
# Run once by the PostgreSQL image, when its data folder is new: the owner of the database, and the role that the
# application signs in as, which owns nothing.
set -eu

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner_password="$WAYMARK_OWNER_PASSWORD" -v app_password="$WAYMARK_APP_PASSWORD" <<'SQL'
CREATE ROLE waymark_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE waymark_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD :'app_password';
-- Connections of one role can read each other's statements in pg_stat_activity, unless that is off.
ALTER ROLE waymark_app SET track_activities = off;
CREATE DATABASE waymark OWNER waymark_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
SQL
