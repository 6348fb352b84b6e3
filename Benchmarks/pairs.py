"""What the drivers that run Hibari and a peer in turn share."""

import json
import platform
import subprocess
import sys
import time
from pathlib import Path


def last_json_object(text):
    for line in reversed(text.splitlines()):
        if line.strip().startswith("{"):
            return json.loads(line)
    raise ValueError("printed no JSON line")


def run(command):
    """Runs a program to its end; returns its last JSON line with the seconds of the whole process added."""
    print("$ " + " ".join(command), file=sys.stderr)
    begin = time.perf_counter()
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - begin
    if process.returncode != 0:
        sys.exit(f"{command[0]}: exit code {process.returncode}")
    try:
        return last_json_object(process.stdout) | {"process": seconds}
    except ValueError as error:
        sys.exit(f"{command[0]}: result not understood: {error}")


def alternate(pairs, ours, theirs):
    """Calls both once per pair, who is first changing from pair to pair; yields (index, ours, theirs)."""
    for index in range(pairs):
        if index % 2 == 0:
            first = ours(index)
            yield index, first, theirs(index)
        else:
            first = theirs(index)
            yield index, ours(index), first


def markdown(header, rows):
    lines = [header, ["---:"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def processor_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
