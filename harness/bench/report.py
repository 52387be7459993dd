"""What bench makes of its results: tables, plots, the figures in README.md."""
import math, os, shutil, subprocess
import suite

COUNTED = ("single", "threads", "program")      # kinds that count in the means
OURS, BASE, CONTROL = "lemmalloc", "glibc", "control"
PLOTS = os.path.join(suite.OUT, "plots")
README = os.path.join(suite.ROOT, "harness/bench/README.md")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


# ---- Figures ----

def allocators(results):
    return list(results["machine"]["libraries"])


def peers(results):
    return [a for a in allocators(results) if a not in (OURS, BASE, CONTROL)]


def rows_of(results, *kinds):
    return [w for w in results["workloads"] if w["kind"] in kinds]


def ratio(row, key, allocator, base=BASE):
    """Median over median; None if one of them has no run."""
    entries = row["allocators"]
    if allocator not in entries or base not in entries:
        return None
    return entries[allocator][key]["median"] / entries[base][key]["median"]


def to_best_peer(results, row, key):
    ratios = [ratio(row, key, OURS, peer) for peer in peers(results)]
    return max((r for r in ratios if r is not None), default=None)


def geometric_mean(values):
    """Of those that there are."""
    logs = [math.log(v) for v in values if v]
    return math.exp(sum(logs) / len(logs)) if logs else None


def series(results):
    """{workload: {threads: row}}, of those that run with several numbers."""
    found = {}
    for row in rows_of(results, "threads", "scaling"):
        name, _, threads = row["name"].partition("/")
        if threads:
            found.setdefault(name, {})[int(threads)] = row
    return {name: dict(sorted(rows.items())) for name, rows in found.items()}


# ---- Tables: lists of rows of cells, the first one the head ----

def number(value, form="%.2f"):
    return "-" if value is None else form % value


def seconds_table(results):
    names = allocators(results)
    table = [["CPU s: median, min, spread"] + names]
    for row in rows_of(results, *COUNTED):
        cells = []
        for name in names:
            entry = row["allocators"].get(name)
            cells.append("-" if entry is None else "%.3f %.3f %3.0f%%" % (
                entry["cpu"]["median"], entry["cpu"]["min"], 100 * entry["cpu"]["spread"]))
        table.append([row["name"]] + cells)
    return table


def ratio_table(results, key, title, unit, scale):
    """Each allocator to glibc, and lemmalloc to the best peer of each row."""
    names = [a for a in allocators(results) if a != BASE]
    compare = OURS in names and bool(peers(results))
    rows = rows_of(results, *COUNTED)
    table = [[title, f"glibc {unit}"] + names + (["to best peer"] if compare else [])]
    for row in rows:
        base = row["allocators"].get(BASE)
        cells = [number(base and base[key]["median"] * scale)]
        cells += [number(ratio(row, key, name)) for name in names]
        table.append([row["name"]] + cells
                     + ([number(to_best_peer(results, row, key))] if compare else []))
    means = [number(geometric_mean([ratio(r, key, name) for r in rows])) for name in names]
    best = [number(geometric_mean([to_best_peer(results, r, key) for r in rows]))]
    table.append(["geometric mean", ""] + means + (best if compare else []))
    return table


def scaling_table(results):
    names = allocators(results)
    table = [["million operations/s"] + names]
    for rows in series(results).values():
        for row in rows.values():
            rates = [row["allocators"].get(name, {}).get("ops_per_second") for name in names]
            table.append([row["name"]] + [number(rate and rate / 1e6, "%.1f") for rate in rates])
    return table


def sweep_table(results):
    names = allocators(results)
    table = [["MiB live: ns fresh, random"] + names]
    for row in rows_of(results, "sweep"):
        points = {name: {live: costs for live, *costs in entry["sweep"]}
                  for name, entry in row["allocators"].items()}
        for live in sorted(set().union(*points.values())):
            costs = [points.get(name, {}).get(live) for name in names]
            table.append([str(live)] + ["-" if c is None else "%.0f %.0f" % tuple(c)
                                        for c in costs])
    return table


def instructions_table(counts):
    sizes = list(next(iter(counts.values()), {}))
    return [["instructions a pair"] + [f"{size} bytes" for size in sizes]] + [
        [name] + [number(row.get(size), "%.0f") for size in sizes] for name, row in counts.items()]


def steps_table(results):
    head = ["pages", "allocate: mean", "most", "free: mean", "most", "bound"]
    return [head] + [["%.0f" % row[0]] + ["%.4g" % n for n in row[1:]]
                     for row in results["page_steps"]]


def tables(results):
    """All that have a row."""
    every = [seconds_table(results),
             ratio_table(results, "cpu", "CPU time to glibc", "s", 1),
             ratio_table(results, "peak", "peak memory to glibc", "MiB", 1 / 1024),
             scaling_table(results), sweep_table(results), steps_table(results)]
    return [table for table in every if len(table) > 1 and table[1][0] != "geometric mean"]


def plain(table):
    widths = [max(map(len, column)) for column in zip(*table)]
    return "\n".join("  ".join([row[0].ljust(widths[0])]
                               + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:])])
                     for row in table)


def markdown(table):
    line = lambda cells: "| " + " | ".join(cells) + " |"
    rule = line(["---"] + ["--:"] * (len(table[0]) - 1))
    return "\n".join([line(table[0]), rule] + [line(row) for row in table[1:]])


def conditions(results):
    m = results["machine"]
    libraries = ", ".join(f"{name} ({file})" for name, file in m["libraries"].items())
    return (f"{m['processor']}, {m['processors']} processors, {m['memory_gib']} GiB, "
            f"Linux {m['kernel']}, huge pages: {m['huge_pages']}, {m['date']}; repetitions: {results['repetitions']}"
            f"{', small inputs (--quick): not a measurement' if results['quick'] else ''}.\n"
            f"{libraries}.")


def text(results):
    failures = [f"FAILED: {name} on {allocator}: {why}"
                for name, allocator, why in results["failures"]]
    return "\n\n".join([conditions(results)] + [plain(t) for t in tables(results)] + failures)


def instructions_text(counts):
    return plain(instructions_table(counts))


def write_readme(results, counts):
    """Puts the figures between the two markers, and the summary plots beside."""
    for plot in ("cpu.png", "peak.png"):
        shutil.copy(os.path.join(PLOTS, plot), os.path.dirname(README))
    parts = []
    if results:
        parts = [conditions(results)] + [markdown(t) for t in tables(results)]
    if counts:
        parts.append(markdown(instructions_table(counts)))
    with open(README) as f:
        before, rest = f.read().split(BEGIN)
    after = rest.split(END)[1]
    with open(README, "w") as f:
        f.write("\n\n".join([before + BEGIN, *parts, END]) + after)


# ---- Plots ----

SETUP = """set output '%s'
set style fill solid 0.8 border -1
set grid ytics
set key outside top center horizontal
set datafile missing '-'
"""
TERMINALS = {"svg": "svg size 1100,500 background 'white'", "png": "pngcairo size 1100,500"}


def block(table):
    """A table as gnuplot's inline data; the head names the columns."""
    head, rows = ['"%s"' % cell for cell in table[0]], table[1:]
    return "\n".join(["$data << EOD"] + [" ".join(row) for row in [head, *rows]] + ["EOD\n"])


def draw(name, script):
    for suffix, terminal in TERMINALS.items():
        setup = f"set terminal {terminal}\n" + SETUP % os.path.join(PLOTS, f"{name}.{suffix}")
        subprocess.run(["gnuplot"], input=setup + script, text=True, check=True)


def ratio_plot(results, key, title):
    names = [a for a in allocators(results) if a != BASE]
    rows = [[row["name"]] + [number(ratio(row, key, name), "%.4f") for name in names]
            for row in rows_of(results, *COUNTED)]
    if rows:
        draw(key, block([["workload"] + names] + rows)
             + f"set title '{title}'\nset style data histogram\nset xtics rotate by -40\n"
               "set logscale y 2\nset boxwidth 0.9\n"
               f"plot 1 lc 'black' notitle, for [i=2:{len(names) + 1}] $data "
               "using i:xtic(1) title columnheader(i)")


def curves(names, table, title, x, y, setup=""):
    """One line for each column but the first."""
    return (block(table) + f"set title '{title}'\nset xlabel '{x}'\nset ylabel '{y}'\n{setup}"
            f"plot for [i=2:{len(names) + 1}] $data using 1:i with linespoints "
            "title columnheader(i)")


def scaling_plots(results):
    names = [a for a in allocators(results) if a != CONTROL]
    for workload, rows in series(results).items():
        if len(rows) < 2:
            continue
        table = [["threads"] + names]
        for threads, row in rows.items():
            rates = [row["allocators"].get(name, {}).get("ops_per_second") for name in names]
            table.append([str(threads)] + [number(rate and rate / 1e6) for rate in rates])
        draw(f"threads-{workload}", curves(names, table, workload, "threads",
                                           "million operations/s",
                                           "set logscale x 2\nset yrange [0:*]\n"))


def sweep_plots(results):
    names = [a for a in allocators(results) if a != CONTROL]
    for row in rows_of(results, "sweep"):
        points = {name: {live: costs for live, *costs in entry["sweep"]}
                  for name, entry in row["allocators"].items()}
        for i, kind in enumerate(("fresh", "random")):
            table = [["live"] + names] + [
                [str(live)] + [number(points.get(name, {}).get(live, (None, None))[i])
                               for name in names]
                for live in sorted(set().union(*points.values()))]
            draw(f"live-heap-{kind}", curves(names, table, f"a pair of {kind} blocks", "MiB live",
                                             "ns", "set logscale x 2\nset yrange [0:*]\n"))


def steps_plot(results):
    if results["page_steps"]:
        names = ["allocation, mean", "most", "freeing, mean", "most", "bound"]
        table = [["pages"] + names] + [["%g" % n for n in row] for row in results["page_steps"]]
        draw("page-steps", curves(names, table, "A run of pages, on a heap cut to pieces",
                                  "pages of the arena", "steps", "set logscale x 2\n"))


def plot(results):
    """Anew: no plot of an earlier run stays."""
    shutil.rmtree(PLOTS, ignore_errors=True)
    os.makedirs(PLOTS)
    ratio_plot(results, "cpu", "CPU time, glibc = 1")
    ratio_plot(results, "peak", "peak memory, glibc = 1")
    scaling_plots(results)
    sweep_plots(results)
    steps_plot(results)
    print(f"\nplots: {os.path.relpath(PLOTS)}/*.svg and *.png")
