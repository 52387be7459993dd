"""What the sources may not contain, because a proof could rest on it.

Scans the text: comments are left out of the code, prose out of the ACSL.  Mutants
whose place in the code has changed are found here too, each time.
"""
import glob, os, re

from judge import WRAPPER

# In annotations, wherever they stand.
ACSL = [
    (r"\baxiom(atic)?\b", "an axiom"),
    (r"\badmit\b", "an admitted clause"),
    (r"\brequires\b[^;]*\\false", "requires \\false"),
    (r"\bassumes\b[^;]*\\false", "assumes \\false"),
    (r"\bterminates\b(?!\s*\\true\s*;)", "a terminates clause other than \\true"),
    (r"\bpragma\b", "a pragma"),
    (r"\binductive\b", "an inductive predicate"),
]
# In the code of core, spec and proofs/clients.
CODE = r"\b(union|goto|volatile|asm|__asm__|float|double)\b"
# A constant that does not fit its type: WP takes the conversion as exact, and
# the guard that has to prove this is not made for constants.
NEGATIVE = r"\(\s*(size_t|word|uintptr_t|unsigned[a-z ]*)\s*\)\s*\(?\s*-\s*\d"
# Not in the wrapper's proven code: cells that other threads write, and so are no
# memory to the prover.  Functions of atomic.h and section.h touch them.
# The address of a link may be passed to them.
SHARED = r"(?<!&h)(->|\.)\s*(to|next|inbox|refills|collected|packs|pending|chain|queued|remote)\b|->\s*owner\b"
# In the rest of the harness: to begin or leave a section, or to take the lock or give
# it back, which is done by the rules in what is proven.
SECTION = (r"\b(own_begin|own_begin_slow|own_end|section_enter|section_leave|heap_own|heap_disown|hold|let_go|"
           r"lock|lock_try|unlock|table_lock|table_unlock)\s*\(")
# What takes the lock and never comes back: misuse, which ends the program.
LAST = ("harness/misuse.c", "lock_try")
# logic T name{L}(parameters) = body;  predicate name ...
LOGIC = (r"\b(?:logic\s[^;=(]*?|predicate\s+)\b(\w+)\s*(?:\{[^}]*\})?\s*"
         r"(?:\(([^)]*)\))?\s*(=[^;]*|);")


def annotations(path):
    """The ACSL of a file without the prose in it: (line, text) each."""
    text = open(path).read()
    for m in re.finditer(r"/\*@.*?\*/|//@[^\n]*", text, re.S):
        yield text.count("\n", 0, m.start()) + 1, re.sub(r"//[^\n]*", "", m.group(0)[3:])


def has_lemmas(paths):
    return any(re.search(r"\blemma\b", text) for p in paths for _, text in annotations(p))


def well_founded(name, parameters, body):
    """An ill-founded recursion would be an axiom that nobody proves."""
    body = re.sub(r"[\s@]+", " ", body)
    calls = re.findall(rf"\b{name}\b\s*(?:\(([^()]*)\))?", body)
    if not calls:
        return True
    names = [p.split()[-1].strip("*") for p in parameters.split(",")]
    n = re.match(r"= (\w+) <= 0 \? ([^:]*):", body)
    return bool(n and n.group(1) in names and name not in n.group(2) and all(
        c.count(",") + 1 == len(names) and
        c.split(",")[names.index(n.group(1))].strip() == n.group(1) + " - 1" for c in calls))


def read_mutants():
    for path in sorted(glob.glob("proofs/mutants/*.txt")):
        line = 1
        for block in re.split(r"(\n(?:[ \t]*\n)+)", open(path).read()):
            rows = [r for r in block.split("\n") if r.strip() and not r.startswith("#")]
            if rows:
                mutant = {"at": f"{path}:{line}", "also": ""}
                for row in rows:
                    key, _, value = row.partition(":")
                    mutant[key.strip()] = value.strip().replace("\\n", "\n")
                yield mutant
            line += block.count("\n")


def lint():
    """(faults, notes) of all sources."""
    faults, notes = [], []
    headers = [path[:-1] + "h" for path in WRAPPER] + [
        "harness/atomic.h", "harness/heaps.h", "harness/section.h"]
    wrapper = sorted(WRAPPER + [path for path in headers if os.path.exists(path)])
    proven = wrapper + sorted(p for where in ("core/*.[ch]", "spec/*.h", "proofs/clients/*.[ch]")
                              for p in glob.glob(where))
    for path in proven + sorted(glob.glob("harness/*.[ch]")):
        for start, text in annotations(path):
            def fault(m, what):
                line = start + text.count("\n", 0, m.start())
                faults.append(f"{path}:{line}: {what}")
            for pattern, what in ACSL:
                for m in re.finditer(pattern, text):
                    fault(m, what)
            for m in re.finditer(LOGIC, text):
                if not m.group(3):
                    fault(m, f"{m.group(1)} is declared but not defined")
                elif not well_founded(*m.groups()):
                    fault(m, f"{m.group(1)} calls itself, but not in the form "
                             "f(.. n ..) = n <= 0 ? base : .. f(.. n - 1 ..)")
    for path in sorted(set(glob.glob("harness/*.c")) - set(WRAPPER) -
                       {"harness/section.c", "harness/platform_linux.c"}):
        for line, row in enumerate(open(path), 1):
            for word in re.findall(SECTION, row):
                if (path, word) != LAST:
                    faults.append(f"{path}:{line}: {word}: a section, or the lock, outside of "
                                  "what is proven")
    for m in read_mutants():
        found = open(m["file"]).read().count(m["old"])
        if found != 1:
            faults.append(f"{m['at']}: old: occurs {found} times in {m['file']}")
    for path in proven:
        code = re.sub(r'/\*.*?\*/|"[^"\n]*"', lambda m: "\n" * m.group(0).count("\n"),
                      open(path).read(), flags=re.S)
        for line, row in enumerate(code.split("\n"), 1):
            for word in re.findall(CODE, row):
                faults.append(f"{path}:{line}: {word}: WP has no sound and simple model of it")
            for m in re.finditer(NEGATIVE, row):
                faults.append(f"{path}:{line}: {m.group(0)}: WP reads it as a negative number")
            if path in wrapper and path.endswith(".c"):
                for m in re.finditer(SHARED, row):
                    faults.append(f"{path}:{line}: {m.group(0)}: other threads write it")
            if "__FRAMAC__" in row:
                notes.append(f"{path}:{line}: the prover sees other code here: {row.strip()}")
    return faults, notes
