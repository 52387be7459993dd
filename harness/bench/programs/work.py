"""Containers, text and JSON: what Python asks of malloc.  work.py SIZE"""
import collections, hashlib, json, random, sys

size = int(sys.argv[1])
random.seed(1)


def records(n):
    return {f"key{i}": {"id": i, "tags": [f"t{j}" for j in range(i % 7)],
                        "text": "x" * random.randrange(200), "rate": random.random()}
            for i in range(n)}


def words(n):
    counts = collections.Counter()
    for i in range(n):
        counts.update(f"the quick brown {i} fox {i % 97} jumps {i % 1009}".split())
    return counts


def window(n):
    recent = collections.deque(maxlen=1000)
    for i in range(n):
        recent.append(bytearray(i % 700))
    return sum(map(len, recent))


data = records(size)
text = json.dumps(data, sort_keys=True)
assert json.loads(text) == data
print(hashlib.sha256(text.encode()).hexdigest())
print(words(2 * size).most_common(3), window(10 * size))
