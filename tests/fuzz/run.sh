#!/bin/sh
# Searches for inputs that break a fuzz target:
#
#     tests/fuzz/run.sh http1_request_fuzz 120
#
# Builds the target with libFuzzer and the sanitizers for addresses and undefined behaviour, then
# searches for that many seconds. New inputs go to a folder of their own (FUZZ_WORK, or one below
# /tmp that is kept), so that the corpus grows by choice: copy what is worth keeping. A failing
# input is written there too, as crash-*; put it into the corpus with its fix. BAZEL may hold
# another command.
set -eu

if [ $# -ne 2 ]; then
  echo "usage: $0 NAME SECONDS   (NAME: a *_fuzz.cc beside this script, without .cc)" >&2
  exit 2
fi
name=$1
seconds=$2
cd "$(dirname "$0")/../.."
if [ ! -f "tests/fuzz/$name.cc" ]; then
  echo "$0: tests/fuzz/$name.cc does not exist" >&2
  exit 2
fi

flags="--copt=-fsanitize=fuzzer-no-link,address,undefined --copt=-fno-sanitize=vptr,function
  --linkopt=-fsanitize=address,undefined --copt=-O1 --copt=-DFAIRLEAD_DCHECK=1"
# shellcheck disable=SC2086
${BAZEL:-bazel} build $flags "//tests/fuzz:$name"
# shellcheck disable=SC2086
binary=$(${BAZEL:-bazel} info $flags bazel-bin 2>/dev/null)/tests/fuzz/$name

work=${FUZZ_WORK:-$(mktemp -d "/tmp/fuzz-$name.XXXXXX")}
mkdir -p "$work/found"
echo "new inputs: $work/found"
exec "$binary" -max_total_time="$seconds" -max_len=4096 -artifact_prefix="$work/" \
  -print_final_stats=1 "$work/found" "tests/fuzz/${name}_corpus"
