"""Counters, histograms and how Prometheus reads them."""

from bihuan.kernel.meters import Counts, Meter, exposition, spelled, with_labels
from bihuan.kernel.text import Text

REQUESTS = Meter("requests_total", "counter", Text("请求", "Requests"), ("status",))
SECONDS = Meter("request_seconds", "histogram", Text("耗时", "Time"))


def test_counters_add_up_by_their_labels():
    counts = Counts()
    for status in ("2xx", "2xx", "4xx"):
        counts.add(REQUESTS, status=status)
    assert counts.snapshot() == {'requests_total{status="2xx"}': 2, 'requests_total{status="4xx"}': 1}


def test_a_histogram_is_cumulative():
    counts = Counts()
    for seconds in (0.04, 0.3, 99):
        counts.observe(SECONDS, seconds)
    said = counts.snapshot()
    assert said['request_seconds_bucket{le="0.05"}'] == 1
    assert said['request_seconds_bucket{le="0.5"}'] == 2
    assert said['request_seconds_bucket{le="30"}'] == 2
    assert said['request_seconds_bucket{le="+Inf"}'] == said["request_seconds_count"] == 3


def test_the_text_has_a_head_for_each_meter_and_nothing_unlisted():
    series = [('requests_total{status="2xx"}', 2.0), ("request_seconds_sum", 1.5), ("made_up", 1.0)]
    assert exposition((REQUESTS, SECONDS), series).splitlines() == [
        "# HELP requests_total Requests",
        "# TYPE requests_total counter",
        'requests_total{status="2xx"} 2',
        "# HELP request_seconds Time",
        "# TYPE request_seconds histogram",
        "request_seconds_sum 1.5",
    ]


def test_labels_cannot_break_out_of_their_quotes():
    assert spelled(REQUESTS, "", {"status": 'a"b\\c\nd'}) == 'requests_total{status="a\\"b\\\\c\\nd"}'
    assert with_labels('requests_total{status="2xx"}', process="web") == 'requests_total{process="web",status="2xx"}'
    assert with_labels("request_seconds_sum", process="web") == 'request_seconds_sum{process="web"}'
