"""The workloads of bench, and the inputs that they read.

An input is written once, from the same numbers every time, to build/bench/input;
every run works in build/bench/run.
"""
import os, random
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(ROOT, "build/bench")
INPUT = os.path.join(OUT, "input")
RUN = os.path.join(OUT, "run")
PROGRAMS = os.path.join(ROOT, "harness/bench/programs")
WORKLOADS = os.path.join(OUT, "workloads")

# git works in one thread, waits for no disk and starts nothing by itself.
GIT = {"pack.threads": "1", "core.fsync": "none", "maintenance.auto": "false"}

# Nothing of the caller's environment reaches a run.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "HOME": RUN, "TMPDIR": RUN, "LC_ALL": "C",
    "PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
    "PERL_HASH_SEED": "0", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": str(len(GIT)),
    **{f"GIT_CONFIG_KEY_{i}": key for i, key in enumerate(GIT)},
    **{f"GIT_CONFIG_VALUE_{i}": value for i, value in enumerate(GIT.values())},
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
       for what, value in (("NAME", "a"), ("EMAIL", "a@b"), ("DATE", "2020-01-01 00:00 +0000"))},
}

# kind: "single", "threads" and "program" count in the means, "scaling" and
# "sweep" are series of their own.  Single-threaded ones are pinned.
Workload = namedtuple("Workload", "name kind command pinned ops", defaults=[None])

SINGLE = {  # operations: under a second with glibc on a machine of 2023
    "same": 100_000_000, "lifo": 20_000_000, "fifo": 20_000_000, "churn": 12_000_000,
    "trees": 40_000_000, "strings": 10_000_000, "large": 400_000,
}
THREADED = {"all-to-all": 20_000_000, "larson": 20_000_000, "brief": 4_000_000}
HANDOFF = 8_000_000     # two threads, always
SWEEP_OPS = 200_000
SWEEP_MIB = 16 * 1024

# How much the programs have to do: as measured, and with --quick.
SIZES = {
    "python": (60_000, 10_000), "perl": (150_000, 40_000), "lua": (500_000, 100_000),
    "sqlite": (300_000, 60_000), "git": (25, 6), "gs": (40, 8), "gcc": (250, 50),
    "clang": (300, 60), "z3": (50, 25), "sort": (1_500_000, 300_000),
}


def micro(name, kind, ops, *parameter, label=None):
    command = [WORKLOADS, name, str(ops), *map(str, parameter)]
    return Workload(label or name, kind, command, kind in ("single", "sweep"), ops)


def threaded(name, kind, ops, threads):
    return micro(name, kind, ops, threads, label=f"{name}/{threads}")


def allocation_workloads(quick):
    """What workloads.c does; the threaded ones with other numbers of threads, too."""
    share = 10 if quick else 1
    many = max(2, os.cpu_count())
    for name, ops in SINGLE.items():
        yield micro(name, "single", ops // share)
    for name, ops in THREADED.items():
        yield threaded(name, "threads", ops // share, many)
    yield micro("handoff", "threads", HANDOFF // share)
    for name, ops in THREADED.items():
        for n in sorted({1, 2, 2 * many} - {many}):
            yield threaded(name, "scaling", ops // share, n)
    yield micro("sweep", "sweep", SWEEP_OPS // share, sweep_limit(quick))


def sweep_limit(quick):
    """MiB: no more than three quarters of the memory that is free."""
    if quick:
        return 256
    with open("/proc/meminfo") as f:
        available = next(int(line.split()[1]) for line in f if line.startswith("MemAvailable"))
    return min(SWEEP_MIB, available * 3 // 4 // 1024)


def program_workloads(size):
    """Real programs; size says how much each has to do."""
    commands = {
        "python": ["python3", script("work.py"), str(size["python"])],
        "perl": ["perl", script("work.pl"), str(size["perl"])],
        "lua": ["lua5.4", script("work.lua"), str(size["lua"])],
        "sqlite": ["sqlite3", "-batch", ":memory:", f".read {data('sqlite', size)}"],
        "git": ["sh", script("work_git.sh"), str(8 * size["git"]), str(size["git"])],
        "gs": ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", f"-dSIZE={size['gs']}", "-r100",
               "-sDEVICE=png16m", "-sOutputFile=page.png", script("work.ps")],
        "gcc": ["gcc", "-O2", "-c", "-o", "gcc.o", data("gcc", size)],
        "clang": ["clang", "-O2", "-c", "-o", "clang.o", data("clang", size)],
        "z3": ["z3", data("z3", size)],
        "sort": ["sort", "--parallel=1", "-S", "1G", "-o", "sorted", data("sort", size)],
    }
    for name, command in commands.items():
        yield Workload(name, "program", command, True)


def workloads(quick):
    return [*allocation_workloads(quick), *program_workloads(sizes(quick))]


# ---- The inputs of the programs ----

def sizes(quick):
    return {name: pair[1 if quick else 0] for name, pair in SIZES.items()}


def script(name):
    return os.path.join(PROGRAMS, name)


def data(program, size):
    """The file that a program reads; its suffix matters to the compilers."""
    suffix = MAKERS[program][0]
    return os.path.join(INPUT, f"{program}-{size[program]}.{suffix}")


def c_source(n):
    """n functions over structures: loops, calls, switches, strings."""
    for i in range(n):
        yield f"""
struct s{i} {{ int a, b[{i % 9 + 1}]; const char *name; struct s{i} *next; }};
static int helper{i}(const struct s{i} *p, int k) {{ return p->b[0] * k + {i} - p->a; }}
int walk{i}(struct s{i} *p, int n)
{{
  int i, t = {i};
  for (; p != 0; p = p->next) {{
    for (i = 0; i < n; i++) {{
      t += p->a * p->b[i % {i % 9 + 1}] + helper{i}(p, i);
      switch (t & 7) {{
      case 0: t ^= n; break;
      case {i % 5 + 1}: t -= p->name[0]; break;
      default: p->a = t << {i % 5};
      }}
    }}
    p->name = "node {i}";
  }}
  return t{f" + walk{i - 1}(0, n)" if i else ""};
}}
"""


def sql(n):
    with open(script("work.sql")) as f:
        yield f.read().replace("SIZE", str(n))


def job_shop(n):
    """n jobs, each once on every of 5 machines, within a time: integers."""
    rng, machines = random.Random(1), range(5)
    start = [[f"t{j}_{k}" for k in machines] for j in range(n)]
    need = [[rng.randint(1, 20) for _ in machines] for _ in range(n)]
    order = [rng.sample(machines, len(machines)) for _ in range(n)]
    limit = 13 * n + 20
    for row in start:
        yield from (f"(declare-const {t} Int)\n(assert (>= {t} 0))\n" for t in row)
    for j in range(n):
        for m, k in zip(order[j], order[j][1:]):
            yield f"(assert (>= {start[j][k]} (+ {start[j][m]} {need[j][m]})))\n"
        last = order[j][-1]
        yield f"(assert (<= (+ {start[j][last]} {need[j][last]}) {limit}))\n"
        for i in range(j):
            for k in machines:
                a, b = start[i][k], start[j][k]
                yield f"(assert (or (>= {b} (+ {a} {need[i][k]})) (>= {a} (+ {b} {need[j][k]}))))\n"
    yield "(check-sat)\n"


def lines(n):
    rng = random.Random(2)
    for _ in range(n):
        yield "%x %s\n" % (rng.getrandbits(64), "z" * rng.randrange(40))


MAKERS = {"gcc": ("c", c_source), "clang": ("c", c_source), "sqlite": ("sql", sql),
          "z3": ("smt2", job_shop), "sort": ("txt", lines)}


def write_inputs(quick):
    os.makedirs(INPUT, exist_ok=True)
    os.makedirs(RUN, exist_ok=True)
    size = sizes(quick)
    for program, (_, make) in MAKERS.items():
        path = data(program, size)
        if not os.path.exists(path):
            with open(path + ".new", "w") as f:
                f.writelines(make(size[program]))
            os.rename(path + ".new", path)
