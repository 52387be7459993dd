#!/usr/bin/env bats
# Programs as they are, on the library: they must say what they say without.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/liblemmalloc.so
}

setup() {
  LIB=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build/liblemmalloc.so
  cd "$BATS_TEST_TMPDIR"
  export PYTHONHASHSEED=0 PERL_HASH_SEED=0 PYTHONMALLOC=malloc
}

# Runs the command without and with the library and compares all it prints.
same() {
  local a=0 b=0
  "$@" >without 2>&1 || a=$?
  LD_PRELOAD=$LIB "$@" >with 2>&1 || b=$?
  head -5 with
  [ "$a" = 0 ]
  [ "$b" = 0 ]
  cmp without with
}

@test "the library is really used" {
  LD_PRELOAD=$LIB python3 -c 'print(open("/proc/self/maps").read())' | grep -q liblemmalloc.so
}

@test "ls, cat, sort, bash" {
  seq 200000 | sort -R --random-source=<(yes) >numbers
  same ls -l /usr/bin
  same cat numbers
  same sort -n numbers
  same bash -c 'a=(); for i in {1..20000}; do a+=("x$i"); done; echo "${#a[@]} ${a[*]: -3}"'
}

@test "python3: containers, text, numbers, json, regular expressions" {
  cat >work.py <<'END'
import collections, hashlib, json, random, re
random.seed(1)
d = {str(i): [random.random() for _ in range(i % 20)] for i in range(30000)}
s = json.dumps(d, sort_keys=True)
print(hashlib.sha256(s.encode()).hexdigest(), len(re.findall(r'0\.1\d+', s)))
assert json.loads(s) == d
print(3 ** 50000 % 10 ** 40, collections.Counter(s).most_common(3))
q = collections.deque()
for i in range(300000):
    q.append(bytes(i % 700))
    if len(q) > 1000:
        q.popleft()
print(sum(map(len, q)))
END
  same python3 work.py
}

@test "python3: threads and processes" {
  cat >work.py <<'END'
import concurrent.futures as f, hashlib, multiprocessing, subprocess
def work(n):
    h = hashlib.sha256()
    for i in range(2000):
        h.update(('%d ' % i) .encode() * (n + 1))
    return h.hexdigest()
with f.ThreadPoolExecutor(8) as e:
    print(list(e.map(work, range(32))))
with multiprocessing.Pool(4) as p:
    print(p.map(work, range(16)))
print([subprocess.run(['echo', str(i)], capture_output=True).stdout for i in range(20)])
END
  same python3 work.py
}

@test "python3: sqlite3, compression" {
  cat >work.py <<'END'
import sqlite3, zlib, bz2, lzma
c = sqlite3.connect(':memory:')
c.execute('create table t (a integer primary key, b text)')
c.executemany('insert into t values (?, ?)', ((i, 'x' * (i % 300)) for i in range(20000)))
print(c.execute('select sum(length(b)), count(distinct b) from t where a % 3 = 1').fetchall())
data = b''.join(b'%d' % (i * i) for i in range(100000))
for m in zlib, bz2, lzma:
    z = m.compress(data)
    assert m.decompress(z) == data
    print(m.__name__, len(z))
END
  same python3 work.py
}

@test "perl: hashes, strings, sort, regular expressions" {
  cat >work.pl <<'END'
my %h; my $s = '';
for my $i (1 .. 100000) { $h{"k$i"} = 'v' x ($i % 50); $s .= chr(97 + $i % 26); }
my @k = sort { length($h{$a}) <=> length($h{$b}) || $a cmp $b } keys %h;
my $n = () = $s =~ /xyz.?a/g;
delete $h{$_} for @k[0 .. 50000];
print "@k[0 .. 5] $n ", scalar(keys %h), "\n";
my @l = map { [ $_, { a => $_ x 3 } ] } 1 .. 50000;
print $l[777][1]{a}, "\n";
END
  same perl work.pl
}

@test "gcc -O2 -g: a large file gives the same object" {
  for i in $(seq 1500); do
    echo "struct s$i { int a, b[$((i % 9 + 1))]; }; int f$i(struct s$i *p, int n)" \
         "{ int i, t = $i; for (i = 0; i < n; i++) { t += p[i].a * p[i].b[0]; if (t & $i) t ^= p->a; } return t; }"
  done >big.c
  gcc -O2 -g -c -o without.o big.c
  LD_PRELOAD=$LIB gcc -O2 -g -c -o with.o big.c
  cmp without.o with.o
}

@test "clang -O2 -g: a large file gives the same object" {
  for i in $(seq 250); do
    echo "struct s$i { int a, b[$((i % 9 + 1))]; }; int f$i(struct s$i *p, int n)" \
         "{ int i, t = $i; for (i = 0; i < n; i++) { t += p[i].a * p[i].b[0]; if (t & $i) t ^= p->a; } return t; }"
  done >big.c
  clang -O2 -g -c -o without.o big.c
  LD_PRELOAD=$LIB clang -O2 -g -c -o with.o big.c
  cmp without.o with.o
}

@test "python3: its own tests of lists, dictionaries, json, threads" {
  local python=/usr/bin/python3 tests="test_list test_dict test_json test_threading"
  $python -c 'import test.test_json' 2>/dev/null || skip "no libpython3.11-testsuite"
  LD_PRELOAD=$LIB $python -m test -j 2 $tests >with 2>&1 && return
  tail -40 with
  ! $python -m test -j 2 $tests >without 2>&1 || false
  skip "they fail without the library, too"
}

@test "sqlite3: tables, indices, a vacuum" {
  cat >work.sql <<'END'
create table t (a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000)
  insert into t select i, hex(i * i) || substr('abcdefghijklmnopqrstuvwxyz', i % 26), i / 7.0 from n;
create index tb on t(b);
select count(*), sum(length(b)), max(c) from t where b like '3%';
select a, b from t order by b desc limit 5;
update t set b = b || b || b where a % 3 = 0;
delete from t where a % 5 = 0;
vacuum;
pragma integrity_check;
select group_concat(b) from (select b from t order by b limit 2000);
END
  same sqlite3 :memory: '.read work.sql'
}

@test "lua5.4: tables, strings, closures, coroutines" {
  cat >work.lua <<'END'
local t, n = {}, 0
for i = 1, 200000 do t[#t + 1] = ("%d"):format(i * i % 9973):rep(i % 7 + 1) end
table.sort(t)
local s = table.concat(t, ",", 1, 50000)
for w in s:gmatch("%d+") do n = n + #w end
local co = coroutine.wrap(function() for i = 1, 10000 do coroutine.yield({ i, function() return i end }) end end)
for i = 1, 10000 do n = n + co()[2]() end
local words = {}
for i = 1, 100000 do local k = "k" .. i % 1000; words[k] = (words[k] or 0) + 1 end
collectgarbage()
print(n, #s, words.k7, t[12345])
END
  same lua5.4 work.lua
}

@test "ghostscript: pages of text and curves give the same pixels" {
  cat >work.ps <<'END'
/page { /n exch def /Times-Roman findfont 9 scalefont setfont
  0 1 60 { /i exch def 40 750 i 12 mul sub moveto n i mul 12 string cvs show ( some text) show } for
  0 1 200 { /i exch def newpath i 3 mul 100 moveto 300 i n mul 200 i 500 700 curveto
    i 200 div setgray stroke } for showpage } def
1 1 6 { page } for
END
  same gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=ppmraw -r60 -sOutputFile=%stdout work.ps
}

@test "z3: formulas have the same models" {
  {
    for i in $(seq 60); do echo "(declare-const x$i Int)(assert (and (< 0 x$i) (< x$i 200)))"; done
    for i in $(seq 59); do
      echo "(assert (or (= (+ x$i x$((i + 1))) $((i * 3 + 5))) (< (* 2 x$i) x$((i + 1)))))"
      echo "(assert (distinct x$i x$((i + 1))))"
    done
    echo '(check-sat)(get-model)(reset)'
    echo '(declare-const a (_ BitVec 20))(declare-const b (_ BitVec 20))'
    echo '(assert (= (bvmul a b) #x0F425))(assert (bvugt a #x00001))(assert (bvugt b #x00001))'
    echo '(check-sat)(get-model)'
  } >work.smt2
  same z3 work.smt2
}

# Debian's server is linked with jemalloc, in front of whose malloc the library
# stands; what the server asks jemalloc itself about memory says nothing then.
@test "redis-server: what was stored is there" {
  command -v redis-server >/dev/null || skip "no redis-server"
  local dir=$BATS_TEST_TMPDIR pid how
  for i in $(seq 600); do
    echo "set key$i $i$(printf "%$((i % 900))s" | tr ' ' x)"
    echo "append key$((i / 2)) tail$i"
    echo "rpush list $i"
    [ $((i % 3)) != 0 ] || echo "del key$((i / 3))"
    [ $((i % 50)) != 0 ] || echo "bitcount key$i"
  done >requests
  printf '%s\n' "llen mylist" "lrange list 0 -1" "dbsize" "sort list limit 0 10" \
    "flushall async" "dbsize" >>requests
  for how in without with; do
    rm -f "$dir/socket"
    LD_PRELOAD=$([ $how = without ] || echo "$LIB") redis-server --port 0 \
      --unixsocket "$dir/socket" --save '' --dir "$dir" --io-threads 2 >"log.$how" 2>&1 3>&- &
    pid=$!
    for _ in $(seq 100); do
      [ -S "$dir/socket" ] && break
      sleep 0.1
    done
    [ $how = without ] || grep -q liblemmalloc.so "/proc/$pid/maps"
    redis-benchmark -s "$dir/socket" -q -n 1500 -c 20 -P 8 -d 500 \
      -t set,lpush,sadd,hset,zadd,lrange_100 >speed 2>&1
    redis-cli -s "$dir/socket" <requests >"answers.$how"
    redis-cli -s "$dir/socket" shutdown nosave
    wait $pid
  done
  [ "$(wc -l <answers.with)" -gt 1800 ]
  cmp answers.without answers.with
}

@test "git: a repository gives the same commits" {
  cat >work.sh <<'END'
rm -rf repo && git init -q -b main repo && cd repo || exit 1
export GIT_AUTHOR_DATE='2020-01-01 00:00 +0000' GIT_COMMITTER_DATE='2020-01-01 00:00 +0000'
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_CONFIG_GLOBAL=/dev/null
for i in 1 2 3 4 5 6 7 8; do
  mkdir -p d$i && seq $((i * 3000)) >d$i/file && seq $i 2 9000 >common
  git add . && git commit -q -m "change $i" || exit 1
done
git repack -q -a -d && git gc -q && git fsck --full 2>/dev/null
git log --stat && git diff HEAD~3 | cksum && git log -p | cksum && git blame common | tail -3
END
  same bash work.sh
}

@test "little address space: python3 under ulimit -v" {
  ulimit -v 400000
  same python3 -c 'print(len([str(i) for i in range(100000)]))'
}

@test "little address space: malloc fails, the program is told" {
  ulimit -v 400000
  run env LD_PRELOAD="$LIB" python3 -c 'x = bytearray(10**9)'
  [ "$status" = 1 ]
  [[ $output == *MemoryError* ]]
}
