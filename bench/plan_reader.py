"""方案读取: documents and characters read per second on one core. `python -m bench.plan_reader`.

Reads the shipped sample as it is, and chapters of it strung together to a document of 20 000 and one of 200
000 characters:
the time per character must not grow with the length.
"""

from __future__ import annotations

import argparse
import time
from importlib.resources import files

from bihuan.engines.plan_reader.documents.plain import text_source
from bihuan.engines.plan_reader.reader import read


def sample() -> str:
    folder = files("bihuan.engines.plan_reader").joinpath("samples")
    return folder.joinpath("yunzhou.txt").read_text(encoding="utf-8")


def of_length(text: str, length: int) -> str:
    """A plan of about this many characters: the task chapter again and again, numbered on."""
    head, _, rest = text.partition("三、重点任务")
    chapter, _, tail = rest.partition("四、支撑保障任务")
    times = max(0, (length - len(text)) // len(chapter)) + 1
    return head + "三、重点任务" + chapter * times + "四、支撑保障任务" + tail


def measure(text: str, seconds: float) -> tuple[int, float]:
    """How many readings fit into about so many seconds, and how long they took."""
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds or count < 2:
        read(text_source(text))
        count += 1
    return count, time.perf_counter() - started


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    seconds = parser.parse_args(argv).seconds
    text = sample()
    read(text_source(text))
    for name, words in (("sample", text), ("20 000", of_length(text, 20_000)), ("200 000", of_length(text, 200_000))):
        count, took = measure(words, seconds)
        tasks = len(read(text_source(words)).tasks)
        print(
            f"{name:>8}: {len(words):>7} characters, {tasks:>4} tasks: {took / count * 1000:8.1f} ms, "
            f"{count / took:7.1f} documents/s, {count * len(words) / took:10,.0f} characters/s"
        )


if __name__ == "__main__":
    main()
