#!/usr/bin/env bash
# How long an edit of one .cc takes until its unit test has passed: the figures of CONTRIBUTING.md.
# Each file gets a constant that changes its object code, is built and tested, and is put back.
#   tools/testing/edit_time.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

saved=$(mktemp)
edited=
trap '[ -z "$edited" ] || cp "$saved" "$edited"; rm -f "$saved"' EXIT

measure() {
  local file=$1 test=$2 start
  bazel test "$test" >/dev/null 2>&1
  cp "$file" "$saved"
  edited=$file
  echo "extern const long edit_time_probe; const long edit_time_probe = $(date +%s%N);" >>"$file"
  start=$(date +%s.%N)
  if ! bazel test "$test" >/dev/null 2>&1; then
    echo "$test failed" >&2
    exit 1
  fi
  printf '%6.1f s  %-42s %s\n' "$(awk "BEGIN { print $(date +%s.%N) - $start }")" "$file" "$test"
  cp "$saved" "$file"
  edited=
}

measure dataplane/codec/http1/parser.cc //dataplane/codec/http1:parser_request_test
measure dataplane/http/server_connection.cc //dataplane/http:server_connection_test
measure dataplane/route/compile_matchers.cc //dataplane/route:path_match_test
measure controlplane/translate/translate.cc //controlplane/translate:translate_test
measure dataplane/xds/pipeline.cc //dataplane/xds:pipeline_test
