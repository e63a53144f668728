#!/bin/sh
# fenced_write.sh - runs the example of that name on DynamoDB Local, in tables of its own.
#
#     fenced_write.sh DDBLOCK EXAMPLE
#
# Exits 77, skipped, where there is no engine: see test/support/engines.js.
set -eu
ddblock=$1 example=$2
AWS_ENDPOINT_URL_DYNAMODB=${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}
[ -n "$AWS_ENDPOINT_URL_DYNAMODB" ] || exit 77
export AWS_ENDPOINT_URL_DYNAMODB
"$ddblock" table create "fence-locks-$$"
"$ddblock" table create "fence-data-$$"
said=$("$example" "fence-locks-$$" "fence-data-$$")
printf '%s\n' "$said"
[ "$said" = 'first, token 1: committed
second, token 2: committed
first, token 1: fenced off' ]
