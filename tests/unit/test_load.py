"""`bot doctor --load`: the slow stage is found in what /metrics says."""

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

from bot.inbox.stages import STAGES
from bot.load import MENDS, gauge, stages_of


def metrics(**seconds):
    registry = CollectorRegistry()
    histogram = Histogram("message_stage_seconds", "…", ["stage"], buckets=(0.01, 0.1, 1.0), registry=registry)
    for stage, values in seconds.items():
        for value in values:
            histogram.labels(stage).observe(value)
    Gauge("workers_ready", "…", registry=registry).set(2)
    restarts = Gauge("worker_restarts", "…", ["worker"], registry=registry)
    restarts.labels("1").set(3)
    restarts.labels("2").set(1)
    return generate_latest(registry).decode()


def test_the_stage_that_takes_longest_comes_first():
    found = stages_of(metrics(nlu=[0.005] * 9, commit=[0.05] * 9, queue=[0.005]))
    assert [stage.name for stage in found][0] == "commit" and found[0].count == 9
    assert 0.01 < found[0].p50 <= 0.1 and abs(found[0].mean - 0.05) < 1e-9


def test_a_few_slow_messages_show_in_the_tail_only():
    found = stages_of(metrics(action=[0.005] * 98 + [0.5] * 2))
    assert found[0].p50 < 0.01 and found[0].p99 > 0.1


def test_nothing_measured_yet_is_an_empty_list():
    assert stages_of(metrics()) == []


def test_gauges_are_summed_and_absent_ones_are_zero():
    assert gauge(metrics(), "worker_restarts") == 4 and gauge(metrics(), "nothing") == 0


def test_every_stage_has_its_mend():
    assert set(MENDS) == set(STAGES)
