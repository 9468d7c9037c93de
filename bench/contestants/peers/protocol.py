"""A contestant's side of the talk with bench/contestants/contestant.ts: a line of JSON each way."""

import json
import sys
import time


def serve(step, describe, regularisation=None):
    """Trains when asked to, until the input ends.

    step()            trains one step and returns something that float() turns into its loss
    describe()        a dictionary of versions and settings
    regularisation()  the part of that loss that is weight decay, before the step

    Request {"steps": n, "losses": bool}: reply {"milliseconds": [...], "losses": [...] or null}.
    """
    out = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no reply
    print(json.dumps({"ready": describe()}), file=out, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        milliseconds, losses = [], []
        for _ in range(request["steps"]):
            decay = regularisation() if request["losses"] and regularisation else 0.0
            start = time.perf_counter()
            loss = step()
            milliseconds.append((time.perf_counter() - start) * 1000)
            if request["losses"]:
                losses.append(float(loss) - decay)
        reply = {"milliseconds": milliseconds, "losses": losses if request["losses"] else None}
        print(json.dumps(reply), file=out, flush=True)
