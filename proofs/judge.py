"""Reads what one frama-c run left behind and says whether it is a proof.

Frama-C exits 0 with goals open, and only warns when it drops the ground of a
proof.  So the log is read by a closed list: a line that is not known here is a
fault.  Three counts of the goals (log lines, summary, JSON report) must agree,
and the CSV report must give every property of every function as proven.
"""
import json, re

# Warnings that do not void a proof, with the reason.
ALLOWED = [
    # Asked for by -wp-definitions-terminate: "terminates \true" is added to the
    # contract, and proven with the rest.
    r"Missing terminates clause for \w+, populates 'terminates \\true'",
    # WP does not use \from: without it a pointer that a callee returns or assigns
    # may be any.
    r"No 'assigns \\result \\from ...' specification for function '\w+' ?returning pointer type",
    r"No \\from specification for assigned pointer '",
]
# The wrapper: each file proven alone, over the contracts of core/*.h, which the
# main run proves, and of the headers in TRUSTED and KEPT.
WRAPPER = ["harness/" + f for f in ("heap.c", "mapping.c", "malloc.c", "owner.c", "packed.c",
                                    "purge.c", "registry.c", "remote.c", "sweep.c")]
# Headers whose contracts have code that is not proven: the wrapper may rely on
# them.  Each is in the trust ledger.
TRUSTED = ["harness/section.h", "harness/atomic.h", "harness/mapping.h",
           "harness/platform_linux.h"]
# Headers whose contracts another file of the wrapper keeps, and that is proven.
KEPT = ["harness/heap.h", "harness/owner.h", "harness/packed.h", "harness/purge.h",
        "harness/registry.h", "harness/remote.h"]
# Lines that say nothing about a proof.
SILENT = (r"\[kernel\] Parsing |\[wp\] Running WP plugin|\[wp\] Computing |\[wp\] Report |"
          r"\[rte:annot\] annotating function |\[report\] Dumping ")

# Smoke tests look for contradictory hypotheses.  A proof by contradiction ends
# in dead code by intent; that is the rule in ghost lemmas (lemma_*) and the
# exception, with a reason, in the functions listed here.  A precondition that
# nothing satisfies is never allowed.
DEAD_ON_PURPOSE = {
    # An offset beyond the arena: the full arena has none, the others do.
    "peek_run": "page", "owner_at": "page", "locate_byte": "page", "tiny_in": "block",
    "forever": "the end of its loop: that malloc fails is what cannot be",
}

# Who may prove a goal.  CFG: nothing to prove, for instance "terminates" of a
# function without loop and call; it counts as Qed.
PROVERS = {"Qed": "qed", "CFG": "qed", "Z3 4.8.12": "z3",
           **{f"Z3 4.8.12 ({how})": "z3" for how in ("eager", "stock", "long", "long-eager")}}


def may_be_dead(name):
    return name.startswith("lemma_") or name in DEAD_ON_PURPOSE


class Verdict:
    """The outcome of one run over the functions `names` (none: the lemmas)."""

    def __init__(self, names, smoke, unit, cache):
        self.names, self.is_smoke, self.unit, self.cache = names, smoke, unit, cache
        self.goals = {}         # goal -> (proven, "qed" or "z3", seconds)
        self.smoke = set()      # smoke tests that ran
        self.rows = {}          # function -> [goals, qed, z3, slowest]
        self.faults = []

    def leave(self, names):
        """Forgets what was found of these functions, and all faults: they are tried again."""
        all_of_it = self.is_smoke or set(names) == set(self.names)
        self.goals = {} if all_of_it else \
            {goal: found for goal, found in self.goals.items() if self.prefix(goal) not in names}
        self.rows = {name: row for name, row in self.rows.items()
                     if not all_of_it and name not in names}
        self.smoke, self.faults = set(), []

    def proven(self):
        return sum(goal[0] for goal in self.goals.values())

    def read(self, where, lines):
        """Everything; `where` is the directory with the reports."""
        self.read_log(lines)
        if not self.is_smoke:
            self.read_json(f"{where}/goals.json")
            if self.names:
                self.read_csv(f"{where}/status.csv")

    def read_log(self, lines):
        messages, scheduled, trivial, claimed = [""], 0, 0, None
        for line in lines:              # a message goes on in indented lines
            if line.startswith("["):
                messages.append(line)
            else:
                messages[-1] += " " + line.strip()
        for before, text in zip(messages, messages[1:]):
            goal = re.match(r"\[wp\] \[([^\]]*)\] (Goal|Smoke-test) (\w+)(.*)", text)
            if goal and goal.group(2) == "Smoke-test":
                self.smoke_test(goal.group(3), goal.group(1) == "Passed")
            elif goal:
                if not self.is_smoke:   # else: proven in the other run
                    trivial += goal.group(1) == "CFG"
                    self.goal(*goal.group(1, 3, 4))
            elif re.match(r"\[wp\] \d+ goals? scheduled", text):
                scheduled += int(text.split()[1])
            elif text.startswith("[wp] Proved goals:"):
                claimed = tuple(map(int, re.search(r"(\d+) / (\d+)", text).groups()))
            elif text.startswith("[wp] [Cache]") and self.cache:
                pass
            elif "Failed smoke-test" in text:
                if "Smoke-test" not in before:      # found by control flow alone
                    self.smoke_test("dead code at " + text.split()[1], False)
            elif self.is_smoke and text == "[wp] Warning: No goal generated":
                pass
            elif not re.match(SILENT, text) and not (
                    "Warning:" in text and any(re.search(a, text) for a in ALLOWED)):
                self.faults.append(text)
        if self.is_smoke:
            if scheduled != sum(name.startswith("typed_") for name in self.smoke):
                self.faults.append(f"{scheduled} smoke tests scheduled, {len(self.smoke)} done")
        elif claimed != (self.proven(), len(self.goals)) or scheduled + trivial != len(self.goals):
            self.faults.append(f"counts differ: {self.proven()}/{len(self.goals)} in the log, "
                               f"{claimed} in the summary, {scheduled} + {trivial} scheduled")

    def goal(self, prover, name, rest):
        seconds = sum(float(n) * {"ms": .001, "s": 1, "m": 60, "h": 3600}[unit]
                      for n, unit in re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)\b", rest))
        good = prover in PROVERS and re.match(r" : Valid\b(?! \(Unreachable)", rest)
        self.goals[name] = (bool(good), PROVERS.get(prover), seconds)
        if not good:
            # Z3's own timeout counts wall-clock time and reaches us as this error.
            rest = rest.strip(" :").replace("Failed Unknown error", "out of time or memory")
            self.faults.append(f"not proven: {name} {rest}")

    def smoke_test(self, name, passed):
        self.smoke.add(name)
        dead = re.search(r"_wp_smoke_dead_(code|call)_s\d+$", name)
        if not passed and not (dead and may_be_dead(self.names[0])):
            self.faults.append(f"smoke test fails, the hypotheses may contradict: {name}")

    def read_json(self, path):
        """A second count, and the function that each goal belongs to."""
        try:
            report = json.load(open(path)) or {}
        except (OSError, ValueError):
            report = {}
        owner = {"typed_" + prop: name for name, props in report.get("wp:functions", {}).items()
                 for prop in props if not prop.startswith("wp:")}
        for goal, (_, prover, seconds) in self.goals.items():
            keys = [k for k in owner if goal == k or goal.startswith(k + "_")]
            name = owner[max(keys, key=len)] if keys else self.prefix(goal)
            row = self.rows.setdefault(name, [0, 0, 0, 0.0])
            row[0] += 1
            row[1] += prover == "qed"
            row[2] += prover == "z3"
            row[3] = max(row[3], seconds)
        main = report.get("wp:global", {}).get("wp:main", {})
        trivial = sum(not goal.startswith("typed_") for goal in self.goals)
        if (main.get("valid", 0) + trivial, main.get("total", 0) + trivial) != \
                (self.proven(), len(self.goals)):
            self.faults.append(f"the report counts {main}, the log {len(self.goals)} goals")
        for name in self.names:
            if name not in self.rows:
                self.faults.append(f"{name}: no goal")

    def prefix(self, goal):
        """FUNCTION_terminates, typed_FUNCTION_call_...: not in the report by name."""
        fits = [n for n in self.names if re.match(rf"(typed_)?{n.strip('_')}_", goal)]
        return max(fits, key=len) if fits else "(lemmas)"

    def read_csv(self, path):
        """Every property has a status; what is assumed or never tried shows here."""
        kinds = {name: set() for name in self.names}
        for row in open(path, errors="replace"):
            cell = row.rstrip("\n").split("\t")
            # Frama-C's own builtins are listed too; a call of one is a fault before.
            if len(cell) < 7 or cell[0] == "directory" or cell[0].startswith("FRAMAC_SHARE"):
                continue
            place, (name, kind, status, what) = f"{cell[0]}/{cell[1]}:{cell[2]}", cell[3:7]
            assumed = status == "Considered valid"
            # A client and the wrapper may rely on the contracts in core/*.h: the
            # main run proves them.  The wrapper also on those of TRUSTED.
            # Nothing else in the project may be assumed.
            ground = self.unit != "core" and cell[0] == "core" or \
                self.unit == "wrapper" and f"{cell[0]}/{cell[1]}" in TRUSTED + KEPT
            if assumed and not (ground and name not in kinds):
                self.faults.append(f"{place}: {name}: assumed, not proven: {kind} {what}")
            if name not in kinds:
                continue
            kinds[name].add(kind)
            # A precondition is proven where the function is called.
            if not assumed and status not in ("Valid", "Partially proven") and \
                    kind not in ("precondition", "behavior assumption"):
                self.faults.append(f"{place}: {name}: {kind} is '{status}': {what}")
        for name, found in kinds.items():
            for need in ("postcondition", "assigns clause"):
                if need not in found:
                    self.faults.append(f"{name}: its contract has no {need}")
