#!/bin/sh
# Makes the namespace and registers the search attributes of SEARCH_ATTRIBUTES ("Name=Type …"), where they are missing. Can run as
# often as you like; the address and the namespace are in TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, which the tool reads itself.
set -eu

if ! temporal operator namespace describe > /dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# The server takes a moment to know a namespace that is new.
tries=0
until registered=$(temporal operator search-attribute list); do
  tries=$((tries + 1))
  [ "$tries" -lt 15 ] || exit 1
  sleep 2
done
for attribute in $SEARCH_ATTRIBUTES; do
  name=${attribute%=*}
  if ! echo "$registered" | grep -qw "$name"; then
    temporal operator search-attribute create --name "$name" --type "${attribute#*=}"
  fi
done
echo "Namespace $TEMPORAL_NAMESPACE and its search attributes are there."
