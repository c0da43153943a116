#!/usr/bin/env python3
"""mutate.py - seed faults one at a time, and see whether the tests notice.

    tests/mutate.py [--list] [N [FIRST]]

Faults are made in core/, models/ and eval/ of a copy of the tree, build/mutate/: a sign, a
comparison, an off by one, swapped operands, a dropped term, a sum that no longer adds up. Which, is
a function of the sources alone: the places are in the order of a hash of what they say, so that N of
them (20, from number FIRST, 0) are spread over all files. Of each, the object is made again and the
test programs that concern it are linked and run until one fails: "caught". First in double,
where gradients are checked, then in float. A survivor is a hole in the tests, or changes nothing that
counts. ALL=1 gives survivors all other test programs too. Exit status: 0 none survived, 1 some did.
"""
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
KINDS = ("-DBAKEOFF_DOUBLE", "")  # of real
LIMIT = 200  # seconds of processor that a test program may take: a loop that does not end is caught

# What is found out first by which test programs: the first line that matches a file.
CONCERNED = (
    (r"core/(safetensors|frozen|packed)", "safetensors frozen import gpt architecture"),
    (r"core/(setting|number|nearest)", "setting spec spec_meaning spec_json grid"),
    (r"core/(error|file|printable|process)", "filesystem safetensors attacks hostile report"),
    (r"core/image", "pictures draw"),
    (r"core/(profile|roofline|machine)", "profile"),
    (r"core/(ranks|pool|team)", "optimizer architecture_training stream"),
    (r"core/vector", "vector vector_kernels vector_gradient vector_dropout ops attention"),
    (r"core/(attention|op_attention|op_heads)", "attention attention_document heads architecture joined"),
    (r"core/(op_lstm|op_gru|recurrent|op_summary)", "recurrent architecture frozen"),
    (r"core/op_.*convolution", "convolution architecture"),
    (r"core/", "ops segment graph normed architecture frozen optimizer vector profile architecture_training"),
    (r"models/(explain|design)", "explain variants spec spec_meaning spec_json receptive_field"),
    (r"models/", "architecture architecture_cost joined explain padding attention variants labels "
                 "generation heads fixtures architecture_training match"),
    (r"eval/(attention|head)", "attend heads attention_document"),
    (r"eval/(beam|search|frontier|top|scan|sample|stepper|translate|settings)",
     "search top sample translate stream draw"),
    (r"eval/(gener|evaluate)", "generation architecture_training"),
    (r"eval/(power_law)", "power_law curves"),
    (r"eval/(label|draw|picture)", "labels pictures draw"),
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
# Lines that say nothing of a result: messages, allocations that may be larger, comments, declarations of pointers.
IDLE = re.compile(r"^\s*(/?\*|#|//|assert|panic|static_assert|case |enum )|\"|tape_count|tape_memory|memory_new|"
                  r"memory_resize|profile_|char \*|double \*\w+ = NULL")


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


def folder(kind):
    return "build/double" if kind else "build/release"


def make(kind, goal):
    compilers = [f"{name}={os.environ.get(name, usual)}" for name, usual in (("CC", "gcc"), ("CXX", "g++"))]
    return run(["make", "-s", f"-j{os.environ.get('JOBS', os.cpu_count())}", f"B={folder(kind)}", f"REAL={kind}",
                *compilers, f"{folder(kind)}/{goal}"]) == 0


def concerned(path):
    return next(tests.split() for pattern, tests in CONCERNED if re.match(pattern, path))


def fails(kind, test):
    """How a test program fails; None: it does not."""
    program = f"{folder(kind)}/tests/{test}_test"
    if not make(kind, f"tests/{test}_test"):
        return f"{test} does not link"
    status = run([program])
    if not status:
        return None
    return test + (" without end" if status in (124, -signal.SIGXCPU, -signal.SIGKILL) else
                   " crashes" if status < 0 else "") + (" in double" if kind else "")


def check(tests, good):
    """Once, with no fault: they pass."""
    for kind in KINDS:
        for test in tests:
            if (kind, test) not in good:
                failed = fails(kind, test)
                if failed:
                    sys.exit(f"mutate.py: without a fault, too: {failed}")
                good.add((kind, test))


def catcher(tests):
    """The first of them that fails, with how; None: none does."""
    return next(filter(None, (fails(kind, test) for kind in KINDS for test in tests)), None)


def judge(path, number, new, good):
    """("caught" | "no code" | "survived", by whom)"""
    source = f"{COPY}/{path}"
    right = open(source, encoding="utf-8").read()
    lines = right.split("\n")
    lines[number - 1] = new
    tests = concerned(path)
    if os.environ.get("ALL"):
        tests += sorted({f[:-7] for f in os.listdir(f"{COPY}/tests") if f.endswith("_test.c")} - set(tests))
    check(tests, good)
    try:
        with open(source, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        if not make(KINDS[0], "libbakeoff.a"):
            return "no code", ""
        by = catcher(tests)
        return ("caught", by) if by else ("survived", "")
    finally:
        with open(source, "w", encoding="utf-8") as file:
            file.write(right)


def prepare():
    """The copy of the tree, built, with tests that pass."""
    tracked = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    for path in tracked.strip("\0").split("\0"):
        to = f"{COPY}/{path}"
        if os.path.exists(to) and filecmp.cmp(path, to, shallow=False):
            continue
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(path, to)
    for kind in KINDS:
        if not make(kind, "libbakeoff.a"):
            sys.exit("mutate.py: the tree does not build: make programs")


def main():
    arguments = [a for a in sys.argv[1:] if a != "--list"]
    count = int(arguments[0]) if arguments else 20
    first = int(arguments[1]) if len(arguments) > 1 else 0
    places = faults()
    chosen = list(enumerate(places))[first:]
    tally, good = {}, set()
    if "--list" in sys.argv:
        for i, (path, number, kind, new) in chosen[:count]:
            print(f"{i}: {path}:{number}: {kind}: {new.strip()}")
        print(f"{len(places)} faults in all")
        return 0
    os.nice(10)
    prepare()
    for i, (path, number, kind, new) in chosen:
        start = time.monotonic()
        verdict, by = judge(path, number, new, good)
        print(f"{i}: {verdict}{' by ' if by else ''}{by}: {path}:{number}: {kind}: {new.strip()} "
              f"({time.monotonic() - start:.0f} s)", flush=True)
        tally[verdict] = tally.get(verdict, 0) + 1
        if tally.get("caught", 0) + tally.get("survived", 0) == count:
            break
    print(", ".join(f"{n} {verdict}" for verdict, n in sorted(tally.items())))
    return 1 if tally.get("survived") else 0


if __name__ == "__main__":
    sys.exit(main())
