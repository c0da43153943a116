#!/usr/bin/env python3
"""mutate.py - seed faults one at a time, and see whether the tests notice.

    tests/mutate.py [--list] [--only NUMBER,NUMBER...] [N [FIRST]]

Faults are made in core/, models/ and eval/ of a copy of the tree, build/mutate/: a sign, a
comparison, an off by one, swapped operands, a dropped term, a sum that no longer adds up. Which, is
a function of the sources alone: the places are in the order of a hash of what they say, so that N of
them (20, from number FIRST, 0) are spread over all files. Of each, the object is made again and the
test programs that concern it are linked and run until one fails: "caught". First in double,
where gradients are checked, then in float, and last under ASan, which sees leaks and reads past an
end. A survivor is a hole in the tests. What nobody could tell from the right is not run, but named
with its reason: EQUIVALENT. ALL=1 gives survivors all other test programs too. Exit status: 0 none
survived, 1 some did.
"""
import argparse
import contextlib
import filecmp
import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

FOLDERS = ("core", "models", "eval")
COPY = "build/mutate"
# How a test program fails there; the folder and what make is told. As `make test` and `make ci` build.
DOUBLE = (" in double", "build/double", "REAL=-DBAKEOFF_DOUBLE")
FLOAT = ("", "build/release")
SANITIZED = (" under ASan", "build/asan", "OPTIMIZE=-O1",
             "SANITIZE=-fsanitize=address,undefined -fno-sanitize-recover=all")
ROUNDS = ((DOUBLE, FLOAT), (SANITIZED,))
LIMIT = 200  # seconds of processor that a test program may take: a loop that does not end is caught

# What is found out first by which test programs: the first line that matches a file.
CONCERNED = (
    (r"core/(packed|vector_packed|vector_int8)", "int8 frozen search vector_kernels translate architecture"),
    (r"core/(safetensors|frozen)", "safetensors frozen import gpt architecture"),
    (r"core/(setting|number|nearest)", "setting spec spec_meaning spec_json grid"),
    (r"core/(error|file|printable|process)", "filesystem safetensors attacks hostile report"),
    (r"core/image", "pictures draw"),
    (r"core/(profile|roofline|machine)", "profile"),
    (r"core/ranks_mpi", "cluster/mpi.sh"),
    (r"core/(ranks|pool|team)", "optimizer architecture_training stream"),
    (r"core/vector", "vector vector_kernels vector_gradient vector_dropout ops attention"),
    (r"core/(attention|op_attention|op_heads)", "attention attention_document heads architecture joined"),
    (r"core/(op_lstm|op_gru|recurrent|op_summary)", "recurrent ops architecture frozen"),
    (r"core/op_.*convolution", "convolution architecture receptive_field explain"),
    (r"core/", "ops segment graph normed architecture frozen optimizer vector profile architecture_training"),
    (r"models/(explain|design|layer_settings)",
     "spec spec_meaning spec_json explain variants receptive_field architecture"),
    (r"models/", "architecture architecture_cost joined explain padding attention variants labels "
                 "generation heads fixtures architecture_training match"),
    (r"eval/(attention|head)", "attend heads attention_document"),
    (r"eval/(beam|search|frontier|top|scan|sample|stepper|translate|settings)",
     "search top sample translate stream draw"),
    (r"eval/(gener|evaluate)", "generation architecture_training"),
    (r"eval/(power_law)", "power_law curves"),
    (r"eval/(label|draw|picture)", "label labels pictures draw"),
    (r"eval/(ngrams|bleu|tokens|segments|unicode)", "bleu metric score breakdown"),
    (r"eval/", "metric bleu score breakdown statistics significance contest fixtures"),
)

NAME = r"[A-Za-z_][A-Za-z_0-9]*(?:(?:\.|->)[A-Za-z_][A-Za-z_0-9]*)*(?:\[[^][]*\])?"
# kind, what is looked for, what it becomes
FAULTS = (
    ("sign", r" \+ (?!1\b)", " - "),
    ("sign", r"(?<=[\w\])]) - (?!1\b)", " + "),
    ("sign", r"\+= ", "-= "),
    ("comparison", r" < ", " <= "),
    ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "),
    ("comparison", r" >= ", " > "),
    ("comparison", r" == ", " != "),
    ("comparison", r" && ", " || "),
    ("off by one", r" \+ 1\b(?![.e])", ""),
    ("off by one", r"(?<=[\w\])]) - 1\b(?![.e])", ""),
    ("off by one", r"(?<=\w) = 0;(?= \w+ <)", " = 1;"),
    ("swapped", rf"\b({NAME}) - ({NAME})(?=[,;) ])", r"\2 - \1"),
    ("swapped", rf"\b({NAME}) / ({NAME})(?=[,;) ])", r"\2 / \1"),
    ("swapped", rf"\? ({NAME}|\d+) : ({NAME}|\d+)(?=[,;)])", r"? \2 : \1"),
    ("dropped", rf" \+ {NAME}(?: \* {NAME})*(?=[,;)])", ""),
    ("dropped", rf" \* {NAME}(?=[,;) ])", ""),
    ("no sum", r"(?<=[\w\]]) \+= ", " = "),
)
# Lines that say nothing of a result: messages, what is fetched ahead, allocations that may be larger, comments, declarations of pointers.
IDLE = re.compile(r"^\s*(/?\*|#|//|assert|panic|static_assert|case |enum )|\"|tape_count|tape_memory|memory_new|"
                  r"memory_resize|profile_|char \*|double \*\w+ = NULL|ahead|PACKED_LINE|ASKING_ROWS|"
                  r"const bool more|const size_t bytes = p->k|group \* \(VECTOR|group = 0;|group\+\+")

# Faults that change no result: (file, the line with the fault), and why.
EQUIVALENT = {
    ("core/packed.c", "const size_t step = s->end.look ? BLOCK_PANELS : last + first;"):
        "one step still ends at the last panel or behind it, and what it multiplies is cut there",
    ("core/packed.c", "const size_t panel = m * p->k * VECTOR_PANEL, part = int8 ? PART : PART_INT8;"):
        "how many parts a product is shared out in decides its time alone",
    ("core/ranks.c", "if (ranks_launched() >= 1)"):
        "of one rank: a number modulo 1 is the 0 that is returned otherwise",
    ("eval/generation.c", "for (int i = 1; i < n; i++) {"):
        "token 0 is padding, which is minus infinity already",
    ("eval/tokens.c", "if (2 * ((size_t)numbers->count + 1) >= numbers->mask + 1) {"):
        "a hash table grows one entry sooner, and gives the same numbers",
}

# What cannot be told from the right: a difference whose sign is dropped; room that is made a little sooner.
ALIKE = (
    ("swapped", re.compile(r"abs\([^()]* - [^()]*\)")),
    ("comparison", re.compile(r" > \w+(->|\.)?\w*capacity")),
)


def alike(kind, code, match):
    return any(kind == of and any(m.start() <= match.start() and match.end() <= m.end() for m in where.finditer(code))
               for of, where in ALIKE)


def code_of(line):
    """The line without comments; empty where nothing of it is to be changed."""
    return "" if IDLE.search(line) else re.sub(r"/\*.*", "", line).rstrip("\n")


def faults():
    """All places, as (file, line number, kind, new line), in their order."""
    tracked = subprocess.run(["git", "ls-files", *FOLDERS], capture_output=True, text=True, check=True)
    found = []
    for path in tracked.stdout.split():
        if not (path.endswith(".c") or re.match(r"core/vector_\w+\.h$", path)):
            continue
        comment = False
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            inside, comment = comment, (comment or "/*" in line) and "*/" not in line
            if inside:
                continue
            code = code_of(line)
            for kind, pattern, become in FAULTS:
                for match in re.finditer(pattern, code):
                    if alike(kind, code, match):
                        continue
                    new = code[:match.start()] + match.expand(become) + code[match.end():]
                    key = f"{path}\0{kind}\0{code.strip()}\0{new.strip()}"
                    order = hashlib.sha256(key.encode()).hexdigest()
                    found.append((order, path, number, kind, new))
    found.sort()
    return [fault[1:] for fault in found]


def run(command):
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))

    try:
        return subprocess.run(command, cwd=COPY, timeout=20 * LIMIT, preexec_fn=limit, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).returncode
    except subprocess.TimeoutExpired:
        return 124


def make(build, goal):
    _, folder, *flags = build
    compilers = [f"{name}={os.environ.get(name, usual)}" for name, usual in (("CC", "gcc"), ("CXX", "g++"))]
    return run(["make", "-s", f"-j{os.environ.get('JOBS', os.cpu_count())}", f"B={folder}", *flags, *compilers,
                f"{folder}/{goal}"]) == 0


def concerned(path):
    return next(tests.split() for pattern, tests in CONCERNED if re.match(pattern, path))


def fails(build, test):
    """How a test program fails; None: it does not. A script has the program itself, in float."""
    name, folder, *_ = build
    script = test.endswith(".sh")
    if script and build is not FLOAT:
        return None
    goal = "bakeoff" if script else f"tests/{test}_test"
    if not make(build, goal):
        return f"{test} does not link"
    status = run(["tests/run.sh", f"tests/{test}"] if script else [f"{folder}/{goal}"])
    if not status:
        return None
    return test + (" without end" if status in (124, -signal.SIGXCPU, -signal.SIGKILL) else
                   " crashes" if status < 0 else "") + name


def check(build, test, good):
    """Once, with no fault: it passes."""
    failed = (build, test) not in good and fails(build, test)
    if failed:
        sys.exit(f"mutate.py: without a fault, too: {failed}")
    good.add((build, test))


@contextlib.contextmanager
def fault(path, number, new):
    """The copy has it, for as long as this lasts."""
    source = f"{COPY}/{path}"
    right = open(source, encoding="utf-8").read()
    lines = right.split("\n")
    lines[number - 1] = new
    try:
        with open(source, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        yield
    finally:
        with open(source, "w", encoding="utf-8") as file:
            file.write(right)


def judge(path, number, new, good):
    """("caught" | "equivalent" | "no code" | "survived", by whom or why)"""
    if (path, new.strip()) in EQUIVALENT:
        return "equivalent", EQUIVALENT[path, new.strip()]
    tests = concerned(path)
    if os.environ.get("ALL"):
        tests += sorted({f[:-7] for f in os.listdir(f"{COPY}/tests") if f.endswith("_test.c")} - set(tests))
    for builds in ROUNDS:
        with fault(path, number, new):
            if not make(builds[0], "libbakeoff.a"):
                return "no code", ""
            failed = ((fails(build, test), build, test) for build in builds for test in tests)
            by, build, test = next((f for f in failed if f[0]), (None, None, None))
        if by:
            check(build, test, good)
            return "caught", by
    return "survived", ""


def prepare():
    """The copy of the tree, built, with tests that pass."""
    tracked = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    for path in tracked.strip("\0").split("\0"):
        to = f"{COPY}/{path}"
        if os.path.exists(to) and filecmp.cmp(path, to, shallow=False):
            continue
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(path, to)
    for build in ROUNDS[0]:
        if not make(build, "libbakeoff.a"):
            sys.exit("mutate.py: the tree does not build: make programs")


def read_arguments():
    parser = argparse.ArgumentParser(description="Seed faults one at a time, and see whether the tests notice.")
    parser.add_argument("--list", action="store_true", help="say which, and run nothing")
    parser.add_argument("--only", type=lambda text: [int(n) for n in text.split(",")], metavar="NUMBER,NUMBER...")
    parser.add_argument("count", nargs="?", type=int, default=20, metavar="N")
    parser.add_argument("first", nargs="?", type=int, default=0)
    return parser.parse_args()


def main():
    arguments = read_arguments()
    places = list(enumerate(faults()))
    stale = set(EQUIVALENT) - {(path, new.strip()) for _, (path, _, _, new) in places}
    for path, new in sorted(stale):
        print(f"mutate.py: EQUIVALENT names what is no fault of {path} any more: {new}", file=sys.stderr)
    chosen = [places[i] for i in arguments.only] if arguments.only else places[arguments.first:]
    count = len(chosen) if arguments.only else arguments.count
    tally, good = {}, set()
    if arguments.list:
        for i, (path, number, kind, new) in chosen[:count]:
            print(f"{i}: {path}:{number}: {kind}: {new.strip()}")
        print(f"{len(places)} faults in all")
        return 0
    os.nice(10)
    prepare()
    for i, (path, number, kind, new) in chosen:
        start = time.monotonic()
        verdict, why = judge(path, number, new, good)
        said = {"caught": f" by {why}", "equivalent": f" ({why})"}.get(verdict, "")
        print(f"{i}: {verdict}{said}: {path}:{number}: {kind}: {new.strip()} ({time.monotonic() - start:.0f} s)",
              flush=True)
        tally[verdict] = tally.get(verdict, 0) + 1
        if sum(n for of, n in tally.items() if of != "no code") == count:
            break
    print(", ".join(f"{n} {verdict}" for verdict, n in sorted(tally.items())))
    return 1 if tally.get("survived") else 0


if __name__ == "__main__":
    sys.exit(main())
