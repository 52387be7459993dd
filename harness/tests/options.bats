#!/usr/bin/env bats
# LEMMALLOC_OPTIONS, and the statistics that programs ask for.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s lib build/programs/figures build/static/figures
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
  out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
}

# with OPTIONS COMMAND...: runs it on the library; what it prints is in $out,
# $err.
with() {
  local options=$1 status=0
  shift
  env LEMMALLOC_OPTIONS="$options" LD_PRELOAD="$PWD/build/liblemmalloc.so" "$@" \
    >"$out" 2>"$err" || status=$?
  cat "$out" "$err"
  [ "$status" = 0 ]
}

@test "without options: nothing is printed" {
  with "" /bin/echo hello
  [ "$(cat "$out")" = hello ]
  [ ! -s "$err" ]
}

@test "stats: a report at exit, also when the program has closed its stderr" {
  with stats /bin/ls /
  grep -qE '^lemmalloc: process [0-9]+: [0-9]+ bytes live$' "$err"
  grep -qE '^  slots: [1-9][0-9]* live, [1-9][0-9]* bytes$' "$err"
}

@test "json: a file at exit that parses; %p is the process" {
  with "json=$BATS_TEST_TMPDIR/a%pb.json" build/programs/figures sleepers
  [ ! -s "$err" ]
  python3 - "$BATS_TEST_TMPDIR"/a*b.json <<'END'
import json, re, sys
(name,) = sys.argv[1:]
d = json.load(open(name))
assert d['version'] == 'lemmalloc-1'
assert str(d['process']) == re.search(r'/a(\d+)b\.json$', name).group(1)
by = {c['size']: c for c in d['classes']}
assert by[112]['live'] == 1000, by[112]
assert by[112]['bytes'] == 112000
assert by[112]['slots'] == by[112]['spans'] * 73
assert d['large'] == {'count': 1, 'bytes': 1000000 // 8192 * 8192 + 8192}, d['large']
assert d['mappings'] == {'count': 1, 'bytes': 65536}, d['mappings']
assert sum(c['live'] for c in d['classes']) == d['slots']['live']
assert sum(c['slots'] - c['live'] for c in d['classes']) == d['slots']['free']
assert d['live_bytes'] == d['slots']['live_bytes'] + d['large']['bytes'] + 65536
END
}

@test "json: a file that cannot be written is one line, the program goes on" {
  with json=/nonexistent/file /bin/echo hello
  [ "$(cat "$out")" = hello ]
  [ "$(cat "$err")" = "lemmalloc: LEMMALLOC_OPTIONS: cannot write: /nonexistent/file" ]
}

@test "an unknown option is one line, the others count" {
  with "nonsense,,stats,stat,json=" /bin/echo hello
  [ "$(cat "$out")" = hello ]
  grep -qx 'lemmalloc: LEMMALLOC_OPTIONS: unknown option: nonsense' "$err"
  grep -qx 'lemmalloc: LEMMALLOC_OPTIONS: unknown option: stat' "$err"
  grep -qx 'lemmalloc: LEMMALLOC_OPTIONS: not a file name: json=' "$err"
  grep -q 'bytes live' "$err"
  [ "$(grep -c LEMMALLOC_OPTIONS "$err")" = 3 ]
}

@test "help: names every option that the manual page does" {
  with help /bin/echo hello
  diff <(sed -n '/^\.SH ENVIRONMENT/,/^\.SH DIAGNOSTICS/ s/^\.BI* \([a-z]*=*\)\( file\)*$/\1/p' harness/lemmalloc.3 | sort) \
    <(sed -n 's/^  \([a-z][a-z]*=*\).*/\1/p' "$err" | sort)
}

@test "a set-user-id program takes no options" {
  [ "$(id -u)" = 0 ] || skip "needs root"
  dir=$(mktemp -d /tmp/lemmalloc-test.XXXXXX)
  cp build/static/figures "$dir/figures"
  chmod 755 "$dir" && chmod 4755 "$dir/figures"
  run env LEMMALLOC_OPTIONS=stats setpriv --reuid 65534 --clear-groups "$dir/figures" sleepers
  chmod 755 "$dir/figures"
  [ "$output" = "" ]
  run env LEMMALLOC_OPTIONS=stats setpriv --reuid 65534 --clear-groups "$dir/figures" sleepers
  rm -rf "$dir"
  [[ $output == *"bytes live"* ]]
}

@test "the manual page: no warnings, every function, every message" {
  if command -v groff >/dev/null; then
    [ -z "$(groff -man -Tutf8 -ww harness/lemmalloc.3 2>&1 >/dev/null)" ]
  fi
  for f in $(grep -o 'lm_[a-z_0-9]*(' harness/lemmalloc.h | sort -u); do
    grep -qF -- "$f" harness/lemmalloc.3
  done
  for message in 'double free: ' 'interior pointer: ' 'foreign pointer: ' 'wrong size: ' \
    'a slot of ' ' bytes, free already' 'a place for tiny objects, free already' 'in free pages' 'outside the heap' 'unknown option' \
    'a signal handler called an allocation function that the' 'out of memory, and no libstdc++ to say so'; do
    grep -qF -- "$message" harness/lemmalloc.3
    grep -qF -- "${message%: }" harness/*.c
  done
}

@test "mallinfo2 and mallinfo: figures say what was allocated" {
  build/programs/figures mallinfo
  build/static/figures mallinfo
}

@test "mallinfo2: pages given back and used again, blocks that other threads freed or left" {
  build/programs/figures again && build/static/figures again
  build/programs/figures others && build/static/figures others
}

@test "malloc_info: XML that parses and adds up; other options are EINVAL" {
  build/programs/figures info >"$out"
  python3 - "$out" <<'END'
import sys, xml.etree.ElementTree as E
t = E.parse(sys.argv[1]).getroot()
assert t.tag == 'malloc' and t.get('version') == 'lemmalloc-1'
heaps = t.findall('heap')
assert len(heaps) >= 1
assert [h.get('nr') for h in heaps] == [str(i) for i in range(len(heaps))]
def total(e, kind):
    (x,) = [x for x in e.findall('total') if x.get('type') == kind]
    return int(x.get('count')), int(x.get('size'))
def size(e, what, kind):
    (x,) = [x for x in e.findall(what) if x.get('type') == kind]
    return int(x.get('size'))
spans = {int(x.get('size')): x for x in heaps[0].find('spans')}
assert int(spans[112].get('live')) == 1000
for x in heaps[0].find('sizes'):
    n, to = int(x.get('count')), int(x.get('to'))
    assert n > 0 and int(x.get('total')) == n * to and int(x.get('from')) <= to
    assert n == int(spans[to].get('slots')) - int(spans[to].get('live'))
assert total(t, 'large')[0] == 1
assert total(t, 'mmap') == (1, 65536)
for e in heaps + [t]:
    assert size(e, 'system', 'current') <= size(e, 'system', 'max') <= size(e, 'aspace', 'total')
for kind in 'fast', 'rest', 'large':
    assert total(t, kind)[1] == sum(total(h, kind)[1] for h in heaps)
END
}

@test "malloc_stats writes a report to standard error" {
  build/programs/figures stats 2>"$err"
  grep -qE '^ +112 +14 +1022 +1000 +112000$' "$err"
}

@test "statistics while eight threads allocate: safe, and exact afterwards" {
  timeout 120 build/programs/figures racing
  timeout 120 build/static/figures racing
}
