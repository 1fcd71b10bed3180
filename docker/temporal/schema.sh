#!/bin/sh
# Makes Temporal's two databases where they are missing, and brings both to the version of these tools. Can run as often as you like.
set -eu

# $1: the database; $2: the folder of its schema
bring() {
  sql="temporal-sql-tool --plugin postgres12 --ep postgresql -p 5432 -u temporal --db $1"
  $sql create
  $sql setup-schema -v 0.0
  $sql update-schema -d "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

bring temporal temporal
bring temporal_visibility visibility
