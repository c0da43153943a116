"""attend_statistics.py STATISTICS MAP... - the numbers of `bakeoff attend --statistics` once more, from exported maps."""
import json
import math
import sys

table = json.load(open(sys.argv[1]))
pairs = [json.load(open(name)) for name in sys.argv[2:]]


def rows(head):
    """Every query of a head: its kind's axes, its step, its weights."""
    for pair in pairs:
        for m in pair["maps"]:
            if (m["kind"], m["layer"], m["head"]) == head:
                kind = next(k for k in pair["kinds"] if k["kind"] == m["kind"])
                assert len(m["weights"]) == len(kind["queries"])
                for q, w in enumerate(m["weights"]):
                    assert len(w) == len(kind["keys"])
                    yield kind, q, w


def entropy(w):
    return -sum(x * math.log2(x) for x in w if x > 0)


def agreement(v, w):
    both = [(x + y) / 2 for x, y in zip(v, w)]
    return 1 - math.sqrt(max(0, entropy(both) - (entropy(v) + entropy(w)) / 2))


def mean(numbers):
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


def expected(head, others):
    r = list(rows(head))
    assert all(abs(sum(w) - 1) < 1e-5 for _, _, w in r), head
    at = lambda w, k: w[k] if 0 <= k < len(w) else 0

    def share(name):
        if name not in r[0][0]["keys"]:
            return None
        return mean(sum(x for k, x in enumerate(w) if kind["keys"][k] == name) for kind, _, w in r)

    return {
        "entropy_bits": mean(entropy(w) for _, _, w in r),
        "distance": mean(sum(x * abs(q - k) for k, x in enumerate(w)) for _, q, w in r),
        "previous": mean(at(w, q - 1) for _, q, w in r),
        "same": mean(at(w, q) for _, q, w in r),
        "next": mean(at(w, q + 1) for _, q, w in r),
        "begin": share("<s>"),
        "end": share("</s>"),
        "agreement": mean(agreement(v, w) for o in others for (_, _, v), (_, _, w) in zip(r, rows(o))) if others else None,
    }


heads = [(line["kind"], line["layer"], line["head"]) for line in table]
assert heads == [(m["kind"], m["layer"], m["head"]) for m in pairs[0]["maps"]]
for head, line in zip(heads, table):
    for name, want in expected(head, [h for h in heads if h[0] == head[0] and h != head]).items():
        got = line[name]
        assert (got is None) == (want is None) and (got is None or abs(got - want) < 1e-4), (head, name, got, want)
